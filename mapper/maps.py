"""Incidents drawn on one self-contained web page: a folium map that never asks the network for anything.

Every script on the page is constant and named by its hash in the page's content security policy; what was read
from reports travels as JSON in a data block, and the page writes it as text, never as markup.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from html.parser import HTMLParser
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from mapper.errors import OptionError
from mapper.features import map_data
from mapper.files import write_text
from mapper.model import Extraction, Place, Rejected
from mapper.online_layers import ONLINE_LAYERS, OnlineLayer, img_sources
from mapper.packing import all_packed, packed_columns, packed_json
from mapper.tilesets import Tileset, packed

if TYPE_CHECKING:
    import folium

MAX_ZOOM = 14
STYLES = ("vendor/leaflet/leaflet.css", "map_page/page.css", "map_page/tiles.css", "map_page/print.css")
VECTOR_SCRIPT = "vendor/vectortiles/vectortiles.js"  # only in pages that carry vector tiles
SCRIPTS = (
    "vendor/leaflet/leaflet.js",
    "vendor/supercluster/supercluster.js",
    *(
        f"map_page/{name}.js"
        for name in (
            "basemap", "words", "elements", "store", "symbols", "marks", "filters", "filter_form", "timeline", "table", "details",
            "selection", "band_shapes", "bands", "tiles", "picture", "print", "link", "share", "page",
        )
    ),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class MapOptions:
    """How the page looks and what it offers.

    Attributes
    ----------
    embed
        Leave out all but the map, for a page around it, which is told the selected incident.
    blur
        Hide sentences until they are clicked.
    layers
        Backgrounds that a reader may load from the network once they have agreed.
    tiles
        A background that the page carries.
    beside
        A background in a folder beside the page (:func:`mapper.tilesets.write_beside`).
    """

    embed: bool = False
    blur: bool = False
    layers: tuple[OnlineLayer, ...] = ONLINE_LAYERS
    tiles: Tileset | None = None
    beside: Mapping[str, Any] | None = None


_NO_ZOOM = re.compile(r"<meta name=\"viewport\"[^>]*user-scalable=no[^>]*>")


def make_map(
    extractions: Sequence[Extraction],
    *,
    basemap: Mapping[str, Any],
    title: str | None = None,
    labels: Sequence[Place] = (),
    rejected: Sequence[Rejected] = (),
    outline: Callable[[Place], list[list[int]]] | None = None,
    options: MapOptions | None = None,
) -> folium.Map:
    """Draw the incidents of one or more reports.

    Parameters
    ----------
    extractions
        What was read from each report. Incidents keep their order.
    basemap
        Land, borders and labels, as ``mapper.ground.ground()`` chooses them.
    title
        Heading of the page; if None, the title of the only report, else "Incidents in N reports".
    labels
        Towns whose names shall stand on the map from zoom 7 on, most important first, besides the world's
        largest cities and the places of the incidents.
    rejected
        Inputs that could not be read at all; what was rejected within a report stands in its extraction.
    outline
        Gives the rings of a region's or an area's outline (see ``mapper.distances.outline``); without it they are drawn
        as circles.
    options
        How the page looks and what it offers.

    Returns
    -------
    folium.Map
        A map in a figure of its own, with one layer (:class:`mapper.incident_layer.IncidentLayer`). :func:`map_html` and
        :func:`save_map` make the page from it; folium's own ``save`` works too, but leaves the content security policy
        out.

    Raises
    ------
    OptionError
        If the basemap lacks a part.
    """
    import folium
    from branca.element import Figure
    from jinja2 import Template

    from mapper.incident_layer import IncidentLayer

    missing = [key for key in ("packed", "countries", "borders", "view", "views") if key not in basemap]
    if missing:
        raise OptionError(f"the basemap lacks {', '.join(missing)}: pass mapper.world.basemap()")
    chosen = options or MapOptions()
    result = folium.Map(tiles=None, prefer_canvas=True, zoom_control=False)
    result._id = "incidents"  # folium's random names would make two runs differ
    result.default_js, result.default_css = [], []
    # Only constants: the options become part of a script.
    result.options |= {
        "attribution_control": False,
        "fade_animation": False,
        "min_zoom": 1,
        "max_zoom": MAX_ZOOM,
    }
    data = map_data(
        extractions, basemap=basemap, title=title, labels=labels, rejected=rejected, outline=outline
    )
    columns, plan = packed_columns(data.columns)
    places, place_plan = packed_columns(data.places)
    scripts, tiles = list(SCRIPTS), packed(chosen.tiles) if chosen.tiles else None
    head = data.head | {
        "plan": plan,
        "place_plan": place_plan,
        "options": {
            "embed": chosen.embed,
            "blur": chosen.blur,
            "layers": [asdict(layer) for layer in chosen.layers],
            "tiles": tiles and tiles["head"],
            "beside": chosen.beside,
        },
    }
    blocks = {
        "incident-data": packed_json(head),
        "incident-columns": columns,
        "place-columns": places,
        "basemap-data": checked_base64(basemap["packed"]),
    }
    if tiles is not None:
        blocks["tiles-data"] = checked_base64(tiles["data"])
        if tiles["head"]["kind"] == "vector":
            scripts.insert(1, VECTOR_SCRIPT)
    if basemap.get("near"):
        blocks["near-data"] = checked_base64(basemap["near"])
    figure = cast(Figure, result.get_root())
    figure._template = Template(_page_file("map_page/page.html"))
    figure.title = data.head["title"].encode("utf-8", "replace").decode()
    layer = IncidentLayer(
        scripts=[_page_file(name) for name in scripts],
        styles=[_page_file(name) for name in STYLES],
        blocks=blocks,
        rows=all_packed(data.chunks),
        places=all_packed(data.place_chunks),
        images=[*(["'self'"] if chosen.beside else []), *img_sources(chosen.layers)],
    )
    result.add_child(layer)
    return result


def map_html(folium_map: folium.Map) -> str:
    """Return the page as one HTML text with its content security policy.

    It works from a file and in ``<iframe srcdoc>``: all scripts, styles and data stand in it.
    """
    from mapper.incident_layer import IncidentLayer

    # Folium forbids to zoom the page with two fingers; our own viewport line stands above it.
    html = _NO_ZOOM.sub("", str(folium_map.get_root().render()), count=1)
    layers = [child for child in folium_map._children.values() if isinstance(child, IncidentLayer)]
    images = " ".join(dict.fromkeys(source for layer in layers for source in layer.images))
    scripts = _Scripts()
    scripts.feed(html)
    hashes = sorted(
        {f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts.found}
    )
    policy = (
        f"default-src 'none'; script-src {' '.join(hashes)}; style-src 'unsafe-inline'; "
        f"img-src data: blob: {images}; base-uri 'none'; form-action 'none'"
    )
    charset = '<meta charset="utf-8">'
    return html.replace(
        charset, f'{charset}\n<meta http-equiv="Content-Security-Policy" content="{policy}">', 1
    )


def save_map(folium_map: folium.Map, path: str | os.PathLike[str]) -> None:
    """Write the page to a file, which is replaced whole or not at all.

    Raises
    ------
    OSError
        If the folder does not exist or cannot be written to.
    """
    write_text(path, map_html(folium_map))


def checked_base64(text: Any) -> str:
    """Return a text of a basemap if it is base64.

    Raises
    ------
    OptionError
        If it is not.
    """
    try:
        base64.b64decode(text, validate=True)
    except (TypeError, ValueError) as error:
        raise OptionError("the basemap's packed part is not base64: pass mapper.world.basemap()") from error
    return str(text)


@lru_cache(maxsize=32)
def _page_file(name: str) -> str:
    return files("mapper").joinpath(name).read_text(encoding="utf-8")


class _Scripts(HTMLParser):
    """Collects the text of every script that a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = (dict(attrs).get("type") or "text/javascript").lower()
        self._inside = tag == "script" and kind in {"text/javascript", "application/javascript", "module"}
        if self._inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data
