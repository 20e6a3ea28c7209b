"""The command line: ``mapper map | extract | geocode | gazetteer | distance | convert | app``."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapper import __version__, cli_gazetteer, cli_map
from mapper.errors import MapperError, OptionError
from mapper.model import DEFAULT_VIEW, Place, Point

if TYPE_CHECKING:
    from mapper.chat import Endpoint
    from mapper.model import Candidate, Extraction, Rejected
    from mapper.progress import ReportBar
    from mapper.runs import Tally, Task

DONE, SOME_REJECTED, UNUSABLE = 0, 1, 2
MOST_NAMED = 20  # rows without a place; the review list has them all
STATUS_WORDS = {"found": "found", "review": "to review", "missing": "missing"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 some inputs rejected, 2 unusable input.

    Raises
    ------
    SystemExit
        With code 2 where the arguments cannot be parsed.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names come in all scripts, whatever the terminal's locale
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        options = _parser().parse_args(_glued(list(sys.argv[1:] if argv is None else argv)))
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except (MapperError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE
        _say(f"mapper: error: {error}")
        return UNUSABLE
    except KeyboardInterrupt:
        return 130


def _glued(argv: list[str]) -> list[str]:
    """Join ``--at -33.9,18.4``, which would be taken for an option of its own."""
    joined: list[str] = []
    for word in argv:
        if joined and joined[-1] in {"--at", "--near"}:
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mapper", description="From news reports to an offline map of incidents."
    )
    parser.add_argument("--version", action="version", version=f"mapper {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    sources = (
        "report files (txt, md, html, pdf, docx, eml, feeds, json, jsonl), folders, - for standard input, "
        "or with --fetch web addresses"
    )
    command = commands.add_parser("map", help="reports → one self-contained HTML map, or a picture")
    command.add_argument("inputs", nargs="+", metavar="INPUT", help=sources)
    command.add_argument(
        "-o",
        "--output",
        default="map.html",
        metavar="FILE",
        help="the map: .html, .png or .svg (default: map.html)",
    )
    _add_published(command)
    _add_view(command)
    _add_recognizer(command)
    _add_fetch(command)
    _add_reader(command)
    _add_separate(command)
    cli_map.add_options(command)
    command.set_defaults(run=_map)

    command = commands.add_parser("extract", help="reports → toponyms, places, incidents and distance claims")
    command.add_argument("inputs", nargs="+", metavar="INPUT", help=sources)
    command.add_argument(
        "--format", choices=("jsonl", "geojson", "csv"), help="default: by the suffix of FILE, else jsonl"
    )
    command.add_argument("-o", "--output", metavar="FILE", help="where to write (default: standard output)")
    _add_published(command)
    _add_view(command)
    _add_recognizer(command)
    _add_fetch(command)
    _add_reader(command)
    _add_separate(command)
    command.add_argument(
        "--resume",
        action="store_true",
        help="with JSON lines in a file: go on with a run that was stopped; the same command, and this",
    )
    command.set_defaults(run=_extract)

    command = commands.add_parser("geocode", help="place names → candidates, best first")
    command.add_argument("names", nargs="*", metavar="NAME", help="a place name in any spelling or script")
    command.add_argument(
        "--country", type=_country, metavar="CC", help="stay within a country (ISO 3166-1 alpha-2)"
    )
    command.add_argument("--near", type=_point, metavar="LAT,LON", help="prefer places near this position")
    command.add_argument(
        "--limit", type=_positive, default=10, metavar="N", help="candidates a name at the most (default: 10)"
    )
    command.add_argument("--json", action="store_true", help="answer as JSON")
    command.add_argument("--input", metavar="CSV", help="geocode a column of a table")
    command.add_argument("--column", default="place", help="the column with the names (default: place)")
    command.add_argument(
        "--country-column", metavar="COLUMN", help="the column with the country of each name (code or name)"
    )
    command.add_argument(
        "--review",
        metavar="FILE",
        help="where to list doubtful and missing names (default: OUTPUT-review.csv, if there are any)",
    )
    command.add_argument("-o", "--output", metavar="FILE", help="where to write (default: standard output)")
    command.set_defaults(run=_geocode)

    cli_gazetteer.add_parser(commands, _say)

    command = commands.add_parser("distance", help="places or positions → distance to the border")
    command.add_argument("places", nargs="*", metavar="PLACE", help="a place name")
    command.add_argument("--at", type=_point, metavar="LAT,LON", help="a position in degrees on WGS 84")
    command.add_argument(
        "--to", metavar="CC", help="to the border of this country (name or code) instead of the nearest one"
    )
    command.add_argument(
        "--territory",
        action="store_true",
        help="with --to: to the country's territory, 0 inside, across water too",
    )
    _add_view(command)
    command.add_argument("--json", action="store_true", help="answer as JSON")
    command.add_argument("--input", metavar="CSV", help="measure the positions of a table")
    command.add_argument("-o", "--output", metavar="FILE", help="where to write (default: standard output)")
    command.set_defaults(run=_distance)

    command = commands.add_parser("convert", help="a table of events → the same with border distances")
    command.add_argument("input", metavar="TABLE", help="a CSV file with columns for latitude and longitude")
    command.add_argument("-o", "--output", required=True, metavar="FILE", help="a .csv or .geojson file")
    command.add_argument("--to", metavar="CC", help="to the borders of this country (name or code) too")
    _add_view(command)
    command.set_defaults(run=_convert)

    command = commands.add_parser("app", help="open the web app on this machine")
    command.add_argument("inputs", nargs="*", metavar="INPUT", help="reports to open it with")
    command.add_argument(
        "--port", type=_port, default=8501, metavar="N", help="port on 127.0.0.1 (default: 8501)"
    )
    _add_published(command)
    _add_view(command)
    command.set_defaults(run=_app)
    return parser


def _add_published(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--published",
        type=_date,
        metavar="DATE",
        help="publication date of reports that carry none (2024-05-31)",
    )


def _add_view(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--view", default=DEFAULT_VIEW, metavar="NAME", help=f"whose borders (default: {DEFAULT_VIEW})"
    )


def _add_recognizer(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--recognizer",
        default="tagger",
        metavar="NAME",
        help="how place names are found: tagger (default), rules, or spacy:PIPELINE, an installed spaCy pipeline",
    )


def _add_fetch(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--fetch",
        action="store_true",
        help="open INPUTs that are http or https addresses; it tells those sites what you look up",
    )


def _add_reader(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--reader",
        default="rules",
        metavar="URL",
        help="who reads the incidents: rules (default), or the URL of an OpenAI-compatible endpoint, which is sent "
        "every report (http://127.0.0.1:11434/v1); its key is taken from MAPPER_LLM_KEY",
    )
    command.add_argument("--model", metavar="NAME", help="with --reader URL: the language model to ask there")


def _add_separate(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--separate",
        action="store_true",
        help="do not merge what several reports tell of one event (JSON lines never are)",
    )


def _reader(options: argparse.Namespace) -> str | Endpoint:
    """Return who reads the incidents; a host that is another machine is named on standard error."""
    if options.reader == "rules":
        if options.model is not None:
            raise OptionError("--model is for a language model: give --reader URL with it")
        return "rules"
    from mapper.chat import Endpoint

    if "://" not in options.reader:
        raise OptionError(f"{options.reader!r} is no reader: choose rules, or the URL of an endpoint")
    if not options.model:
        raise OptionError("--reader URL needs --model NAME: which language model is to be asked there?")
    endpoint = Endpoint(options.reader, options.model)
    if not endpoint.is_loopback:
        how = "" if endpoint.url.lower().startswith("https:") else ", unencrypted"
        _say(f"mapper: the whole text of every report is sent to {endpoint.host}{how}")
    return endpoint


def _map(options: argparse.Namespace) -> int:
    extractions, rejected = _read(options)
    if not extractions:
        return UNUSABLE
    cli_map.write_map(options, extractions, rejected)
    incidents = [incident for e in extractions for incident in e.incidents]
    told = _count(len(incidents), "incident")
    tellings = sum(len(i.members) or 1 for i in incidents)
    if tellings > len(incidents):
        told += f" ({tellings:,} tellings)"
    _say(f"{options.output}: {told} from {_count(len(extractions), 'report')}")
    return SOME_REJECTED if rejected else DONE


def _extract(options: argparse.Namespace) -> int:
    from mapper.export import FORMATS, format_of

    name = format_of(options.output, options.format)
    to_file = options.output and options.output != "-"
    if options.resume and not (name == "jsonl" and to_file):
        raise OptionError("--resume is for JSON lines in a file: give --format jsonl -o FILE with it")
    if name == "jsonl":
        return _extract_lines(options, options.output if to_file else None)
    extractions, rejected = _read(options)
    if not extractions:
        return UNUSABLE
    _put(FORMATS[name](extractions), options.output)
    return SOME_REJECTED if rejected else DONE


def _extract_lines(options: argparse.Namespace, output: str | None) -> int:
    """Write each report's line as soon as it is known, and forget the report."""
    from mapper.model import Rejected
    from mapper.runs import write_file, write_lines

    def put(line: bytes) -> None:
        sys.stdout.write(line.decode("utf-8"))
        sys.stdout.flush()

    task = _task(options)
    bar = _bar(task)
    begun = False

    def told(answer: Extraction | Rejected, tally: Tally) -> None:
        nonlocal begun
        if not begun:
            begun = True
            bar.begin(tally.reports)
        _tell(answer, bar)
        bar(tally.reports, answer.source if isinstance(answer, Rejected) else answer.report.id)

    try:
        tally = (
            write_file(task, output, told, resume=options.resume) if output else write_lines(task, put, told)
        )
    except KeyboardInterrupt:
        bar.close()
        if output and Path(f"{Path(output).resolve()}.part").exists():
            _say(f"mapper: stopped: {output}.part has what is done; the same command with --resume goes on")
        raise
    finally:
        bar.close()
    return UNUSABLE if not tally.reports else SOME_REJECTED if tally.rejected else DONE


