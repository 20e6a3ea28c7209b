"""The ways to an HTML map that ``html_map.py`` sets side by side, and the files that their pages load.

Each way takes the incidents as they are in memory and gives the page as text. All carry the same facts about an incident,
in a popup or tooltip. Ours carries more: the words behind each field, the distance to the border, a list, filters.
"""

from __future__ import annotations

import datetime
import html
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "data"))

from fetch import npm_package  # noqa: E402

from mapper.model import Extraction, Incident  # noqa: E402

OURS = "mapper"
BASE = "FastMarkerCluster"  # what ratios are to
FACTS = ("title", "kind", "date", "place", "killed", "injured", "sentence")
POPUP = """function (row) {
  var marker = L.marker([row[0], row[1]]);
  marker.bindPopup(function () {
    var box = document.createElement("div");
    row.slice(2).forEach(function (fact) {
      var line = document.createElement("div");
      line.textContent = fact;
      box.appendChild(line);
    });
    return box;
  });
  return marker;
}"""
# Where the pages load from, and the package that holds the same file.
PACKAGES = {
    "leaflet": ("leaflet", "1.9.3", "10d016716b56048661eaf9cde004dc82e80bd3613b52c4f53cf5aec73088006c"),
    "jquery": ("jquery", "3.7.1", "68a9f787516da47c680e09c187bcbac4536b6f85d90eb882844e12919e583f53"),
    "bootstrap": ("bootstrap", "5.2.2", "6ae3403f9085283be866fd9bca04f3034ffc755e466e6a1ff9836e8c0a1340d4"),
    "awesome": (
        "@fortawesome/fontawesome-free",
        "6.2.0",
        "627ba11e9f2923be8f4c3f8688b9b4f17d787ce02691f32837893f53e8276c2a",
    ),
    "markers": (
        "leaflet.awesome-markers",
        "2.0.5",
        "b0180e6ae1c9bce3a212bb0b4f3a8c484cf8c15725958e930c68b7e3f7693aa7",
    ),
    "cluster": (
        "leaflet.markercluster",
        "1.1.0",
        "47219016d91e524b329a0fb2365961bf8228109bb58e370ad0b1ab6299288b91",
    ),
    "mapbox": ("mapbox-gl", "1.13.0", "302095ca250a5b58b9c973e2217ad44bc9ec383675da70faefad4e128dcf8e68"),
    "maplibre": ("maplibre-gl", "5.14.0", "34d21aa838d819e8264ac55a04dfedb8f8ed0163f4a362572af60976f535112e"),
}
ADDRESSES = {
    "cdn.jsdelivr.net/npm/leaflet@1.9.3/": ("leaflet", ""),
    "code.jquery.com/jquery-3.7.1.min.js": ("jquery", "dist/jquery.min.js"),
    "cdn.jsdelivr.net/npm/bootstrap@5.2.2/": ("bootstrap", ""),
    "cdn.jsdelivr.net/npm/@fortawesome/fontawesome-free@6.2.0/": ("awesome", ""),
    "cdnjs.cloudflare.com/ajax/libs/Leaflet.awesome-markers/2.0.2/": ("markers", "dist/"),
    "cdnjs.cloudflare.com/ajax/libs/leaflet.markercluster/1.1.0/": ("cluster", "dist/"),
    "api.tiles.mapbox.com/mapbox-gl-js/v1.13.0/": ("mapbox", "dist/"),
    "unpkg.com/maplibre-gl@5.14.0/": ("maplibre", ""),
}


def resources() -> dict[str, Path]:
    """Return the file or folder behind each address (without ``https://``) that a page loads from.

    Raises
    ------
    SystemExit
        If npm is missing or a package is not the one expected.
    """
    import pydeck

    folders = {key: npm_package(*package) for key, package in PACKAGES.items()}
    found = {address: folders[key] / path for address, (key, path) in ADDRESSES.items()}
    # The npm package is not in every registry; the wheel has the same bundle, for pages that work offline.
    bundle = Path(pydeck.__file__).parent / "nbextension" / "static" / "index.js"
    found["cdn.jsdelivr.net/npm/@deck.gl/jupyter-widget@"] = bundle
    return found


class Contender(NamedTuple):
    """A way to a map: how to build its page, what tells that its incidents are drawn, and how many are worth trying.

    ``map`` is JavaScript that gives the page's map object; ``drawn`` is JavaScript that is true once the incidents
    are there (``n`` of them, ``map`` as before).
    """

    name: str
    build: Callable[[Sequence[Extraction]], str]
    map: str
    drawn: str
    most: int | None = None


def _incidents(extractions: Sequence[Extraction]) -> Iterator[Incident]:
    return (incident for extraction in extractions for incident in extraction.incidents)


def _facts(incident: Incident) -> tuple[str, ...]:
    def count(figure: int | None) -> str:
        return "" if figure is None else str(figure)

    day = incident.date.isoformat() if isinstance(incident.date, datetime.date) else ""
    return (
        incident.title,
        incident.kind,
        day,
        incident.place.name,
        count(incident.killed),
        count(incident.injured),
        incident.evidence,
    )


