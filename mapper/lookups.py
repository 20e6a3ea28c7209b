"""The place of each name of a list, and whether a person should look at it: found, to review, or missing.

A name is to be reviewed if its best candidate

- matches otherwise than by a name of its own (``WEAK_MATCHES``: one letter away, only part of the name, a short form,
  a people's name, a seat of government),
- is only spelled alike (fold) and scores less than ``SURE_FOLD``,
- is hardly ever called so (alternate, below ``SURE_ALTERNATE``),
- has a rival: a different place that scores at most ``MARGIN`` less, or
- leaves out what stands behind a comma or in brackets, because that names no country, region or area ("Paris, Ontaro").
  What is a name when it is put first instead ("Tanzania, United Republic of") is read so.

Places are different if they lie in different countries, or farther apart than the larger of their radii; a country is
not different from what lies in it, nor a first-level region from its places. So Kharkiv has no rival in Kharkiv Oblast,
nor Paris in Paris, Texas, which scores 0.29 less; Tripoli in Libya has one in Tripoli in Lebanon, 0.14 less.

Scores tell prominence, log10(population) / 8 for a city (:mod:`mapper.matching`): a city that scores ``MARGIN`` less than
another has a sixteenth of its people. With a position to be near, all this holds of the scores that count it in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mapper import world
from mapper.errors import OptionError
from mapper.geodesy import distance_km
from mapper.matcher import LONGEST_NAME
from mapper.progress import StatusLine
from mapper.tables import add_places

if TYPE_CHECKING:
    import pandas as pd

    from mapper.gazetteer import Gazetteer
    from mapper.model import Candidate, Place, Point

FOUND, REVIEW, MISSING = "found", "review", "missing"
# Of 400 of the 500 largest cities 6 % have a rival within this, of 400 of those ranked 3,000 to 10,000 and of 400 of those
# to 20,000 a fifth each. Of the others, the best candidate was another place than the one meant for none, two and one.
MARGIN = 0.15
SURE_FOLD = 0.2  # "Chuhuyev" for Chuhuiv has 0.29, "NULL" for the Hungarian village of Nyúl 0.13
SURE_ALTERNATE = 0.1  # what only another language calls so, and has no inhabitants to count
WEAK_MATCHES = {
    "typo": "only a spelling one letter away was found: {}",
    "part": "holds the name of a place: {}",
    "abbreviation": "is a short form that stands behind other names: {}",
    "demonym": "is what the people and things of a place are called: {}",
    "metonym": "is a seat of government, and may stand for the government: {}",
}
EMPTY, UNKNOWN = "empty", "no place of that name"
REVIEW_LIMIT = 10  # candidates of a name in a review list, unless asked otherwise
_FEWEST = 40  # candidates to look for rivals among
_SEPARATORS = re.compile(r"[,،、，;()]")  # as in Gazetteer.search
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NAMED = 3  # rivals that a note names


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """What a name was found to mean.

    ``status`` is found, review or missing, ``note`` tells why in words and is empty if there is nothing to tell.
    ``country`` is the code (ISO 3166-1 alpha-2) of the country that was searched, None for the whole world.
    ``candidates`` come best first; a missing name has none.
    """

    status: str
    note: str
    country: str | None
    candidates: tuple[Candidate, ...]


class Lookups:
    """Looks names up, each with the country that its row gives.

    Parameters
    ----------
    country : str, optional
        ISO 3166-1 alpha-2 code; only places there, whatever a row says.
    near : Point, optional
        Places close to it move up, as in :meth:`mapper.gazetteer.Gazetteer.search`.
    limit : int
        How many candidates of a name to keep.

    Raises
    ------
    OptionError
        If there is no such country.
    """

    def __init__(
        self, *, country: str | None = None, near: Point | None = None, limit: int = REVIEW_LIMIT
    ) -> None:
        self._gazetteer: Gazetteer = world.gazetteer()
        self._country = self._gazetteer.checked_code(country) if country and country.strip() else None
        self._near, self._limit, self._reach = near, limit, max(limit, _FEWEST)
        self._codes: dict[str, str | None] = {}

    def __call__(self, name: str, country: str | None = None) -> Lookup:
        """Look a name up.

        Parameters
        ----------
        name : str
            Any text; a blank one and one of more than 200 letters are missing names.
        country : str, optional
            What the row says of the country: a code or a name in any spelling. What is blank or no country is told in the
            note and does not narrow the search. None where the table says nothing of countries.
        """
        name = self._turned(name.strip())
        if not name:
            return _missing(EMPTY, None)
        if len(name) > LONGEST_NAME:
            return _missing(
                f"a text of {len(name):,} letters is no name: no place has one of more than {LONGEST_NAME}",
                None,
            )
        code, remark = self._where(country)
        if code and self._country and code != self._country:
            one, other = (self._gazetteer.country_name(c) for c in (code, self._country))
            return _missing(f"the row says {one}, but only {other} was asked for", code)
        code = code or self._country
        found = self._search(name, code)
        if not found:
            return _missing("; ".join(filter(None, (self._unknown(name, code), remark))), code)
        reasons = self._reasons(name, found)
        return Lookup(
            status=REVIEW if reasons else FOUND,
            note="; ".join(filter(None, (*reasons, remark))),
            country=code,
            candidates=tuple(found[: self._limit]),
        )

    def _search(self, name: str, code: str | None) -> list[Candidate]:
        return self._gazetteer.search(name, country=code, near=self._near, limit=self._reach)

    def _where(self, text: str | None) -> tuple[str | None, str]:
        """Return the code of the country that a row names, and what there is to remark."""
        if text is None:
            return None, ""
        text = text.strip()
        where = f"in {self._gazetteer.country_name(self._country)}" if self._country else "everywhere"
        if not text:
            return None, f"no country is given: looked {where}"
        if text not in self._codes:
            self._codes[text] = self._code(text)
        code = self._codes[text]
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        return code, "" if code else f"the country {shown!r} is unknown: looked {where}"

    def _code(self, text: str) -> str | None:
        try:
            code = world.country_code(text)
        except OptionError:
            return None
        # The codes of contested land (XT) are no countries that places are filed under.
        return code if self._gazetteer.country(code) else None

    def _unknown(self, name: str, code: str | None) -> str:
        if code is None:
            return UNKNOWN
        note = f"{UNKNOWN} in {self._gazetteer.country_name(code)}"
        elsewhere = self._gazetteer.search(name, near=self._near, limit=1)
        if elsewhere and elsewhere[0].match in {"exact", "alternate", "region"}:
            note += f"; elsewhere there is {self._labels([elsewhere[0].place])[0]}"
        return note

    def _reasons(self, name: str, found: Sequence[Candidate]) -> list[str]:
        """Return why a person should look at a name, in words; nothing if there is no reason."""
        best = found[0]
        reasons = []
        if best.match in WEAK_MATCHES:
            reasons.append(WEAK_MATCHES[best.match].format(best.place.name))
        elif best.match == "fold" and best.score < SURE_FOLD:
            reasons.append(f"only a similar spelling was found: {best.place.name}")
        elif best.match == "alternate" and best.score < SURE_ALTERNATE:
            reasons.append(f"is hardly ever used as a name of the place: {best.place.name}")
        rivals = distinct([c.place for c in found if best.score - c.score <= MARGIN])
        if len(rivals) > 1:
            labels = self._labels(rivals[:_NAMED])
            more = len(rivals) - len(labels)
            count = _NUMBERS[len(rivals) - 2] if len(rivals) <= 10 else str(len(rivals))
            if len(found) == self._reach and best.score - found[-1].score <= MARGIN:
                count = f"at least {count}"
            reasons.append(
                f"{count} places of that name are about as likely: "
                f"{', '.join(labels)}{f' and {more} more' if more else ''}"
            )
        reasons += [f"{part!r} was left out: it names no country or region" for part in self._unused(name)]
        return reasons

    def _turned(self, name: str) -> str:
        """Return a name that stands in a list by its chief word the way round it is said: "Hague, The"."""
        head, *rest = (part.strip() for part in name.split(","))
        if len(rest) != 1 or not rest[0] or self._gazetteer.lookup(name) or self._gazetteer.areas(rest[0]):
            return name
        turned = f"{rest[0]} {head}"
        return turned if self._gazetteer.lookup(turned) else name

    def _unused(self, name: str) -> list[str]:
        """Return the parts behind a comma or in brackets that narrow nothing."""
        _, *rest = (part.strip() for part in _SEPARATORS.split(name))
        if not rest or self._gazetteer.lookup(name):
            return []
        return [part for part in rest if part and not self._gazetteer.areas(part)]

    def _labels(self, places: Sequence[Place]) -> list[str]:
        """Return a label for each place that tells it from the others: "Tripoli (Libya)"."""
        countries = [self._gazetteer.country_name(p.country) if p.country else "" for p in places]
        wheres = [
            countries,
            [
                _listed(p.admin1 if p.kind != "country" else None, c)
                for p, c in zip(places, countries, strict=True)
            ],
            [_listed(p.admin2, p.admin1, c) for p, c in zip(places, countries, strict=True)],
        ]
        for where in wheres:
            labels = [_label(p, w) for p, w in zip(places, where, strict=True)]
            if len(set(labels)) == len(labels):
                return labels
        return [
            _label(p, f"{w}, at {p.point.lat:.2f},{p.point.lon:.2f}")
            for p, w in zip(places, wheres[-1], strict=True)
        ]


def different(one: Place, other: Place) -> bool:
    """Return whether two places are different ones, as the module's rule has it."""
    if one.country and other.country and one.country != other.country:
        return True
    for wide, narrow in ((one, other), (other, one)):
        if wide.kind == "country" and wide.country == narrow.country:
            return False
        if wide.kind == "region" and wide.admin1 and wide.name == wide.admin1 == narrow.admin1:
            return False
    return distance_km(one.point, other.point) > max(one.radius_km, other.radius_km)


