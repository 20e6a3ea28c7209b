"""Reads the labelled texts that the tagger is trained on, and varies them by putting other places in.

``tagger_texts/*.txt`` are articles in our own words, every place name marked as ``[[name|ROLE|WHERE]]``; ``tagger_texts/wikinews.tsv``
labels Wikinews articles, whose text is read from a file beside the project. Roles: L literal, M metonym, D demonym, P part of another
name, F facility, S street. WHERE is an ISO 3166 code, with a dot and the first-level region for what lies below the country.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mapper import world
from mapper.tokens import Tokens

ROLES = "LMDPFS"
FOLDER = Path(__file__).parent / "tagger_texts"
_MARK = re.compile(r"\[\[([^\[\]|]+)\|([LMDPFS])\|([^\[\]|]*)\]\]")


@dataclass(frozen=True)
class Span:
    """A marked name: ``text[start:end]``."""

    start: int
    end: int
    role: str
    where: str


@dataclass
class Labelled:
    """A text with its marked names in order."""

    id: str
    text: str
    spans: list[Span] = field(default_factory=list)


def from_marked(name: str, marked: str) -> Labelled:
    """Read a text with inline marks."""
    pieces: list[str] = []
    spans = []
    at = end = 0
    for match in _MARK.finditer(marked):
        pieces.append(marked[end : match.start()])
        at += len(pieces[-1])
        pieces.append(match[1])
        spans.append(Span(at, at + len(match[1]), match[2], match[3].strip()))
        at += len(match[1])
        end = match.end()
    pieces.append(marked[end:])
    return Labelled(name, "".join(pieces), spans)


def read_marked(path: Path) -> list[Labelled]:
    """Read the articles of a file with inline marks; each begins with a line ``### id``."""
    found = []
    for block in re.split(r"^### ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, body = block.partition("\n")
        article = from_marked(name.strip(), body.strip())
        if "[[" in article.text or "]]" in article.text or not article.text:
            print(f"{path.name}: {name}: left-over marks")
            continue
        found.append(article)
    return found


def read_labels(path: Path, texts: dict[str, str]) -> list[Labelled]:
    """Read labels that stand apart from their texts: ``### id``, the length that was read, then a line a name in order."""
    found: list[Labelled] = []
    at = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            name, _, end = line[4:].partition("\t")
            found.append(Labelled(name, texts[name][: int(end)]))
            at = 0
        elif line.strip():
            surface, role, where = line.split("\t")
            article = found[-1]
            match = re.compile(r"(?<!\w)" + re.escape(surface) + r"(?!\w)").search(article.text, at)
            if match is None:
                print(f"{path.name}: {article.id}: no {surface!r} there")
                continue
            article.spans.append(Span(match.start(), match.end(), role, where))
            at = match.end()
    return found


def read_wikinews(path: Path) -> dict[str, str]:
    """Read the articles of a JSON lines file by their id."""
    reports = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {report["id"]: report["text"] for report in reports}


def read_all(wikinews: Path | None) -> list[Labelled]:
    """Read all articles; those of Wikinews only if its file is given."""
    articles = [article for path in sorted(FOLDER.glob("*.txt")) for article in read_marked(path)]
    if wikinews is not None:
        texts = read_wikinews(wikinews)
        articles += [article for path in sorted(FOLDER.glob("*.tsv")) for article in read_labels(path, texts)]
    return articles


_STATES = "Ala. Ariz. Ark. Calif. Colo. Conn. Del. Fla. Ga. Ill. Ind. Kan. Ky. La. Mass. Md. Mich. Minn. Miss. Mo. Mont. Neb. Nev. N.C. N.D. N.H. N.J. N.M. N.Y. Okla. Ont. Ore. Pa. R.I. S.C. S.D. Tenn. Va. Vt. Wash. Wis. W.Va. Wyo.".split()
# What papers write in ways that running text seldom has; {t} is a town, {c} a county's short name, {p} a person, {s} a state.
_PATTERNS = (
    "Sen. {p}, D-{t}, opposed the bill.", "The measure was sponsored by Del. {p}, R-{t}; {p}, D-{c}; and {p}, R-{c}.",
    "House Minority Leader {p}, R-{t}, said the vote could wait.", "U.S. Rep. {p}, R-{s}, has not taken a position.",
    "Warnings were posted for {c}, {c}, {c} and {c} counties.", "{c} and {c} counties share one judge.",
    "{c}, {c} and {c} townships split the cost.", "He was last seen near {t}, {s}", "She was born in {t}, {s} The family later moved to {t}.",
    "{p}, 34, of {t}, was booked on a charge of theft.", "{p}, 52, of {t}, {s}, pleaded guilty.",
    "Two {t} men were hurt when their truck left the road.", "{t} police are looking for the driver.", "The {t} City Council meets Tuesday.",
    "{t} and {c} County have argued about water for years.", "A {t}-area nurse found the dog.", "{t} Mayor {p} said crews would return.",
    "{t}'s mayor, {p}, thanked volunteers.", "The game moves to {t} next week.", "{t} beat {t} 21-14 on Friday.", "{t} (4-2) hosts {t} at 7 p.m.",
    "Driving from {t} to {t} takes an hour.", "Police in {t} and {t} joined the search.", "He graduated from {t} High School in 1971.",
)  # fmt: skip
_DATELINES = (
    "{t} - ",
    "{t} -- ",
    "{t} — ",
    "{t} --- ",
    "{t}: ",
    "{t} (AP) — ",
    "{t}, {s} — ",
    "{t}, {s} (AP) -- ",
    "{t}, {s} - ",
)


def _pattern(
    pattern: str,
    names: dict[str, list[str]],
    first_names: list[str],
    chance: random.Random,
    capitals: bool = False,
) -> tuple[str, list[Span]]:
    """Fill in a pattern and return its text with the spans of its places."""
    text = ""
    spans = []
    for piece in re.split(r"(\{[tcps]\})", pattern):
        if piece not in {"{t}", "{c}", "{s}", "{p}"}:
            text += piece
            continue
        if piece == "{p}":
            text += f"{chance.choice(first_names).capitalize()} {chance.choice(names['surname'])}"
            continue
        name = (
            chance.choice(_STATES)
            if piece == "{s}"
            else chance.choice(names["town" if piece == "{t}" else "word"])
        )
        name = name.upper() if capitals and piece == "{t}" else name
        rest = pattern[pattern.index(piece) :]
        role = (
            "P"
            if piece != "{s}" and re.match(r"\{t\} (?:police|City Council|Mayor|High)", rest) and not capitals
            else "L"
        )
        spans.append(Span(len(text), len(text) + len(name), role, "?"))
        text += name
    return text, spans


def with_patterns(
    article: Labelled, names: dict[str, list[str]], first_names: list[str], chance: random.Random
) -> Labelled:
    """Return an article with a dateline put before it or a few sentences behind it, now and then."""
    text, spans = article.text, article.spans
    if chance.random() < 0.25 and not text[:30].isupper():
        line, marks = _pattern(chance.choice(_DATELINES), names, first_names, chance, capitals=True)
        at = text.find("\n") + 1 if 0 < text.find("\n") < 120 else 0
        spans = [
            *(s for s in spans if s.end <= at),
            *(Span(s.start + at, s.end + at, s.role, s.where) for s in marks),
            *(Span(s.start + len(line), s.end + len(line), s.role, s.where) for s in spans if s.end > at),
        ]
        text = text[:at] + line + text[at:]
    while chance.random() < 0.3:
        line, marks = _pattern(chance.choice(_PATTERNS), names, first_names, chance)
        at = len(text) + 1
        text += chance.choice(" \n") + line
        spans = [*spans, *(Span(s.start + at, s.end + at, s.role, s.where) for s in marks)]
    return Labelled(article.id, text, spans)


def varied(
    article: Labelled,
    names: dict[str, list[str]],
    first_names: frozenset[str],
    chance: random.Random,
    share: float = 0.6,
) -> Labelled:
    """Return an article with other names put in: each place or surname that is swapped gets the same new one throughout.

    ``names`` are names to put in by kind: town, county, surname. Some lines are set in capitals, others in Title Case, as
    headlines are.
    """
    swaps: dict[str, str] = {}
    marked = {article.text[s.start : s.end] for s in article.spans}
    inside = {word for surface in marked for word in surface.split()}
    for span in article.spans:
        surface = article.text[span.start : span.end]
        kind = "county" if surface.endswith((" County", " Parish", " Township", " District")) else "town"
        plain = span.role in "LMP" and "." in span.where and not surface.isupper() and "." not in surface
        if plain and surface not in swaps:
            swaps[surface] = chance.choice(names[kind]) if chance.random() < share else surface
    surnames: dict[str, str] = {}
    for first, last in re.findall(r"\b([A-Z][a-z]+) (?:[A-Z]\. )?([A-Z][a-z]{2,})\b", article.text):
        if (
            first.lower() in first_names
            and first not in inside
            and last not in inside
            and chance.random() < share / 2
        ):
            surnames.setdefault(last, chance.choice(names["surname" if chance.random() < 0.5 else "word"]))
    pieces: list[str] = []
    spans: list[Span] = []
    at = end = 0
    people = re.compile(r"\b(?:" + "|".join(map(re.escape, surnames)) + r")\b") if surnames else None

    def put(text: str) -> None:
        nonlocal at
        pieces.append(text)
        at += len(text)

    for span in [*article.spans, None]:
        between = article.text[end : span.start if span else len(article.text)]
        put(people.sub(lambda m: surnames[m[0]], between) if people else between)
        if span is None:
            break
        surface = article.text[span.start : span.end]
        new = swaps.get(surface, surface)
        spans.append(Span(at, at + len(new), span.role, span.where if new == surface else "?"))
        put(new)
        end = span.end
    text = "".join(pieces)
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if (len(line) < 120 and not line.endswith(".")) or chance.random() < 0.02:
            style = chance.random()
            new = (
                line.upper()
                if style < 0.15
                else re.sub(r"\b[a-z]", lambda m: m[0].upper(), line)
                if style < 0.3
                else line
            )
            if len(new) == len(line):
                lines[number] = new
    return with_patterns(
        Labelled(article.id + "~", "\n".join(lines), spans), names, sorted(first_names), chance
    )


def put_in(surnames: list[str], chance: random.Random) -> dict[str, list[str]]:
    """Return names that are put into the copies of articles, larger towns more often."""
    gazetteer = world.gazetteer()
    towns = [gazetteer.matcher.name(n) for n in gazetteer.files[0].by_population[:120_000]]
    towns = [
        town for town in towns if town.isascii() and town[0].isupper() and "(" not in town and len(town) < 25
    ]
    words = [town for town in towns if " " not in town]
    return {
        "town": chance.choices(towns, [1 / (i + 200) ** 0.6 for i in range(len(towns))], k=60_000),
        "county": [f"{name} County" for name in chance.choices(words[:40_000], k=3000)],
        "word": chance.choices(words[:40_000], k=20_000),
        "surname": [name.capitalize() for name in chance.choices(surnames, k=20_000)],
    }


def tags_of(article: Labelled, tokens: Tokens) -> np.ndarray:
    """Return the tag of each token: 0 outside, 1 + 2 · role where a name begins, one more inside."""
    tags = np.zeros(len(tokens.texts), np.int64)
    at = 0
    for span in article.spans:
        while at < len(tags) and tokens.ends[at] <= span.start:
            at += 1
        tag = 1 + 2 * ROLES.index(span.role)
        while at < len(tags) and tokens.starts[at] < span.end:
            tags[at] = tag
            tag += tag % 2
            at += 1
    return tags