def _read(options: argparse.Namespace) -> tuple[list[Extraction], list[Rejected]]:
    """Read all inputs, and merge what several reports tell of one event unless options say not to."""
    from mapper.merging import merge_extractions
    from mapper.model import Rejected

    extractions: list[Extraction] = []
    rejected: list[Rejected] = []
    task = _task(options)
    bar = _bar(task)
    try:
        for read in task.reads():
            answer = read if isinstance(read, Rejected) else task.extract(read)
            _tell(answer, bar)
            if isinstance(answer, Rejected):
                rejected.append(answer)
            else:
                extractions.append(answer)
                bar(len(extractions), answer.report.id)
    finally:
        bar.close()
    return (extractions if options.separate else merge_extractions(extractions)), rejected


def _task(options: argparse.Namespace) -> Task:
    from mapper.runs import Task

    return Task(
        options.inputs,
        published=options.published,
        view=options.view,
        recognizer=options.recognizer,
        fetch=options.fetch,
        reader=_reader(options),
    )


def _bar(task: Task) -> ReportBar:
    from mapper.progress import ReportBar

    return ReportBar(sys.stderr, task.count() if sys.stderr.isatty() else None)


def _tell(answer: Extraction | Rejected, bar: ReportBar) -> None:
    """Name on standard error what could not be used, and what is missing."""
    from mapper.model import Rejected
    from mapper.pipeline import FELL_BACK

    messages = []
    if isinstance(answer, Rejected):
        messages.append(f"{answer.source}: {answer.reason}")
    else:
        messages += [f"{i.source}: {i.reason}" for i in answer.rejected if i.reason.endswith(FELL_BACK)]
        if answer.report.published is None:
            messages.append(
                f"{answer.report.id}: no publication date: relative dates stay open (--published DATE)"
            )
    if messages:
        bar.close()
    for message in messages:
        _say(f"mapper: {message}")


