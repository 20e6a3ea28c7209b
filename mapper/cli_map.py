"""The options of ``mapper map``, and what it writes: a page, or a picture."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from mapper.errors import OptionError
from mapper.model import Extraction, Rejected

PICTURES = {".png": "png", ".svg": "svg"}
MOST_PX = 8000
WORLD = ((-60.0, -180.0), (75.0, 180.0))


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options that say how the map looks and what the page carries."""
    command.add_argument("--title", help="title of the map")
    command.add_argument(
        "--detail",
        choices=("standard", "high"),
        default="standard",
        help="land and borders: fine around the incidents (default), or fine everywhere (1.5 MB more)",
    )
    command.add_argument(
        "--embed", action="store_true", help="for an iframe: the map alone, which tells the page around it what is selected"
    )  # fmt: skip
    command.add_argument("--blur", action="store_true", help="hide sentences until the reader clicks on them")
    command.add_argument(
        "--layer",
        action="append",
        default=[],
        metavar="NAME=URL",
        help="offer a background that the reader may load from the network, as https://HOST/{z}/{x}/{y}.png, besides "
        "OpenStreetMap and a satellite picture; none: offer none at all",
    )
    command.add_argument(
        "--tiles", metavar="FILE", help="put a background into the page: what an MBTiles or PMTiles file has around the incidents"
    )  # fmt: skip
    command.add_argument(
        "--tiles-beside",
        action="store_true",
        help="with --tiles: write it into a folder beside the page instead",
    )
    command.add_argument(
        "--size",
        type=_size,
        metavar="WIDTHxHEIGHT",
        help="of a picture (-o map.png, map.svg), in pixels (default: 1600x1000)",
    )


def write_map(
    options: argparse.Namespace, extractions: Sequence[Extraction], rejected: Sequence[Rejected]
) -> None:
    """Write what ``options.output`` names: a picture if its suffix is one of ``PICTURES``, else a page.

    Raises
    ------
    OptionError
        If the options do not fit each other.
    InputError
        If the tile file cannot be used.
    """
    from mapper.files import write_bytes, write_text

    form = PICTURES.get(Path(options.output).suffix.lower())
    if form is not None:
        write_bytes(options.output, _picture(options, form, extractions))
    elif options.output == "-":
        sys.stdout.write(_page(options, extractions, rejected))
        sys.stdout.flush()
    else:
        write_text(options.output, _page(options, extractions, rejected))


def _picture(options: argparse.Namespace, form: str, extractions: Sequence[Extraction]) -> bytes:
    from mapper.pipeline import make_picture

    given = {
        "--embed": options.embed,
        "--blur": options.blur,
        "--layer": options.layer,
        "--tiles": options.tiles,
        "--tiles-beside": options.tiles_beside,
    }
    for name, value in given.items():
        if value:
            raise OptionError(
                f"{name} is for a page, not for {options.output}: leave it out, or write an .html file"
            )
    width, height = options.size or (1600, 1000)
    return make_picture(
        extractions,
        format="svg" if form == "svg" else "png",
        title=options.title,
        view=options.view,
        width_px=width,
        height_px=height,
    )


def _page(
    options: argparse.Namespace, extractions: Sequence[Extraction], rejected: Sequence[Rejected]
) -> str:
    from mapper.maps import MapOptions, map_html
    from mapper.online_layers import ONLINE_LAYERS, online_layer
    from mapper.pipeline import make_map

    if options.size:
        raise OptionError("--size is for a picture: write a .png or .svg file with it")
    if options.tiles_beside and not options.tiles:
        raise OptionError("--tiles-beside needs --tiles FILE: which tiles are to lie there?")
    named = [layer for layer in options.layer if layer != "none"]
    if len(named) < len(options.layer) and named:
        raise OptionError("--layer none offers no layers at all: leave it out, or the others")
    offered = () if options.layer and not named else (*ONLINE_LAYERS, *map(online_layer, named))
    tiles = beside = None
    if options.tiles:
        from mapper.tilesets import read_tileset, write_beside

        tiles = read_tileset(options.tiles, frame=_frame(extractions))
        if options.tiles_beside:
            if options.output == "-":
                raise OptionError("--tiles-beside needs a file: name it with -o")
            page = Path(options.output)
            beside = write_beside(tiles, page.with_name(f"{page.stem}_tiles"))
            tiles = None
    drawn = make_map(
        extractions,
        title=options.title,
        rejected=rejected,
        view=options.view,
        detail=options.detail,
        options=MapOptions(
            embed=options.embed, blur=options.blur, layers=offered, tiles=tiles, beside=beside
        ),
    )
    return map_html(drawn)


def _frame(extractions: Sequence[Extraction]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the south-west and north-east corner of all incidents, latitude before longitude."""
    points = [incident.place.point for e in extractions for incident in e.incidents]
    if not points:
        return WORLD
    lats, lons = [point.lat for point in points], [point.lon for point in points]
    return (min(lats), min(lons)), (max(lats), max(lons))


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})[xX×](\d{1,5})", text.strip())
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size like 1600x1000")
    width, height = int(match[1]), int(match[2])
    if not (200 <= width <= MOST_PX and 200 <= height <= MOST_PX):
        raise argparse.ArgumentTypeError(f"{text!r} is not within 200x200 and {MOST_PX}x{MOST_PX} pixels")
    return width, height
