"""Map layers that a page may load from the network once its reader has agreed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mapper.errors import OptionError

LOCAL_HOSTS = {"127.0.0.1", "localhost"}
URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::(?P<port>[0-9]{1,5}))?(?P<path>/\S*)",
    re.IGNORECASE,
)
EXAMPLE = 'write it as "NAME=https://HOST/{z}/{x}/{y}.png"'


@dataclass(frozen=True, kw_only=True, slots=True)
class OnlineLayer:
    """A layer of raster tiles on a server.

    Attributes
    ----------
    name
        What the reader chooses.
    url
        Address of a tile with ``{z}``, ``{x}`` and ``{y}`` in it.
    attribution
        Credit in plain text.
    maxzoom
        Highest zoom level that the server has.
    """

    name: str
    url: str
    attribution: str
    maxzoom: int = 19


ONLINE_LAYERS = (
    OnlineLayer(
        name="OpenStreetMap",
        url="https://tile.openstreetmap.org/{z}/{x}/{y}.png",
        attribution="© OpenStreetMap contributors",
    ),
    OnlineLayer(
        name="Satellite (Sentinel-2 cloudless 2016)",
        url="https://tiles.maps.eox.at/wmts/1.0.0/s2cloudless_3857/default/g/{z}/{y}/{x}.jpg",
        attribution="Sentinel-2 cloudless – https://s2maps.eu by EOX IT Services GmbH"
        " (Contains modified Copernicus Sentinel data 2016)",
        maxzoom=14,
    ),
)


def online_layer(text: str) -> OnlineLayer:
    """Return the layer that ``"NAME=https://HOST/{z}/{x}/{y}.png"`` describes.

    The host may hold only what is safe in a content security policy. ``http`` is for this computer alone.

    Raises
    ------
    OptionError
        If a part is missing or cannot be used.
    """
    name, equals, url = (part.strip() for part in text.partition("="))
    if not equals or not name or not url:
        raise OptionError(f"{text!r} is no layer: {EXAMPLE}")
    if len(name) > 60 or not name.isprintable():
        raise OptionError(
            f"the layer's name {name[:80]!r} is too long or cannot be shown: use up to 60 characters"
        )
    match = URL.fullmatch(url)
    if match is None or ".." in match["host"] or not 0 < int(match["port"] or 443) < 65536:
        raise OptionError(
            f"the layer's address {url!r} has no plain host (ASCII letters, digits, dots, hyphens): {EXAMPLE}"
        )
    scheme, host = match["scheme"].lower(), match["host"].lower()
    if scheme == "http" and host not in LOCAL_HOSTS:
        raise OptionError(f"the layer's address {url!r} is not encrypted: use https://")
    fields = re.findall(r"\{[^{}]*\}", match["path"])
    rest = re.sub(r"\{[^{}]*\}", "", match["path"])
    if set(fields) != {"{z}", "{x}", "{y}"} or not re.fullmatch(r"[!$%&()*+,\-./0-9:;=?@A-Z_a-z~]*", rest):
        raise OptionError(
            f"the layer's address {url!r} must hold {{z}}, {{x}} and {{y}}, no other such field, and otherwise "
            f"only what an address may hold: {EXAMPLE}"
        )
    origin = f"{scheme}://{host}" + (f":{int(match['port'])}" if match["port"] else "")
    return OnlineLayer(name=name, url=origin + match["path"], attribution=f"Tiles: {host}")


def img_sources(layers: Iterable[OnlineLayer]) -> list[str]:
    """Return the origins of the layers' tiles, for ``img-src`` of a content security policy.

    Raises
    ------
    OptionError
        If a layer's address is none that :func:`online_layer` would take.
    """
    return sorted({"/".join(online_layer(f"layer={layer.url}").url.split("/")[:3]) for layer in layers})
