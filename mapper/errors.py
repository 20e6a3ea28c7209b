"""The errors a user can meet.

::

    MapperError
    ├── CoordinateError (ValueError)        a latitude or longitude that is no place on Earth
    ├── DataError (LookupError)             a data file is missing, damaged or of another version
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


class InputError(MapperError, ValueError):
    """A report or table that cannot be read."""


class OptionError(MapperError, ValueError):
    """An option or argument with an unusable value."""
