"""The ground of a picture: what part of the world it shows, and land, borders and names on it.

World units run from 0 to 1 across the Web Mercator square, x eastwards and y southwards; x may exceed 1 beyond the
antimeridian. Lengths on the picture are pixels of the layout.
"""

from __future__ import annotations

import base64
import gzip
import json
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper.errors import OptionError
from mapper.geodesy import FLATTENING, SEMI_MAJOR_KM

if TYPE_CHECKING:
    from matplotlib.path import Path
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MAX_LATITUDE = 85.0511287798  # where the square ends
SHOWN_LATITUDE = 83.0  # no frame reaches farther than this unless an incident does
WORLD = ((-56.0, 76.0), (-180.0, 180.0))  # what a picture without incidents shows
NARROWEST_KM = 110.0
MARGIN = 12.0  # pixels around the frame that are still drawn, so that strokes along the cut stay out of sight
TOLERANCE = 0.3  # pixels by which what is drawn may be off
SMALLEST = 1.2  # pixels, width and height together
KINDS_OF_LINES = ("agreed", "disputed", "elsewhere")


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A part of the world on a rectangle of the picture: ``size`` pixels are one turn around the Earth."""

    left: float
    top: float
    width: float
    height: float
    x: float
    y: float
    size: float

    def pixels(self, lat: Any, lon: Any) -> Floats:
        """Return x and y of positions in degrees, in the turn that the frame shows; shape ``(..., 2)``."""
        middle = self.x + self.width / self.size / 2
        x = world_x(lon)
        return self.from_world(x + np.round(middle - x), world_y(lat))

    def beside(self, lat: Any, lon: Any, reference: float) -> Floats:
        """Return x and y of positions, shape ``(n, 2)``; the turn is the one nearest to x = ``reference``."""
        found = self.pixels(lat, lon)
        found[..., 0] += self.size * np.round((reference - found[..., 0]) / self.size)
        return found

    def from_world(self, x: Any, y: Any) -> Floats:
        """Return x and y of positions in world units, shape ``(..., 2)``."""
        return np.stack([(x - self.x) * self.size + self.left, (y - self.y) * self.size + self.top], axis=-1)

    def holds(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Tell whether a spot lies within the rectangle, at least ``margin`` from its edges."""
        return (
            self.left + margin <= x <= self.left + self.width - margin
            and self.top + margin <= y <= self.top + self.height - margin
        )

    @property
    def zoom(self) -> float:
        """The zoom level of a web map of this scale."""
        return math.log2(self.size / 256)

    @property
    def latitude(self) -> float:
        """The latitude of the middle."""
        return latitude(self.y + self.height / self.size / 2)

    def km_per_pixel(self, lat: float) -> float:
        """Return how long a pixel is from west to east at a latitude, on WGS 84."""
        phi = math.radians(lat)
        squared_eccentricity = FLATTENING * (2 - FLATTENING)
        across = SEMI_MAJOR_KM / math.sqrt(1 - squared_eccentricity * math.sin(phi) ** 2)
        return 2 * math.pi * across * math.cos(phi) / self.size


def world_x(lon: Any) -> Any:
    """Return x of longitudes, in world units."""
    return np.asarray(lon, dtype=float) / 360 + 0.5


def world_y(lat: Any) -> Any:
    """Return y of latitudes, in world units."""
    sine = np.sin(np.radians(np.clip(np.asarray(lat, dtype=float), -MAX_LATITUDE, MAX_LATITUDE)))
    return 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)


def latitude(y: float) -> float:
    """Return the latitude of y, in world units."""
    return math.degrees(math.atan(math.sinh(2 * math.pi * (0.5 - y))))


def frame_around(
    lat: Floats, lon: Floats, *, left: float, top: float, width: float, height: float, padding: float
) -> Frame:
    """Return the frame that shows positions with some padding, at most one turn around the Earth wide.

    Parameters
    ----------
    lat, lon
        Degrees, shape ``(n,)``; they may lie on both sides of the antimeridian.
    left, top, width, height
        The room on the picture. The frame fills it, unless the world is too narrow for that.
    padding
        Pixels between the positions and the edges of the frame.
    """
    padding = min(padding, width / 4, height / 4)
    xs, ys = _side_by_side(world_x(lon)), world_y(lat)
    if not len(xs):
        (south, north), (west, east) = WORLD
        xs, ys, padding = world_x([west, east]), world_y([south, north]), 0.0
    x_low, x_high, y_low, y_high = float(xs.min()), float(xs.max()), float(ys.min()), float(ys.max())
    wide, high = x_high - x_low, y_high - y_low
    narrowest = NARROWEST_KM / (40075 * math.cos(math.radians(latitude((y_low + y_high) / 2))))
    size = min(
        (width - 2 * padding) / max(wide, 1e-9),
        (height - 2 * padding) / max(high, 1e-9),
        min(width, height) / narrowest,
    )
    if size < width:  # more than one turn would fit in
        size = max(size, min(width, (height - 90) / max(high, 1e-9)))
    top_edge = min(y_low, float(world_y(SHOWN_LATITUDE)))
    bottom_edge = max(y_high, float(world_y(-SHOWN_LATITUDE)))
    tall = min(height, (bottom_edge - top_edge) * size)
    shown = min(width, size)
    x = (x_low + x_high) / 2 - shown / size / 2
    if shown / size > 0.99 and wide > 0.8:
        x = 0.0 if x_low >= -0.001 and x_high <= 1.001 else x
    y = (y_low + y_high) / 2 - tall / size / 2
    y = min(max(y, top_edge), bottom_edge - tall / size)
    return Frame(
        left=left + (width - shown) / 2,
        top=top + (height - tall) / 2,
        width=shown,
        height=tall,
        x=x,
        y=y,
        size=size,
    )