def _geocode(options: argparse.Namespace) -> int:
    from mapper import world
    from mapper.export import place_record

    gazetteer = world.gazetteer()

    def search(name: str) -> list[Candidate]:
        return gazetteer.search(name, country=options.country, near=options.near, limit=options.limit)

    if options.input:
        if options.names:
            raise OptionError("give NAMEs or --input CSV, not both")
        return _geocode_table(options)
    for option, value in (("--country-column", options.country_column), ("--review", options.review)):
        if value:
            raise OptionError(f"{option} is for tables: give --input CSV with it")
    if not options.names:
        raise OptionError("give a NAME, or --input CSV")
    answers = [(name, search(name)) for name in options.names]
    if options.json:
        records = [
            {
                "query": name,
                "match": found[0].match if found else None,
                "candidates": [place_record(c.place) | {"match": c.match, "score": c.score} for c in found],
            }
            for name, found in answers
        ]
        _put(json.dumps(records, ensure_ascii=False, indent=1) + "\n", options.output)
        return DONE
    lines = []
    for name, found in answers:
        lines.append(f"{name}:" if found else f"{name}: no place of that name was found")
        for c in found:
            where = ", ".join(part for part in (c.place.name, c.place.admin1, c.place.country) if part)
            position = f"{c.place.point.lat:.4f},{c.place.point.lon:.4f}"
            lines.append(
                f"  {where:44} {position:20} {c.place.kind:8} ±{c.place.radius_km:.0f} km  {c.match}  {c.score:.2f}"
            )
    _put("\n".join(lines) + "\n", options.output)
    return DONE


