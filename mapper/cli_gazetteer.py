"""The command ``mapper gazetteer``: what is installed, and a user's own places."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

MOST_TOLD = 20  # rejected rows that are named one by one


def add_parser(commands: Any, say: Callable[[str], None]) -> None:
    """Add the command to the command line; ``say`` prints a message to standard error."""
    command = commands.add_parser("gazetteer", help="your own places; what is installed")
    actions = command.add_subparsers(required=True, metavar="ACTION")
    info = actions.add_parser("info", help="tell what is installed")
    info.add_argument("--json", action="store_true", help="answer as JSON")
    info.set_defaults(run=_info)
    adding = actions.add_parser("add", help="import a table of places, or a country dump of GeoNames")
    adding.add_argument(
        "files", nargs="+", metavar="FILE", help="a CSV file, or UA.txt or UA.zip of GeoNames"
    )
    adding.add_argument("--name", metavar="NAME", help="what to keep it under (default: the file's name)")
    adding.set_defaults(run=lambda options: _add(options, say))
    removing = actions.add_parser("remove", help="delete an import")
    removing.add_argument("names", nargs="+", metavar="NAME", help="the name of an import, as info tells it")
    removing.set_defaults(run=_remove)


def _info(options: argparse.Namespace) -> int:
    import json

    from mapper import own_places, world

    entries = own_places.installed()
    if options.json:
        sys.stdout.write(json.dumps(entries, ensure_ascii=False, indent=1) + "\n")
        return 0
    shipped, *own = entries
    lines = [
        f"shipped: {shipped['path']}",
        f"  {shipped['about']}",
        f"  sources of {shipped['date']}: {', '.join(shipped['sources'])}",
        f"  licence: {shipped['licence']}",
        f"your own, in {world.own_folder()}: {len(own) or 'none'}",
    ]
    for entry in own:
        if "error" in entry:
            lines.append(f"  {entry['name']}: {entry['error']}")
        else:
            lines.append(
                f"  {entry['name']}: {entry['places']:,} places from {entry['source']}, {entry['date']}"
            )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _add(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from mapper import own_places
    from mapper.errors import OptionError

    if options.name and len(options.files) > 1:
        raise OptionError(f"--name {options.name} is for one file, not for {len(options.files)}")
    titles = [own_places.title_of(file) for file in options.files]
    twice = next((title for title in titles if titles.count(title) > 1), None)
    if twice:
        raise OptionError(f"two of the files would be kept as {twice!r}: add them one by one, with --name")
    rejected = 0
    for file in options.files:
        done = own_places.add(file, options.name)
        for row in done.rejected[:MOST_TOLD]:
            say(f"mapper: {row.source}: {row.reason}")
        if len(done.rejected) > MOST_TOLD:
            say(f"mapper: {file}: {len(done.rejected) - MOST_TOLD:,} more rows rejected")
        rejected += len(done.rejected)
        present = f", {done.present:,} there already" if done.present else ""
        places, rows = (
            f"{n:,} {what}{'' if n == 1 else 's'}"
            for n, what in ((done.added, "place"), (len(done.rejected), "row"))
        )
        say(f"{done.name}: {places} added{present}, {rows} rejected")
    return 1 if rejected else 0


def _remove(options: argparse.Namespace) -> int:
    from mapper import own_places

    for name in options.names:
        own_places.remove(name)
    return 0