def distinct(places: Sequence[Place]) -> list[Place]:
    """Return the places that are different from all before them."""
    kept: list[Place] = []
    for place in places:
        if all(different(place, other) for other in kept):
            kept.append(place)
    return kept


def geocode_frame(
    frame: pd.DataFrame,
    column: str,
    *,
    country_column: str | None = None,
    country: str | None = None,
    near: Point | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add the best place to each row of a table by the name in a column, as ``mapper geocode --input`` does.

    Parameters
    ----------
    frame : DataFrame
        It is not changed. Cells of no value count as empty: read a CSV file with ``keep_default_na=False``, or Namibia's
        code, NA, is lost.
    column : str
        The column with the names.
    country_column : str, optional
        The column with the country of each name: codes (ISO 3166-1 alpha-2) or names in any spelling.
    country : str, optional
        ISO 3166-1 alpha-2 code; only places there, whatever the rows say.
    near : Point, optional
        Places close to it move up.

    Returns
    -------
    frame : DataFrame
        All rows and columns as they are, and beside them the columns ``mapper.tables.PLACE_COLUMNS``.
    review : DataFrame
        The names to review and the missing ones with their candidates, in the columns ``mapper.tables.REVIEW_COLUMNS``;
        ``row`` counts the header as the first.

    Raises
    ------
    OptionError
        If there is no such column or country.
    """
    look_up = Lookups(country=country, near=near)
    answer = add_places(frame, column, look_up, country_column=country_column)
    return answer.table, answer.review


def review_path(source: str, output: str | None, asked: str | None) -> str | None:
    """Return where the review list of a table goes: where it was asked for, else beside an output that is a file.

    Parameters
    ----------
    source, output, asked : str
        Paths of the table, of the answer and of the list; None or ``-`` is standard output.

    Raises
    ------
    OptionError
        If the list would overwrite the table or the answer, or the folder of one of the two outputs is missing.
    """
    to_file = output if output and output != "-" else None
    if asked and asked != "-":
        review: str | None = asked
    elif asked and not to_file:
        raise OptionError("the table and the review list cannot both go to standard output: give -o FILE")
    elif asked:
        return asked
    elif to_file and (Path(to_file).is_file() or not Path(to_file).exists()):
        review = str(Path(to_file).with_name(f"{Path(to_file).stem}-review.csv"))
    else:
        review = None
    for path in filter(None, (to_file, review)):
        folder = Path(path).resolve().parent
        if not folder.is_dir():
            raise OptionError(f"{path}: there is no folder {folder}: make it, or name another file")
    if review:
        for other, what in ((source, "table"), (to_file, "output")):
            if other and Path(review).resolve() == Path(other).resolve():
                raise OptionError(
                    f"{review}: the review list would overwrite the {what}: name another --review"
                )
    return review


class Progress(StatusLine):
    """Counts on a terminal, at most one a second, on a line of their own; nothing where the stream is no terminal."""

    def __call__(self, done: int, of: int) -> None:
        """Tell how many names are looked up."""
        if self.is_due():
            self.write(f"{done:,} of {of:,} names looked up")


def _missing(note: str, country: str | None) -> Lookup:
    return Lookup(status=MISSING, note=note, country=country, candidates=())


def _listed(*parts: str | None) -> str:
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _label(place: Place, where: str) -> str:
    if place.kind == "country":
        return f"{place.name} (country)"
    kind = f"{place.kind}, " if place.kind not in {"city", "region"} else ""
    return f"{place.name} ({kind}{where})" if where else f"{place.name} ({place.kind})"