def _geocode_table(options: argparse.Namespace) -> int:
    from mapper.lookups import Lookups, Progress, review_path
    from mapper.tables import PLACE_COLUMNS, add_places, read_numbered_table, to_csv_text

    review, asked_for = review_path(options.input, options.output, options.review), bool(options.review)
    table, lines = read_numbered_table(options.input)
    look_up = Lookups(country=options.country, near=options.near, limit=options.limit)
    progress = Progress(sys.stderr)
    try:
        answer = add_places(
            table, options.column, look_up,
            country_column=options.country_column, rows=lines, progress=progress,
        )  # fmt: skip
    finally:
        progress.close()
    _put(to_csv_text(answer.table), options.output)
    told = [f"{answer.counts[status]} {word}" for status, word in STATUS_WORDS.items()]
    summary = f"{options.input}: {_count(len(table), 'row')}: {', '.join(told)}"
    # An old list of the same name would be taken for this table's: then an empty one takes its place.
    if review and (len(answer.review) or asked_for or Path(review).exists()):
        _put(to_csv_text(answer.review), review)
        summary += f"; to review: {review}"
    if answer.columns != PLACE_COLUMNS:
        summary += f"; the added columns are called {answer.columns[0]} and so on"
    for problem in answer.problems[:MOST_NAMED]:
        _say(f"mapper: {options.input}, {problem}")
    if len(answer.problems) > MOST_NAMED:
        _say(f"mapper: {options.input}: and {len(answer.problems) - MOST_NAMED} more rows without a place")
    _say(summary)
    return SOME_REJECTED if answer.problems else DONE


