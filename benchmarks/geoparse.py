"""How well, how fast and how heavy is it to find the places of a text, against a corpus labelled by hand?

Usage: ``.venv/bin/python benchmarks/geoparse.py GOLD.jsonl [--recognizer NAME] [--errors N] [-o PRED.jsonl]``; GOLD is a
corpus that lies apart from the project, ``../shared/eval/toponyms/LGL-dev.jsonl``, and its scorer one folder up.

Place names are found and settled on places, on one thread; incidents and borders are left out.

scores
    As ``score_toponyms.py`` prints them. A guess of where a name lies that the gazetteer lacks counts as an answer.
speed
    Documents a second of processor time and by the clock: the median of 3 passes, and the pass before them, which finds
    all caches of words empty. Loading is not in it.
memory
    Resident, of which the file of the gazetteer backs a part, and the peak of the process.
calibration
    Of the answers on exactly matched spans with known coordinates, by their score: how many are within 161 km.
mistakes
    With ``--errors N`` the N commonest of each class. A class counts each name once: ``missed`` no answer goes with
    it, ``spurious`` an answer goes with none, ``wrong span`` they only overlap; on the same span, ``wrong place`` more than
    161 km off, ``not in the gazetteer``, and ``no answer`` where nothing in the text points to the places known.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

START = time.perf_counter()
sys.path[:0] = [str(Path(__file__).resolve().parent)]

from corpora import PASSES, Gold, report_of, scorer_at  # noqa: E402

from mapper import world  # noqa: E402
from mapper.approximations import with_approximations  # noqa: E402
from mapper.errors import MapperError  # noqa: E402
from mapper.export import _toponym  # noqa: E402
from mapper.model import Report  # noqa: E402
from mapper.recognizers import DEFAULT, Recognizer, recognizer_named  # noqa: E402
from mapper.resolve import resolve  # noqa: E402
from mapper.sentences import split_sentences  # noqa: E402

WITHIN_KM = 161.0
BINS = (0.0, 0.5, 0.7, 0.9, 1.01)
CONTEXT = 34  # characters to each side
FIRST = Report(id="first", text="The road from Paris to Lyon is closed.")

Records = list[dict[str, Any]]


class Mistake(NamedTuple):
    """A mistake, as far as others of the same kind are like it."""

    kind: str
    name: str
    done: str


def main() -> None:
    """Measure and print."""
    options = _options()
    scorer = scorer_at(options.scorer or options.gold.resolve().parent.parent / "score_toponyms.py")
    try:
        recognizer = recognizer_named(options.recognizer)
        geoparse(FIRST, recognizer)
    except MapperError as error:
        raise SystemExit(str(error)) from error
    load_s, loaded_mb = time.perf_counter() - START, memory_mb("VmRSS")
    gold = scorer.load(options.gold)
    found, times = _run([report_of(document) for document in gold.values()], recognizer)
    records = {
        key: {"id": key, "text": document["text"], "toponyms": found[key]} for key, document in gold.items()
    }
    scorer.show(scorer.score(gold, records))
    _speed(times, len(gold))
    print(f"\nloading {load_s:.2f} s, with imports and a first sentence")
    print(
        f"memory  {loaded_mb:.0f} MB loaded, {memory_mb('VmRSS'):.0f} MB after the run, {memory_mb('VmHWM'):.0f} MB at its peak"
    )
    _calibration(scorer, gold, found)
    if options.errors:
        _mistakes(scorer, gold, found, options.errors)
    if options.output:
        lines = (json.dumps(record, ensure_ascii=False, allow_nan=False) for record in records.values())
        options.output.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("gold", type=Path, help="a labelled corpus")
    parser.add_argument(
        "--recognizer", default=DEFAULT, help=f"tagger, rules or spacy:PIPELINE (default {DEFAULT})"
    )
    parser.add_argument("--scorer", type=Path, help="default: ../score_toponyms.py from the corpus")
    parser.add_argument(
        "--errors", type=int, default=0, metavar="N", help="print the N commonest of each class"
    )
    parser.add_argument("-o", "--output", type=Path, help="write what was found, as JSON lines")
    options = parser.parse_args()
    if not options.gold.is_file():
        parser.error(f"there is no corpus at {options.gold}: it lies apart from the project")
    return options


def geoparse(report: Report, recognizer: Recognizer) -> Records:
    """Return the place names of a report with their places, as ``mapper extract --format jsonl`` writes them."""
    mentions = recognizer(report, split_sentences(report.text))
    resolutions = resolve(report.text, mentions, world.gazetteer())
    return [_toponym(r) for r in with_approximations(report.text, resolutions)]


def memory_mb(key: str) -> float:
    """Return a figure of the memory of this process: ``VmRSS``, ``VmHWM``; elsewhere than on Linux the peak."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith(key))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


def _run(
    reports: list[Report], recognizer: Recognizer
) -> tuple[dict[str, Records], list[tuple[float, float]]]:
    """Return what is found, and the processor time and the clock's for each pass, the one to warm up first."""
    found, times = {}, []
    for _ in range(1 + PASSES):
        start = time.process_time(), time.perf_counter()
        found = {report.id: geoparse(report, recognizer) for report in reports}
        times.append((time.process_time() - start[0], time.perf_counter() - start[1]))
    return found, times