def _fitted(extractions: Sequence[Extraction], **options: Any) -> Any:
    """Return folium's own map, framed to the incidents."""
    import folium

    result = folium.Map(**options)
    points = [incident.place.point for incident in _incidents(extractions)]
    lats, lons = [p.lat for p in points], [p.lon for p in points]
    result.fit_bounds([[min(lats), min(lons)], [max(lats), max(lons)]])
    return result


def _popups(extractions: Sequence[Extraction], parent: Any) -> None:
    import folium

    for incident in _incidents(extractions):
        point, facts = incident.place.point, _facts(incident)
        text = "<br>".join(html.escape(fact) for fact in facts)
        folium.Marker((point.lat, point.lon), tooltip=html.escape(facts[0]), popup=text).add_to(parent)


def ours(extractions: Sequence[Extraction]) -> str:
    """Build the page of this project."""
    from mapper import maps, pipeline

    return maps.map_html(pipeline.make_map(extractions))


def markers(extractions: Sequence[Extraction]) -> str:
    """Build a folium page of plain markers."""
    result = _fitted(extractions)
    _popups(extractions, result)
    return str(result.get_root().render())


def marker_cluster(extractions: Sequence[Extraction]) -> str:
    """Build a folium page of markers in a MarkerCluster."""
    from folium.plugins import MarkerCluster

    result = _fitted(extractions)
    _popups(extractions, MarkerCluster().add_to(result))
    return str(result.get_root().render())


def fast_marker_cluster(extractions: Sequence[Extraction]) -> str:
    """Build a folium page of a FastMarkerCluster that makes its popups when they are asked for."""
    from folium.plugins import FastMarkerCluster

    result = _fitted(extractions)
    rows = [[i.place.point.lat, i.place.point.lon, *_facts(i)] for i in _incidents(extractions)]
    FastMarkerCluster(rows, callback=POPUP).add_to(result)
    return str(result.get_root().render())


def geojson(extractions: Sequence[Extraction]) -> str:
    """Build a folium page of GeoJSON drawn as circles on a canvas."""
    import folium

    result = _fitted(extractions, prefer_canvas=True)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [i.place.point.lon, i.place.point.lat]},
            "properties": dict(zip(FACTS, _facts(i), strict=True)),
        }
        for i in _incidents(extractions)
    ]
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        marker=folium.CircleMarker(radius=4, weight=1, fill=True),
        popup=folium.GeoJsonPopup(fields=list(FACTS)),
    ).add_to(result)
    return str(result.get_root().render())


def pydeck_scatter(extractions: Sequence[Extraction]) -> str:
    """Build a pydeck page of a ScatterplotLayer, without a base map."""
    import pydeck

    rows = [
        {"lon": i.place.point.lon, "lat": i.place.point.lat, **dict(zip(FACTS, _facts(i), strict=True))}
        for i in _incidents(extractions)
    ]
    layer = pydeck.Layer(
        "ScatterplotLayer",
        rows,
        get_position=["lon", "lat"],
        get_fill_color=[136, 34, 85],
        radius_units="'pixels'",
        get_radius=4,
        pickable=True,
    )
    deck = pydeck.Deck(
        [layer],
        map_provider=None,
        map_style=None,
        initial_view_state=pydeck.ViewState(latitude=20, longitude=20, zoom=1),
        tooltip={"text": "\n".join(f"{{{fact}}}" for fact in FACTS)},
    )
    return str(deck.to_html(as_string=True))


# A folium page's map is the one global variable of the name map_<32 hexadecimal digits>.
FOLIUM = "(window[Object.keys(window).find((key) => /^map_[0-9a-f]{32}$/.test(key))])"
LOADED = "document.readyState === 'complete' && map._loaded"
CLUSTERED = (
    f"{LOADED} && map.getPane('markerPane').childElementCount > 0 && Object.values(map._layers).some((layer) => "
    "layer._topClusterLevel && layer._topClusterLevel._childCount === n)"
)
LAYERS = "map.layerManager.getLayers().filter((layer) => layer.isLoaded && layer.getNumInstances() === n)"
CONTENDERS = (
    Contender(
        OURS, ours, "(window.map_incidents)", "document.documentElement.dataset.interactive === 'true'"
    ),
    Contender(
        "Marker",
        markers,
        FOLIUM,
        f"{LOADED} && map.getPane('markerPane').childElementCount >= n",
        most=10_000,
    ),
    Contender("MarkerCluster", marker_cluster, FOLIUM, CLUSTERED, most=100_000),
    Contender(BASE, fast_marker_cluster, FOLIUM, CLUSTERED),
    Contender(
        "GeoJson (canvas)",
        geojson,
        FOLIUM,
        f"{LOADED} && map.getPane('overlayPane').querySelector('canvas') && Object.keys(map._layers).length > n",
    ),
    Contender(
        "pydeck Scatterplot",
        pydeck_scatter,
        "(typeof deckInstance === 'undefined' ? undefined : deckInstance)",
        f"document.readyState === 'complete' && map.isInitialized && {LAYERS}.length > 0",
    ),
)
