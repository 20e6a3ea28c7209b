"""Draws curves on a matplotlib figure of its own, and writes it as PNG or SVG with nothing of the machine in it.

Lengths are pixels of the layout, y downwards.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper.features import KINDS
from mapper.picture_symbols import LETTER_SIZE, LETTER_Y, MIDDLE, shape_path
from mapper.picture_text import outline, width

if TYPE_CHECKING:
    from matplotlib.path import Path
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DPI = 72  # at which a point is a pixel of the layout
BUBBLE = "#2b343a"


class Pen:
    """One picture in the making.

    ``width`` and ``height`` are those of the layout; ``scale`` is how many pixels of the file one of them takes.
    """

    def __init__(self, width_px: int, height_px: int, scale: float) -> None:
        from matplotlib.figure import Figure

        self.width, self.height = width_px / scale, height_px / scale
        self._size = (width_px, height_px)
        # A little more than the pixels wanted, as what is cut off is less than one of them.
        self._figure = Figure(
            figsize=((width_px + 1e-3) / (DPI * scale), (height_px + 1e-3) / (DPI * scale)),
            dpi=DPI * scale,
            facecolor="#ffffff",
            edgecolor="none",
        )
        axes: Any = self._figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(0, self.width)
        axes.set_ylim(self.height, 0)
        self._axes = axes
        self._clip: Any = None
        self._order = 0

    def clip(self, left: float, top: float, wide: float, tall: float) -> None:
        """Draw only within a box from now on."""
        from matplotlib.transforms import Bbox, TransformedBbox

        self._clip = TransformedBbox(Bbox.from_bounds(left, top, wide, tall), self._axes.transData)

    def unclip(self) -> None:
        """Draw everywhere again."""
        self._clip = None

    def path(
        self,
        path: Path,
        *,
        fill: str | None = None,
        stroke: str | None = None,
        wide: float = 1.0,
        dashes: tuple[float, float] | None = None,
        alpha: float | None = None,
        cap: str = "butt",
    ) -> None:
        """Draw a path; dashes are lengths of stroke and gap."""
        from matplotlib.patches import PathPatch

        if not len(path):
            return
        rounded = type(path)(np.round(np.asarray(path.vertices), 2), path.codes)
        rounded.should_simplify = False
        self._order += 1
        patch = PathPatch(
            rounded,
            facecolor=fill or "none",
            edgecolor=stroke or "none",
            linewidth=wide if stroke else 0.0,
            # matplotlib multiplies dashes by the width of the line.
            linestyle=(0, (dashes[0] / wide, dashes[1] / wide)) if dashes else "solid",
            alpha=alpha,
            joinstyle="round",
            capstyle=cap,
            zorder=self._order,
            antialiased=True,
            snap=False,
        )
        self._axes.add_artist(patch)
        patch.set_clip_on(self._clip is not None)
        patch.set_clip_path(None)
        patch.set_clip_box(self._clip)

    def line(self, points: Floats, colour: str, wide: float, *, alpha: float | None = None) -> None:
        """Draw a line through points of shape ``(n, 2)``."""
        from matplotlib.path import Path

        self.path(Path(points), stroke=colour, wide=wide, alpha=alpha)

    def polygon(
        self,
        points: Floats,
        colour: str,
        *,
        alpha: float,
        dashes: tuple[float, float] | None = None,
        wide: float = 0.0,
    ) -> None:
        """Draw a ring of points of shape ``(n, 2)``: filled if ``wide`` is 0, else its edge."""
        from matplotlib.path import Path

        ring = Path(np.concatenate([points, points[:1]]), closed=True)
        if wide:
            self.path(ring, stroke=colour, wide=wide, dashes=dashes, alpha=alpha)
        else:
            self.path(ring, fill=colour, alpha=alpha)

    def fill_box(
        self,
        left: float,
        top: float,
        wide: float,
        tall: float,
        colour: str,
        *,
        stroke: str | None = None,
        alpha: float | None = None,
    ) -> None:
        """Fill a rectangle."""
        self.path(_box(left, top, wide, tall), fill=colour, stroke=stroke, wide=1.0, alpha=alpha)

    def outline_box(self, left: float, top: float, wide: float, tall: float, colour: str) -> None:
        """Draw the edge of a rectangle."""
        self.path(_box(left, top, wide, tall), stroke=colour, wide=1.0)

    def dot(
        self,
        at: Sequence[float] | Floats,
        colour: str,
        *,
        square: bool = False,
        radius: float = 2.5,
        hole: str | None = None,
    ) -> None:
        """Draw a dot, or a ring around a ``hole`` of another colour."""
        from matplotlib.path import Path

        x, y = float(at[0]), float(at[1])
        if square:
            self.fill_box(x - radius, y - radius, 2 * radius, 2 * radius, colour)
        else:
            self.path(Path.circle((x, y), radius), fill=hole or colour, stroke=hole and colour, wide=2.0)

    def text(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        colour: str,
        *,
        bold: bool = False,
        spacing: float = 0.0,
        halo: str | None = None,
    ) -> None:
        """Write a cleaned text from the left end of its base line."""
        curves = _moved(outline(text, size, bold=bold, spacing=spacing), x, y)
        if halo:
            self.path(curves, stroke=halo, wide=2.6, alpha=0.9)
        self.path(curves, fill=colour)

    def symbol(self, kind: str, x: float, y: float, scale: float, *, vague: bool) -> None:
        """Draw the symbol of a kind of incident around a spot; a hollow one for a vague place."""
        _, letter, shape, colour = KINDS[kind]
        curve = _moved(shape_path(shape), x, y, scale)
        if vague:
            self.path(curve, fill="#ffffff", stroke="#ffffff", wide=2.0)
            self.path(curve, stroke=colour, wide=2.0 * min(scale, 1.2), dashes=(3.2 * scale, 2.0 * scale))
        else:
            self.path(curve, fill=colour, stroke="#ffffff", wide=1.4)
        size = LETTER_SIZE * scale
        left = x - width(letter, size, bold=True) / 2
        base = y + (LETTER_Y.get(shape, 16.0) - MIDDLE) * scale
        self.text(letter, left, base, size, colour if vague else "#ffffff", bold=True)

    def bubble(self, x: float, y: float, radius: float, shares: list[tuple[str, int]]) -> None:
        """Draw a bubble with a count; the ring around it shows the share of each colour."""
        from matplotlib.path import Path

        total = sum(number for _, number in shares)
        self.path(Path.circle((x, y), radius), fill="#ffffff")
        done = 0
        for colour, number in shares:
            ends = [2 * np.pi * part / total - np.pi / 2 for part in (done, done + number)]
            angles = np.linspace(ends[0], ends[1], max(2, round(48 * number / total)))
            arc = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (radius - 2.6) + [x, y]
            self.line(arc, colour, 3.2)
            done += number
        self.path(Path.circle((x, y), radius - 4.2), fill=BUBBLE, stroke="#ffffff", wide=0.8)
        text = f"{total:,}" if total < 10_000 else f"{total // 1000}k"
        size = min(12.5, 1.7 * (radius - 5) / max(width(text, 1.0, bold=True), 0.1))
        self.text(text, x - width(text, size, bold=True) / 2, y + 0.36 * size, size, "#ffffff", bold=True)

    def png(self, title: str, source: str) -> bytes:
        """Return the picture as PNG."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        stream = io.BytesIO()
        canvas: Any = FigureCanvasAgg(self._figure)
        canvas.print_png(stream, metadata={"Software": None, "Title": title, "Source": source})
        return stream.getvalue()

    def svg(self, title: str, source: str) -> bytes:
        """Return the picture as SVG."""
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        stream = io.StringIO()
        self._figure.set_dpi(DPI)
        self._figure.set_size_inches(self.width / DPI, self.height / DPI)
        described = {"Date": None, "Creator": None, "Format": None, "Type": None}
        canvas: Any = FigureCanvasSVG(self._figure)
        canvas.print_svg(stream, metadata=described | {"Title": title.replace('"', "”"), "Source": source})
        return _plain(stream.getvalue(), self._size).encode()


def _box(left: float, top: float, wide: float, tall: float) -> Path:
    from matplotlib.path import Path

    right, bottom = left + wide, top + tall
    return Path([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], closed=True)


def _moved(path: Path, x: float, y: float, scale: float = 1.0) -> Path:
    from matplotlib.path import Path

    return Path(np.asarray(path.vertices) * scale + [x, y], path.codes)


def _plain(svg: str, size: tuple[int, int]) -> str:
    """Set the size in pixels, and name what is referred to by numbers: matplotlib's names differ from run to run."""
    svg = re.sub(r"<!DOCTYPE.*?>\s*", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r'(<svg [^>]*?)width="[^"]*"', rf'\1width="{size[0]}"', svg, count=1)
    svg = re.sub(r'(<svg [^>]*?)height="[^"]*"', rf'\1height="{size[1]}"', svg, count=1)
    numbers: dict[str, str] = {}
    for name in re.findall(r'\bid="([^"]*)"', svg):
        numbers.setdefault(name, f"i{len(numbers)}")
    return re.sub(
        r'(\bid="|url\(#|href="#)([^")]*)', lambda found: found[1] + numbers.get(found[2], found[2]), svg
    )
