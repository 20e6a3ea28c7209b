"""Maps the incidents that news reports tell of, without a network.

The names below load what they need when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mapper.distances import add_border_distances as add_border_distances
    from mapper.distances import border_distance as border_distance
    from mapper.distances import territory_distance as territory_distance
    from mapper.errors import CoordinateError as CoordinateError
    from mapper.errors import DataError as DataError
    from mapper.errors import InputError as InputError
    from mapper.errors import MapperError as MapperError
    from mapper.errors import OptionError as OptionError
    from mapper.export import to_csv as to_csv
    from mapper.export import to_geojson as to_geojson
    from mapper.export import to_jsonl as to_jsonl
    from mapper.geocoder import FallbackGeocoder as FallbackGeocoder
    from mapper.geocoder import OfflineGeocoder as OfflineGeocoder
    from mapper.lookups import geocode_frame as geocode_frame
    from mapper.maps import save_map as save_map
    from mapper.model import BorderDistance as BorderDistance
    from mapper.model import Candidate as Candidate
    from mapper.model import DistanceClaim as DistanceClaim
    from mapper.model import Extraction as Extraction
    from mapper.model import Incident as Incident
    from mapper.model import Place as Place
    from mapper.model import Point as Point
    from mapper.model import Rejected as Rejected
    from mapper.model import Report as Report
    from mapper.model import Resolution as Resolution
    from mapper.model import TerritoryDistance as TerritoryDistance
    from mapper.model import Toponym as Toponym
    from mapper.pipeline import extract as extract
    from mapper.pipeline import extract_all as extract_all
    from mapper.pipeline import geocode as geocode
    from mapper.pipeline import make_map as make_map
    from mapper.reports import read_reports as read_reports

_HOMES = {
    "CoordinateError": "errors", "DataError": "errors", "InputError": "errors", "MapperError": "errors",
    "OptionError": "errors",
    "BorderDistance": "model", "Candidate": "model", "DistanceClaim": "model", "Extraction": "model", "Incident": "model",
    "Place": "model", "Point": "model", "Rejected": "model", "Report": "model", "Resolution": "model",
    "TerritoryDistance": "model", "Toponym": "model",
    "FallbackGeocoder": "geocoder", "OfflineGeocoder": "geocoder", "add_border_distances": "distances", "border_distance": "distances",
    "territory_distance": "distances", "extract": "pipeline", "extract_all": "pipeline",
    "geocode": "pipeline", "geocode_frame": "lookups", "make_map": "pipeline", "read_reports": "reports", "save_map": "maps",
    "to_csv": "export", "to_geojson": "export", "to_jsonl": "export",
}  # fmt: skip
__all__ = sorted(_HOMES)  # noqa: PLE0605 - computed, and locked by a test


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mapper' has no attribute {name!r}")
    return getattr(import_module(f"mapper.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