def _speed(times: list[tuple[float, float]], documents: int) -> None:
    first, *others = times
    median = [statistics.median(column) for column in zip(*others, strict=True)]
    print(f"\n{'documents a second':20}{'processor':>12}{'clock':>12}{'ms each':>12}")
    for label, (cpu_s, clock_s) in ((f"median of {PASSES}", median), ("first pass", first)):
        print(
            f"{label:20}{documents / cpu_s:12.1f}{documents / clock_s:12.1f}{1000 * cpu_s / documents:12.2f}"
        )


def _calibration(scorer: Any, gold: Gold, found: dict[str, Records]) -> None:
    """Print how many answers are right, by their score."""
    judged = []
    for key, document in gold.items():
        for i, j in scorer.pair_exact(document["toponyms"], found[key]).items():
            wanted, answer = scorer.ll(document["toponyms"][i]), scorer.ll(found[key][j])
            if wanted and answer:
                judged.append((found[key][j]["score"], scorer.km(wanted, answer) <= WITHIN_KM))
    print(f"\n{'score':14}{'answers':>9}{'right':>9}{'share':>9}{'mean score':>12}")
    for low, high in pairwise(BINS):
        inside = [(score, right) for score, right in judged if low <= score < high]
        label = f"{low:.1f} to {high:.1f}" if high <= 1 else f"{low:.1f} and over"
        right = sum(right for _, right in inside)
        shares = (
            [f"{right / len(inside):.1%}", f"{sum(s for s, _ in inside) / len(inside):.3f}"]
            if inside
            else "--"
        )
        print(f"{label:14}{len(inside):9}{right:9}{shares[0]:>9}{shares[1]:>12}")


def _mistakes(scorer: Any, gold: Gold, found: dict[str, Records], most: int) -> None:
    """Print the commonest mistakes of each class, with the context of the first of each."""
    counts: Counter[Mistake] = Counter()
    examples: dict[Mistake, str] = {}
    for key, document in gold.items():
        for mistake, start, end in _mistakes_of(scorer, document, found[key]):
            counts[mistake] += 1
            examples.setdefault(mistake, f"{key}: {_context(document['text'], start, end)}")
    totals: Counter[str] = Counter()
    for mistake, count in counts.items():
        totals[mistake.kind] += count
    for kind, total in totals.most_common():
        of_kind = [pair for pair in counts.most_common() if pair[0].kind == kind]
        print(f"\n{kind}: {total}, {len(of_kind)} different")
        for mistake, count in of_kind[:most]:
            print(f"{count:5}  {mistake.name[:32]:32}  {mistake.done[:58]:58}  {examples[mistake]}")


def _mistakes_of(scorer: Any, document: dict[str, Any], found: Records) -> list[tuple[Mistake, int, int]]:
    wanted = document["toponyms"]
    exact, overlap = scorer.pair_exact(wanted, found), scorer.pair_overlap(wanted, found)
    mistakes = []
    for i, toponym in enumerate(wanted):
        name = _named(document, toponym)
        mistake = None
        if i in exact:
            mistake = _misplaced(scorer, name, toponym, found[exact[i]])
        elif i in overlap:
            answer = found[overlap[i]]
            mistake = Mistake("wrong span", name, f"read as {answer['text']!r} ({answer['role']})")
        else:
            mistake = Mistake("missed", name, "-")
        if mistake:
            mistakes.append((mistake, toponym["start"], toponym["end"]))
    taken = {*exact.values(), *overlap.values()}
    for j, answer in enumerate(found):
        if j not in taken:
            mistake = Mistake("spurious", answer["text"], f"{answer['role']}: {_label(answer)}")
            mistakes.append((mistake, answer["start"], answer["end"]))
    return mistakes


def _misplaced(scorer: Any, name: str, wanted: dict[str, Any], answer: dict[str, Any]) -> Mistake | None:
    """Return what is wrong with the place that a name with the right span was given, if anything."""
    place, given = scorer.ll(wanted), scorer.ll(answer)
    if place is None:
        return None
    km = scorer.km(place, given) if given else None
    if km is not None and km <= WITHIN_KM:
        return None
    done = _label(answer) + (f", {km:,.0f} km off" if km is not None else "")
    if answer["approximate"] or given is None:
        lacks = "is not in the gazetteer" in answer["reason"]
        return Mistake("not in the gazetteer" if lacks else "no answer", name, done)
    return Mistake("wrong place", name, f"{done}, meant {place[0]:.1f},{place[1]:.1f}")


def _named(document: dict[str, Any], toponym: dict[str, Any]) -> str:
    return " ".join(document["text"][toponym["start"] : toponym["end"]].split())


def _label(answer: dict[str, Any]) -> str:
    """Return a place in words."""
    if not answer["name"]:
        return "no place"
    country = answer["country"] if answer["kind"] != "country" else "country"
    return ", ".join(dict.fromkeys(filter(None, (answer["name"], answer["admin1"], country))))


def _context(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return " ".join(f"{before}[{text[start:end]}]{after}".split())


if __name__ == "__main__":
    main()
