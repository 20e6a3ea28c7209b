"""Incidents drawn on one self-contained web page: a folium map that never asks the network for anything.

Every script on the page is constant and named by its hash in the page's content security policy; what was read
from reports travels as JSON in a data block, and the page writes it as text, never as markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html.parser import HTMLParser
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from mapper.errors import OptionError
from mapper.features import map_data
from mapper.files import write_text
from mapper.model import Extraction, Place, Rejected

if TYPE_CHECKING:
    import folium

MAX_ZOOM = 12
SCRIPTS = ("basemap.js", "markers.js", "page.js")


def make_map(
    extractions: Sequence[Extraction],
    *,
    basemap: Mapping[str, Any],
    title: str | None = None,
    labels: Sequence[Place] = (),
    rejected: Sequence[Rejected] = (),
) -> folium.Map:
    """Draw the incidents of one or more reports.

    Parameters
    ----------
    extractions
        What was read from each report. Incidents keep their order.
    basemap
        Land, borders and labels: the content of ``basemap.json.gz`` as ``mapper.world.basemap()`` gives it.
    title
        Heading of the page; if None, the title of the only report, else "Incidents in N reports".
    labels
        Towns whose names shall stand on the map from zoom 7 on, most important first, besides the world's
        largest cities and the places of the incidents.
    rejected
        Inputs that could not be read at all; what was rejected within a report stands in its extraction.

    Returns
    -------
    folium.Map
        A map in a figure of its own. :func:`map_html` and :func:`save_map` make the page from it; folium's own
        ``save`` works too, but leaves the content security policy out.

    Raises
    ------
    OptionError
        If the basemap lacks a part.
    """
    import folium
    from branca.element import Element, Figure, MacroElement
    from jinja2 import Template

    missing = [key for key in ("packed", "countries", "borders", "view", "views") if key not in basemap]
    if missing:
        raise OptionError(f"the basemap lacks {', '.join(missing)}: pass mapper.world.basemap()")
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

    def block(tag: str, text: str, attributes: str = "") -> Element:
        # The text goes in as a value: a text given as the template itself would be run as one.
        element = Element(f"<{tag}{attributes}>{{{{ this.text }}}}</{tag}>")
        element.text = text  # type: ignore[attr-defined]
        return element

    content = map_data(extractions, basemap=basemap, title=title, labels=labels, rejected=rejected)
    figure = cast(Figure, result.get_root())
    figure._template = Template(_page_file("map_page/page.html"))
    figure.title = content["title"].encode("utf-8", "replace").decode()
    for name in ("vendor/leaflet/leaflet.css", "map_page/page.css"):
        figure.header.add_child(block("style", _page_file(name)), name=name)
    for name in ("vendor/leaflet/leaflet.js", *(f"map_page/{script}" for script in SCRIPTS)):
        figure.header.add_child(block("script", _page_file(name)), name=name)
    data_block = ' type="application/json" id="incident-data"'
    figure.html.add_child(block("script", _safe_json(content), data_block), name="data")
    basemap_block = ' type="text/plain" id="basemap-data"'
    figure.html.add_child(block("script", _checked_base64(basemap["packed"]), basemap_block), name="basemap")
    begin = MacroElement()  # type: ignore[no-untyped-call]
    begin._name, begin._id = "begin", "incidents"
    begin._template = Template(
        "{% macro script(this, kwargs) %}incidentMap.start({{ this._parent.get_name() }});{% endmacro %}"
    )
    result.add_child(begin)
    return result


def map_html(folium_map: folium.Map) -> str:
    """Return the page as one HTML text with its content security policy.

    It works from a file and in ``<iframe srcdoc>``: all scripts, styles and data stand in it.
    """
    html = str(folium_map.get_root().render())
    scripts = _Scripts()
    scripts.feed(html)
    hashes = sorted(
        {f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts.found}
    )
    policy = (
        f"default-src 'none'; script-src {' '.join(hashes)}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
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


def _safe_json(value: Any) -> str:
    """Return JSON in ASCII that holds no character with a meaning to an HTML parser."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _checked_base64(text: Any) -> str:
    try:
        base64.b64decode(text, validate=True)
    except (TypeError, ValueError) as error:
        raise OptionError("the basemap's packed part is not base64: pass mapper.world.basemap()") from error
    return str(text)


@lru_cache(maxsize=16)
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