def _side_by_side(x: Floats) -> Floats:
    """Shift by whole turns so that the widest empty arc lies outside; least shifted where that changes nothing."""
    x = np.asarray(x, dtype=float) % 1.0
    ordered = np.unique(x)
    if len(ordered) < 2:
        return x
    gaps = np.diff(ordered, append=ordered[0] + 1)
    widest = int(np.argmax(gaps))
    start = ordered[(widest + 1) % len(ordered)]
    return np.where(x < start, x + 1, x)


def read_ground(basemap: Mapping[str, Any]) -> dict[str, Any]:
    """Return the packed part of a basemap: ``land``, ``borders``, ``countries`` and ``cities``.

    It may be the coarse one or the fine one; ``data/build_basemap.py`` tells what is in it.

    Raises
    ------
    OptionError
        If the basemap has none, or one that cannot be read.
    """
    try:
        content = json.loads(gzip.decompress(base64.b64decode(basemap["packed"], validate=True)))
        for key in ("land", "borders", "countries", "cities"):
            content[key]
        return dict(content)
    except (KeyError, TypeError, ValueError, OSError, EOFError, zlib.error) as error:
        raise OptionError(
            f"the basemap's packed part cannot be read ({error!r}): pass mapper.world.basemap()"
        ) from error


def land_paths(ground: Mapping[str, Any], frame: Frame) -> tuple[Path, Path]:
    """Return the land to fill, and the coast to draw, as paths in pixels."""
    scale = ground["land"]["scale"]
    rings: list[tuple[Floats, NDArray[np.bool_]]] = []
    for numbers in ground["land"]["rings"]:
        x, y = _unpacked(numbers, scale)
        for turn in _turns(x, frame):
            ring = frame.from_world(x + turn, y)
            if np.ptp(ring[:, 0]) + np.ptp(ring[:, 1]) < SMALLEST:
                continue
            # The cut along the antimeridian and the pole is an edge of the map, not a coast.
            low, high = frame.from_world(turn, 0)[0], frame.from_world(turn + 1, 1)
            clipped = _clipped(ring, frame)
            if len(clipped) < 3:
                continue
            clipped = _simpler(np.concatenate([clipped, clipped[:1]]))[:-1]
            if len(clipped) < 3:
                continue
            at = (clipped[:, 0] <= low + 1e-6) | (clipped[:, 0] >= high[0] - 1e-6)
            edge = at & np.roll(at, -1) & (np.abs(np.roll(clipped[:, 0], -1) - clipped[:, 0]) < 1e-6)
            pole = clipped[:, 1] >= high[1] - 1e-6
            rings.append((clipped, edge | (pole & np.roll(pole, -1))))
    return _filled(_oriented([ring for ring, _ in rings])), _stroked(rings)


def border_paths(ground: Mapping[str, Any], drawn: Sequence[Any], frame: Frame) -> dict[str, Path]:
    """Return the borders as paths in pixels: ``agreed``, ``disputed`` and ``elsewhere``.

    ``drawn`` tells of each group of lines what it is, as ``basemap["borders"]`` does.
    """
    scale = ground["borders"]["scale"]
    pieces: dict[str, list[Floats]] = {kind: [] for kind in KINDS_OF_LINES}
    for group, what in zip(ground["borders"]["groups"], drawn, strict=False):
        if not what or what[2] not in pieces:
            continue
        for numbers in group:
            x, y = _unpacked(numbers, scale)
            for turn in _turns(x, frame):
                pieces[what[2]] += map(_simpler, _visible(frame.from_world(x + turn, y), frame))
    return {kind: _lines(lines) for kind, lines in pieces.items()}


