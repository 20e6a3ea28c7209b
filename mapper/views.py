"""Selections of extractions for people to read: rows for tables, plain values, no Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from mapper.backing import Passages, backings, date_text, figures_text, range_text, report_ids, time_text
from mapper.features import ASIDE_LABELS, verdict_text
from mapper.model import FIGURE_KINDS, BorderDistance, Extraction, Incident, Report

Row = dict[str, str | int | float | None]


def incident_rows(extractions: Sequence[Extraction]) -> list[Row]:
    """Return one row an incident, in the order of the reports; an unknown value is None."""
    return [
        _incident_row(extraction, incident) for extraction in extractions for incident in extraction.incidents
    ]


def claim_rows(extractions: Sequence[Extraction]) -> list[Row]:
    """Return one row for each distance that a report states, with the verdict."""
    return [
        {
            "Place": claim.place,
            "Reference": claim.reference,
            "Stated (km)": claim.km,
            "Stated from (km)": claim.low_stated_km,
            "Stated to (km)": claim.high_stated_km,
            "Computed (km)": claim.computed_km,
            "From (km)": claim.low_km,
            "To (km)": claim.high_km,
            "Verdict": verdict_text(claim),
            "Off by (km)": claim.gap_km,
            "Why": claim.reason,
            "Evidence": claim.evidence,
            "Report": _name(extraction),
        }
        for extraction in extractions
        for claim in extraction.claims
    ]


def evidence_rows(incident: Incident, reports: Sequence[Report] = ()) -> list[Row]:
    """Return one row for each span of words that a field of an incident rests on, with the sentence around.

    "Starts" and "Ends" tell where in the sentence the words stand.

    Parameters
    ----------
    incident : Incident
        Merged or not.
    reports : sequence of Report, optional
        Those that the words are from; of one that is missing, the words stand alone.
    """
    texts = Passages(reports)
    rows: list[Row] = []
    for backing in backings(incident):
        for number, words in enumerate(backing.words):
            found = texts.around(words.evidence)
            report = None if found.report is None else reports[found.report]
            rows.append(
                {
                    "Field": backing.label,
                    "Value": words.value if number else backing.value,
                    "Words": words.evidence.text,
                    "Sentence": found.text,
                    "Starts": found.start,
                    "Ends": found.end,
                    "Report": (report.title or report.id) if report else words.evidence.report_id,
                }
            )
    return rows


def aside_rows(extractions: Sequence[Extraction]) -> list[Row]:
    """Return one row for each thing that a report tells and that is no single incident, with the reason."""
    return [
        {
            "What": ASIDE_LABELS.get(item.why, item.why),
            "Why": item.reason,
            "Figures": figures_text(item.figures) or None,
            "Evidence": item.evidence,
            "Report": _name(extraction),
        }
        for extraction in extractions
        for item in extraction.set_aside
    ]


def unplaced_rows(extractions: Sequence[Extraction]) -> list[Row]:
    """Return one row for each name that was read as a place but has no position, or an unsure one."""
    rows: list[Row] = []
    for extraction in extractions:
        for resolution in extraction.resolutions:
            if resolution.place is not None and not resolution.reason.startswith("unsure"):
                continue
            toponym, place = resolution.toponym, resolution.place
            context = extraction.report.text[max(0, toponym.start - 60) : toponym.end + 60]
            rows.append(
                {
                    "Name": toponym.text,
                    "Placed at": place.name if place else None,
                    "Country": place.country if place else None,
                    "Why": resolution.reason,
                    "Context": " ".join(context.split()),
                    "Report": _name(extraction),
                }
            )
    return rows


def border_text(border: BorderDistance | None) -> str | None:
    """Return a border distance with its interval, such as "34.7 km (22–47) RU–UA"."""
    if border is None:
        return None
    return f"{border.km:.1f} km ({border.low_km:.0f}–{border.high_km:.0f}) {'–'.join(border.border)}"


def _incident_row(extraction: Extraction, incident: Incident) -> Row:
    place = incident.place
    return {
        "Title": incident.title,
        "Date": date_text(incident),
        "Time": time_text(incident) or None,
        "Killed": incident.killed,
        "Injured": incident.injured,
        "Missing": incident.missing,
        "Displaced": incident.displaced,
        "Range": _ranges(incident),
        "Place": place.name,
        "Country": place.country,
        "By whom": "; ".join(a.text for a in incident.actors if a.role in {"by", "claimed"}) or None,
        "Weapon": incident.weapon,
        "Target": incident.target,
        "Sources": len(report_ids(incident)),
        "Evidence": incident.evidence,
        "Nearest border": border_text(incident.border),
        "Story's border": border_text(incident.story_border),
        "Placed because": incident.place_reason,
        "Precision": f"{place.kind}, within about {place.radius_km:.0f} km",
        "Kind": incident.kind.replace("_", " "),
        "Confidence": incident.confidence,
        "Report": _name(extraction),
    }


def _ranges(incident: Incident) -> str | None:
    """Return what the figures leave open, e.g. "killed: 17 to 20; injured: 24 or more"."""
    found = [f"{what}: {text}" for what in FIGURE_KINDS if (text := range_text(incident, what))]
    return "; ".join(found) or None


def _name(extraction: Extraction) -> str:
    return extraction.report.title or extraction.report.id