def _distance(options: argparse.Namespace) -> int:
    from mapper import world
    from mapper.distances import country_in_view

    if sum(map(bool, (options.places, options.at, options.input))) != 1:
        raise OptionError("give a PLACE, or --at LAT,LON, or --input CSV")
    if options.territory and not options.to:
        raise OptionError("--territory needs --to COUNTRY: whose territory?")
    borders = world.borders(options.view)
    to = _to(options)
    if to and not options.territory:
        borders.nearest(Point(lat=0, lon=0), to=to)  # says what is wrong with the country
    if options.input:
        if options.territory:
            raise OptionError("--territory is for places and positions: leave it out with --input")
        return _table(options, _with_distances(options.input, to, options.view))
    records: list[dict[str, Any]] = []
    lines: list[str] = []
    missing = []
    for name in options.places or [None]:
        best = _first(name) if name else None
        if name and best is None:
            missing.append(name)
            continue
        place = best.place if best else Place(name="", point=options.at, kind="point", radius_km=0.0)
        if best:
            country, admin1 = country_in_view(place, options.view), place.admin1
        else:
            country, admin1, _ = world.locate(options.at, options.view)
        asked = {"query": name, "place": place.name, "match": best.match} if best else {}
        where = (
            f"{place.name} ({country})"
            if best and country
            else place.name
            if best
            else _position(options.at, country, admin1)
        )
        record, text = _measured(place, to, options)
        records.append(asked | record | {"country": country, "admin1": admin1})
        lines += [f"{where}: {text}", f"  {_nearest_line(record)}"]
    if records:
        answer = json.dumps(records if len(options.places) > 1 else records[0], indent=1)
        _put((answer if options.json else "\n".join(lines)) + "\n", options.output)
    for name in missing:
        _say(f"mapper: {name}: no place of that name was found; try another spelling, or --at LAT,LON")
    return DONE if not missing else SOME_REJECTED if records else UNUSABLE