def _unpacked(numbers: Sequence[int], scale: float) -> tuple[Floats, Floats]:
    degrees = np.cumsum(np.array(numbers, dtype=np.int64).reshape(-1, 2), axis=0) / scale
    return world_x(degrees[:, 0]), world_y(degrees[:, 1])


def _turns(x: Floats, frame: Frame) -> range:
    """Return by how many turns a line must be shifted for each copy of it that the frame shows."""
    margin = MARGIN / frame.size
    first = math.ceil(frame.x - margin - float(x.max()))
    last = math.floor(frame.x + frame.width / frame.size + margin - float(x.min()))
    return range(first, last + 1)


def _clipped(ring: Floats, frame: Frame) -> Floats:
    """Cut a ring to the frame (I. E. Sutherland and G. W. Hodgman, CACM 17 (1974), 32-42)."""
    low, high = _edges(frame)
    for axis, limit, sign in ((0, low[0], 1), (0, high[0], -1), (1, low[1], 1), (1, high[1], -1)):
        if not len(ring):
            break
        away = (ring[:, axis] - limit) * sign
        inside = away >= 0
        if inside.all():
            continue
        ahead, away_ahead = np.roll(ring, -1, axis=0), np.roll(away, -1)
        crosses = inside != np.roll(inside, -1)
        share = np.where(crosses, away / np.where(crosses, away - away_ahead, 1.0), 0.0)
        both = np.stack([ring, ring + share[:, None] * (ahead - ring)], axis=1)
        ring = both[np.stack([inside, crosses], axis=1)]
    return ring


def _visible(line: Floats, frame: Frame) -> list[Floats]:
    """Return the pieces of a line that may cross the frame."""
    low, high = _edges(frame)
    beyond = np.concatenate([line < low, line > high], axis=1)
    seen = ~np.any(beyond[:-1] & beyond[1:], axis=1)
    if not seen.any():
        return []
    starts = np.flatnonzero(seen & ~np.concatenate([[False], seen[:-1]]))
    ends = np.flatnonzero(seen & ~np.concatenate([seen[1:], [False]])) + 1
    return [line[start : end + 1] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def _edges(frame: Frame) -> tuple[Floats, Floats]:
    low = np.array([frame.left, frame.top]) - MARGIN
    return low, low + np.array([frame.width, frame.height]) + 2 * MARGIN


def _simpler(line: Floats) -> Floats:
    import shapely

    if len(line) < 3:
        return line
    simple = shapely.simplify(shapely.linestrings(line), TOLERANCE, preserve_topology=False)
    return np.asarray(shapely.get_coordinates(simple), dtype=np.float64)


def _oriented(rings: Sequence[Floats]) -> list[Floats]:
    """Turn rings within an odd number of others the other way round: what is filled does not know even from odd."""
    import shapely

    if not rings:
        return []
    polygons: Any = np.array([shapely.Polygon(ring) for ring in rings])
    areas: Any = shapely.area(polygons)
    within = shapely.point_on_surface(polygons)
    inner, outer = shapely.STRtree(polygons).query(within, predicate="intersects")
    depth = np.bincount(inner[areas[outer] > areas[inner]], minlength=len(rings))
    found = []
    for ring, level in zip(rings, depth.tolist(), strict=True):
        x, y = ring.T
        positive = float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) > 0
        found.append(ring if positive == (level % 2 == 0) else ring[::-1])
    return found


def _filled(rings: Sequence[Floats]) -> Path:
    from matplotlib.path import Path

    closed = [np.concatenate([ring, ring[:1]]) for ring in rings]
    codes = [np.full(len(ring), Path.LINETO, dtype=np.uint8) for ring in closed]
    for code in codes:
        code[0], code[-1] = Path.MOVETO, Path.CLOSEPOLY
    return _path(closed, codes)


def _stroked(rings: Sequence[tuple[Floats, NDArray[np.bool_]]]) -> Path:
    from matplotlib.path import Path

    closed = [np.concatenate([ring, ring[:1]]) for ring, _ in rings]
    codes = [np.full(len(ring), Path.LINETO, dtype=np.uint8) for ring in closed]
    for code, (_, cut) in zip(codes, rings, strict=True):
        code[0] = Path.MOVETO
        code[1:][cut] = Path.MOVETO
    return _path(closed, codes)


def _lines(lines: Sequence[Floats]) -> Path:
    from matplotlib.path import Path

    codes = [np.full(len(line), Path.LINETO, dtype=np.uint8) for line in lines]
    for code in codes:
        code[0] = Path.MOVETO
    return _path(lines, codes)


def _path(lines: Sequence[Floats], codes: Sequence[NDArray[np.uint8]]) -> Path:
    from matplotlib.path import Path

    if not lines:
        return Path(np.zeros((0, 2)), np.zeros(0, dtype=np.uint8))
    return Path(np.concatenate(lines), np.concatenate(codes))
