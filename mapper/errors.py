"""The errors a user can meet.

::

    MapperError
    ├── CoordinateError (ValueError)        a latitude or longitude that is no place on Earth
    ├── DataError (LookupError)             a data file is missing, damaged or of another version
    ├── EndpointError (ConnectionError)     a language model that gives no answer, or none that can be used
    ├── InputError (ValueError)             a report or table that cannot be read
    └── OptionError (ValueError)            an option or argument with an unusable value

Each is also the built-in error that a caller would expect, and each message names the value at fault and
what to try next.
"""


class MapperError(Exception):
    """Base of every error that this package raises on purpose."""


class CoordinateError(MapperError, ValueError):
    """A latitude or longitude that is no place on Earth."""


class DataError(MapperError, LookupError):
    """A data file is missing, damaged or of another version."""


class EndpointError(MapperError, ConnectionError):
    """A language model that gives no answer, or none that can be used."""


class InputError(MapperError, ValueError):
    """A report or table that cannot be read."""


class OptionError(MapperError, ValueError):
    """An option or argument with an unusable value."""
