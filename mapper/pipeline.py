"""The whole walk: a report's text in; toponyms, places, incidents with border distances and checked claims out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mapper import world
from mapper.approximations import with_approximations
from mapper.claims import find_claims
from mapper.distances import border_distance, country_in_view, outline, territory_distance
from mapper.errors import EndpointError, InputError, OptionError
from mapper.ground import CELL_DEG, MOST_CELLS_WITH_PLACES, ground
from mapper.incidents import find_incidents
from mapper.model import (
    DEFAULT_VIEW,
    BorderDistance,
    Candidate,
    Extraction,
    Incident,
    Place,
    Point,
    Rejected,
    Report,
    Resolution,
    SetAside,
    TerritoryDistance,
)
from mapper.recognizers import DEFAULT, recognizer_named
from mapper.reports import read_reports, report_from_text
from mapper.resolve import resolve
from mapper.sentences import Sentence, split_sentences
from mapper.story import Parties, read_parties, story_country

if TYPE_CHECKING:
    import folium

    from mapper.chat import Endpoint
    from mapper.maps import MapOptions

LABEL_KM = 80.0  # towns are labelled on the map up to this far from an incident
LABELS_PER_INCIDENT = 12
MAX_LABELS = 400
RULES = "rules"  # the reader of incidents that asks nobody
FELL_BACK = "the incidents were read by the rules instead"


def extract(
    report: Report | str,
    *,
    published: date | None = None,
    view: str = DEFAULT_VIEW,
    recognizer: str = DEFAULT,
    reader: str | Endpoint = RULES,
) -> Extraction:
    """Read one report.

    Parameters
    ----------
    report : Report or str
        A report, or its bare text.
    published : date, optional
        The publication date, for a report that carries none; relative dates count from it.
    view : str, optional
        Whose borders distances are measured to (see ``data/README.md``).
    recognizer : str, optional
        How place names are found (:mod:`mapper.recognizers`): ``tagger``, ``rules``, ``spacy:PIPELINE``.
    reader : "rules" or mapper.chat.Endpoint, optional
        Who reads the incidents: the rules, or a language model, which is sent the whole text of the report
        (:mod:`mapper.language_model`). Where it gives no usable answer the rules read them, and ``rejected`` says so.

    Returns
    -------
    Extraction

    Raises
    ------
    InputError
        If a bare text is empty or too long to be one report.
    OptionError
        If there is no such view, recogniser or reader.
    DataError
        If the data files are missing or damaged.
    """
    if isinstance(report, str):
        read = report_from_text(report)
        if isinstance(read, Rejected):
            raise InputError(f"the text {read.reason}")
        report = read
    if report.published is None and published is not None:
        report = replace(report, published=published)
    sentences = split_sentences(report.text)
    mentions = recognizer_named(recognizer)(report, sentences)
    resolutions = with_approximations(
        report.text, resolve(report.text, mentions, world.gazetteer(), report.outlet)
    )
    found, rejected, set_aside = _read_incidents(report, sentences, resolutions, reader)
    parties = read_parties(report, resolutions)
    measures = _Measures(view)
    incidents = [_measured(incident, parties, measures) for incident in found]
    claims = find_claims(report, sentences, resolutions, measures)
    return Extraction(
        report=report,
        resolutions=tuple(resolutions),
        incidents=tuple(incidents),
        claims=tuple(claims),
        rejected=tuple(rejected),
        set_aside=tuple(set_aside),
    )


def _read_incidents(
    report: Report, sentences: Sequence[Sentence], resolutions: Sequence[Resolution], reader: str | Endpoint
) -> tuple[list[Incident], list[Rejected], list[SetAside]]:
    failed: list[Rejected] = []
    if not isinstance(reader, str):
        from mapper.language_model import read_incidents

        try:
            return *read_incidents(report, sentences, resolutions, reader), []
        except EndpointError as error:
            failed.append(Rejected(source=report.id, reason=f"{error}; {FELL_BACK}"))
    elif reader != RULES:
        raise OptionError(f"{reader!r} is no reader: choose {RULES}, or give a mapper.chat.Endpoint")
    found, rejected, set_aside = find_incidents(report, sentences, resolutions, world.spotter())
    return found, failed + rejected, set_aside


def extract_all(
    sources: Iterable[str | Path],
    *,
    published: date | None = None,
    view: str = DEFAULT_VIEW,
    recognizer: str = DEFAULT,
    fetch: bool = False,
    reader: str | Endpoint = RULES,
) -> Iterator[Extraction | Rejected]:
    """Read every report of the given files and folders, one after the other.

    Parameters
    ----------
    sources : iterable of str or Path
        As for :func:`mapper.reports.read_reports`.
    published : date, optional
        The publication date of reports that carry none.
    view : str, optional
        Whose borders distances are measured to.
    recognizer : str, optional
        How place names are found.
    fetch : bool, optional
        Whether sources that are web addresses are opened; without it nothing leaves this machine.
    reader : "rules" or mapper.chat.Endpoint, optional
        Who reads the incidents; a language model is sent the text of every report.

    Yields
    ------
    Extraction or Rejected
        Inputs that cannot be read come as Rejected, with their reason.
    """
    for source in sources:
        for read in read_reports(source, published=published, fetch=fetch):
            if isinstance(read, Rejected):
                yield read
            else:
                yield extract(read, view=view, recognizer=recognizer, reader=reader)


@dataclass(frozen=True)
class _Measures:
    """Distances in one view, each worked out once."""

    view: str

    def border(self, place: Place, country: str | None = None, other: str | None = None) -> BorderDistance:
        pair = (country, other) if country is not None and other is not None else None
        return _border_distance(place, None if pair else country, pair, self.view)

    def territory(self, place: Place, country: str) -> TerritoryDistance:
        return _territory_distance(place, country, self.view)


@lru_cache(maxsize=2048)
def _border_distance(
    place: Place, country: str | None, pair: tuple[str, str] | None, view: str
) -> BorderDistance:
    return border_distance(place, country, pair=pair, view=view)


@lru_cache(maxsize=2048)
def _territory_distance(place: Place, country: str, view: str) -> TerritoryDistance:
    return territory_distance(place, country, view=view)


def _measured(incident: Incident, parties: Parties, measures: _Measures) -> Incident:
    """Add to an incident the distance to the nearest border and to the border that matters to the story."""
    own = country_in_view(incident.place, measures.view)
    country, reason = story_country(parties, own, _neighbours(own, measures.view))
    story = None
    if country is not None:
        try:
            story = measures.border(incident.place, country)
        except OptionError as error:
            reason = str(error)
    return replace(incident, border=measures.border(incident.place), story_border=story, story_reason=reason)


@lru_cache(maxsize=2048)
def _neighbours(country: str | None, view: str) -> frozenset[str]:
    try:
        return frozenset(world.borders(view).neighbours(country)) if country else frozenset()
    except OptionError:  # a country that the border data do not know has none
        return frozenset()


def geocode(
    name: str, *, country: str | None = None, near: Point | None = None, limit: int = 10
) -> list[Candidate]:
    """Return the places that a name may mean, best first; an empty list when the gazetteer has none.

    Parameters
    ----------
    name : str
        In any spelling or script; the region or country may follow behind a comma.
    country : str, optional
        ISO 3166-1 alpha-2 code to stay within.
    near : Point, optional
        Places close to it move up.
    limit : int
        How many at the most.
    """
    return world.gazetteer().search(name, country=country, near=near, limit=limit)


def make_map(
    extractions: Iterable[Extraction],
    *,
    title: str | None = None,
    rejected: Sequence[Rejected] = (),
    view: str | None = None,
    detail: str = "standard",
    options: MapOptions | None = None,
) -> folium.Map:
    """Return the incidents as a folium map that needs no network.

    Parameters
    ----------
    extractions : iterable of Extraction
    title : str, optional
        Default: the title of the only report, else the number of reports.
    rejected : sequence of Rejected
        Inputs that could not be used; the map names them.
    view : str, optional
        Whose borders are drawn. Default: those that the incidents' distances were measured to.
    detail : str
        ``standard``: the world coarsely and finely around the incidents; ``high``: all of it as finely as the data are.
    options : MapOptions, optional
        How the page looks and what it offers (:class:`mapper.maps.MapOptions`).

    Returns
    -------
    folium.Map
        ``mapper.maps.save_map`` writes it as one self-contained HTML file.

    Raises
    ------
    OptionError
        If there is no such view or detail.
    """
    from mapper import maps

    chosen = list(extractions)
    return maps.make_map(
        chosen,
        title=title,
        basemap=ground(world.basemap(_view(chosen, view)), _spots(chosen), detail=detail),
        labels=_labels(chosen),
        rejected=rejected,
        outline=outline,
        options=options,
    )


def make_picture(
    extractions: Iterable[Extraction],
    *,
    format: Literal["png", "svg"] = "png",
    title: str | None = None,
    view: str | None = None,
    width_px: int = 1600,
    height_px: int = 1000,
) -> bytes:
    """Return the incidents as a picture of a map, for print (:func:`mapper.picture.picture`).

    Parameters
    ----------
    extractions, title, view
        As of :func:`make_map`.
    format : str
        ``png`` or ``svg``.
    width_px, height_px : int
    """
    from mapper.picture import picture

    chosen = list(extractions)
    return picture(
        chosen,
        basemap=ground(world.basemap(_view(chosen, view)), [], detail="high"),
        title=title,
        labels=_labels(chosen),
        made=date.today(),
        format=format,
        width_px=width_px,
        height_px=height_px,
    )


def _view(extractions: Sequence[Extraction], view: str | None) -> str:
    """Return the view that was asked for, or the one that distances were measured in."""
    used = (incident.border.view for e in extractions for incident in e.incidents if incident.border)
    return view or next(used, DEFAULT_VIEW)


def _spots(extractions: Sequence[Extraction]) -> list[tuple[float, float]]:
    """Return latitude and longitude of every incident, and of where its nearest border lies.

    Once they lie in more cells than :func:`ground` has pieces for, there is no need to go on.
    """
    spots: list[tuple[float, float]] = []
    cells = set()
    for found in _distinct(extractions):
        point = found.point if isinstance(found, Place) else found.nearest_point
        spots.append((point.lat, point.lon))
        cells.add((point.lat // CELL_DEG, point.lon // CELL_DEG))
        if len(cells) > MOST_CELLS_WITH_PLACES:
            break
    return spots


def _distinct(extractions: Sequence[Extraction]) -> Iterator[Place | BorderDistance]:
    """Yield every place of an incident and the border nearest to it; what many share, once."""
    seen: set[int] = set()
    for extraction in extractions:
        for incident in extraction.incidents:
            for found in (incident.place, incident.border):
                if found is not None and id(found) not in seen:
                    seen.add(id(found))
                    yield found


def _labels(extractions: Sequence[Extraction]) -> list[Place]:
    """Return the larger towns around the incidents, for orientation."""
    spots: set[Point] = set()
    towns: dict[Place, None] = {}
    for found in _distinct(extractions):
        if not isinstance(found, Place) or found.point in spots:
            continue
        spots.add(found.point)
        near = world.gazetteer().nearest(found.point, limit=200, within_km=LABEL_KM)
        largest = sorted((c.place for c in near), key=lambda place: -place.population)
        towns |= dict.fromkeys(largest[:LABELS_PER_INCIDENT])
        if len(towns) >= MAX_LABELS:
            break
    return list(towns)