def _measured(place: Place, to: str | None, options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Return the distance that was asked for as a record and in words."""
    from mapper.distances import border_distance, territory_distance
    from mapper.export import border_record, territory_record

    if options.territory and to:
        found = territory_distance(place, to, view=options.view)
        edge = f"the border with {found.neighbour}" if found.neighbour else "the coast"
        if found.km == 0:
            return territory_record(found), f"inside {to}, {found.depth_km:.2f} km from {edge}"
        text = f"{found.km:.2f} km from the territory of {to}{_extent(place, found.low_km, found.high_km)}"
        return territory_record(found), f"{text}, at {edge}"
    distance = border_distance(place, to, view=options.view)
    text = f"{distance.km:.2f} km to the border {'–'.join(distance.border)}"
    return border_record(distance), text + _extent(place, distance.low_km, distance.high_km)


def _extent(place: Place, low_km: float, high_km: float) -> str:
    return f", {low_km:.1f} to {high_km:.1f} km over its extent" if place.radius_km else ""


def _position(point: Point, country: str | None, admin1: str | None) -> str:
    inside = ", ".join(part for part in (admin1, country) if part) or "no country"
    return f"{point.lat:.5f},{point.lon:.5f} ({inside})"


def _nearest_line(record: dict[str, Any]) -> str:
    nearest = record["nearest_point"]
    return f"nearest point {nearest['lat']:.4f},{nearest['lon']:.4f}; borders: {record['view']} view"


def _with_distances(table: Any, to: str | None, view: str) -> tuple[Any, list[str]]:
    """Return a table, or that of a path, with border distances, and what is wrong with its rows."""
    from mapper import world
    from mapper.distances import region_range
    from mapper.tables import add_border_distances, read_table

    rows = read_table(table) if isinstance(table, str) else table
    return add_border_distances(rows, world.borders(view), area_km=region_range, to=to)


def _convert(options: argparse.Namespace) -> int:
    from mapper.tables import to_csv_text, to_geojson_text

    suffix = Path(options.output).suffix.lower()
    writers = {".csv": to_csv_text, ".geojson": to_geojson_text, ".json": to_geojson_text}
    if suffix not in writers:
        raise OptionError(
            f"{options.output!r}: no format is known for {suffix!r}: name a .csv or .geojson file"
        )
    table, problems = _with_distances(options.input, None, options.view)
    if options.to:
        table, more = _with_distances(table, _to(options), options.view)
        problems += [problem for problem in more if problem not in problems]
    _put(writers[suffix](table), options.output)
    _say(f"{options.output}: {_count(len(table), 'row')}")
    return _told(options.input, problems, len(table))


def _to(options: argparse.Namespace) -> str | None:
    """Return the code of the country that ``--to`` names, which may be one of the view alone (XA)."""
    from mapper import world

    if not options.to:
        return None
    known = options.to.upper() in world.borders(options.view).countries()
    return str(options.to.upper()) if known else world.country_code(options.to)


def _first(name: str) -> Candidate | None:
    """Return the best place of a name; one that is only spelt alike is no answer to a question for a number."""
    from mapper import world

    found = world.gazetteer().search(name, limit=1)
    return found[0] if found and found[0].match != "typo" else None


def _table(options: argparse.Namespace, answer: tuple[Any, list[str]]) -> int:
    from mapper.tables import to_csv_text

    table, problems = answer
    _put(to_csv_text(table), options.output)
    return _told(options.input, problems, len(table))


def _told(source: str, problems: list[str], rows: int) -> int:
    """Name the rows at fault and return the exit code."""
    for problem in problems:
        _say(f"mapper: {source}, {problem}")
    return DONE if not problems else SOME_REJECTED if len(problems) < rows else UNUSABLE


def _app(options: argparse.Namespace) -> int:
    import subprocess

    from mapper import world

    package = Path(__file__).parent
    script = next(path for path in (package / "app.py", package.parent / "app.py") if path.exists())
    missing = [name for name in options.inputs if not Path(name).exists()]
    if missing:
        raise OptionError(f"{missing[0]}: there is no such file or folder: check the path")
    if options.view != DEFAULT_VIEW:
        world.division().view(options.view)  # says what is wrong with it
    settings = {
        "server.address": "127.0.0.1",
        "server.port": options.port,
        "server.maxUploadSize": 64,
        "server.showEmailPrompt": "false",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [f"--{key}={value}" for key, value in settings.items()]
    command += ["--", *options.inputs, f"--view={options.view}"]
    command += [f"--published={options.published}"] if options.published else []
    if os.name == "posix":  # one process, so that what ends the command ends the server
        os.execv(sys.executable, command)  # noqa: S606 - the command is our own
    return subprocess.call(command)  # noqa: S603


def _put(text: str, output: str | None) -> None:
    from mapper.files import write_text

    if output and output != "-":
        write_text(output, text)
    else:
        sys.stdout.write(text)
        sys.stdout.flush()


def _say(message: str) -> None:
    """Print to standard error, without what could steer a terminal."""
    print("".join(c if c.isprintable() else "\ufffd" for c in message), file=sys.stderr)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2024-05-31") from None


def _point(text: str) -> Point:
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not LAT,LON in degrees, like 49.98,36.25") from None
    try:
        return Point(lat=lat, lon=lon)
    except MapperError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _positive(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")


def _port(text: str) -> int:
    number = _positive(text)
    if number <= 65535:
        return number
    raise argparse.ArgumentTypeError(f"{text} is no port: the highest is 65535")


def _country(text: str) -> str:
    code = text.strip().upper()
    if code in {"UK", "EL"}:  # in wide use, but other codes stand in ISO 3166-1
        raise argparse.ArgumentTypeError(f"{text!r} is {'GB' if code == 'UK' else 'GR'} in ISO 3166-1")
    if len(code) == 2 and code.isascii() and code.isalpha():
        return code
    raise argparse.ArgumentTypeError(f"{text!r} is not an ISO 3166-1 alpha-2 country code like UA")


if __name__ == "__main__":
    sys.exit(main())
