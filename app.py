"""The web app: paste or upload reports, see the map and the evidence, take both away."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from html import escape

import streamlit as st

from mapper import pipeline, world
from mapper.errors import MapperError
from mapper.export import to_csv, to_geojson
from mapper.maps import map_html
from mapper.merging import merge_extractions
from mapper.model import DEFAULT_VIEW, Extraction, Incident, Rejected, Report
from mapper.reports import SUFFIXES, read_reports, report_from_text, reports_from_bytes
from mapper.views import aside_rows, claim_rows, evidence_rows, incident_rows, unplaced_rows

MAP_HEIGHT_PX = 720
UNKNOWN = "–"
EVIDENCE_STYLE = (
    ".evidence { width: 100%; border-collapse: collapse; overflow-wrap: anywhere } "
    ".evidence caption { text-align: left; font-weight: 600; padding: 4px 0 } .evidence th, .evidence td { padding: 4px 12px 4px 0; text-align: left; vertical-align: top; font-weight: 400; "
    "border-bottom: 1px solid rgba(128, 128, 128, .3) } .evidence th { opacity: .75; white-space: nowrap } "
    ".evidence b { background: rgba(240, 190, 60, .35) }"
)
UPLOAD_TYPES = [suffix.removeprefix(".") for suffix in SUFFIXES]

Reads = list[Report | Rejected]


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="Incident mapper", layout="wide")
    st.title("Incident mapper")
    try:
        reads, published, view, merging = _inputs()
    except MapperError as error:
        st.error(str(error))
        return
    if not reads:
        st.info(
            "Paste a report on the left, or upload one, then press **Map it**. Nothing leaves this machine."
        )
        return
    try:
        with st.spinner("Reading the reports …"):
            extractions, rejected = _extract(tuple(reads), published, view)
            if merging:
                extractions = merge_extractions(extractions)
            html = _map(tuple(extractions), tuple(rejected), view)
    except MapperError as error:
        st.error(str(error))
        return
    for item in rejected:
        st.error(f"{item.source}: {item.reason}")
    if extractions:
        _results(extractions, html)


def _inputs() -> tuple[Reads, date | None, str, bool]:
    """Draw the side bar and return what is to be mapped: what was sent last, else what the app was started with."""
    with st.sidebar, st.form("reports"):
        text = st.text_area(
            "Report text", height=220, placeholder="Paste an article, a wire flash, a situation report"
        )
        files = st.file_uploader("or files", type=UPLOAD_TYPES, accept_multiple_files=True)
        published = st.date_input(
            "Published",
            value=None,
            min_value=date(1900, 1, 1),
            help="Relative dates such as “on Friday” count from here, in reports that carry no date of their own",
        )
        sent = st.form_submit_button("Map it", type="primary", width="stretch")
    if sent:
        reads: Reads = [report_from_text(text, id="pasted report", front_matter=True)] if text.strip() else []
        for file in files or []:
            reads += list(reports_from_bytes(file.name, file.getvalue()))
        if not reads:
            st.warning("There is nothing to map yet: paste a report or choose a file.")
        st.session_state["reads"] = reads
        st.session_state["published"] = published
    started_view = DEFAULT_VIEW
    if "reads" not in st.session_state:
        st.session_state["reads"], st.session_state["published"], started_view = _started_with()
    titles = {name: view.title for name, view in world.division().views.items()}
    view = st.sidebar.selectbox(
        "Whose borders",
        list(titles),
        index=list(titles).index(started_view) if started_view in titles else 0,
        format_func=lambda name: titles[name],
        key="view",
        help="Distances are measured to the borders of this view; where views differ, the map draws a dashed line",
    )
    merging = st.sidebar.toggle(
        "Merge the same event across reports",
        value=True,
        key="merging",
        help="Reports that tell the same event count as one incident, with the figures of all; off, each stands apart",
    )
    return st.session_state["reads"], st.session_state["published"], view, merging


def _started_with() -> tuple[Reads, date | None, str]:
    """Return the reports that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("inputs", nargs="*")
    parser.add_argument("--published", type=date.fromisoformat)
    parser.add_argument("--view", default=DEFAULT_VIEW)
    options = parser.parse_args(sys.argv[1:])
    reads = [read for source in options.inputs for read in read_reports(source)]
    return reads, options.published, options.view


@st.cache_data(show_spinner=False, max_entries=8)
def _extract(
    reads: tuple[Report | Rejected, ...], published: date | None, view: str
) -> tuple[list[Extraction], list[Rejected]]:
    extractions = [
        pipeline.extract(read, published=published, view=view) for read in reads if isinstance(read, Report)
    ]
    return extractions, [read for read in reads if isinstance(read, Rejected)]


@st.cache_data(show_spinner=False, max_entries=8)
def _map(extractions: tuple[Extraction, ...], rejected: tuple[Rejected, ...], view: str) -> str:
    return map_html(pipeline.make_map(extractions, rejected=rejected, view=view))


def _results(extractions: list[Extraction], html: str) -> None:
    incidents, claims, unplaced = (
        incident_rows(extractions),
        claim_rows(extractions),
        unplaced_rows(extractions),
    )
    aside = aside_rows(extractions)
    killed = sum(int(row["Killed"] or 0) for row in incidents)
    for column, (label, value) in zip(
        st.columns(4),
        (
            ("Reports", len(extractions)),
            ("Incidents", len(incidents)),
            ("Killed, as reported", killed),
            ("Names to check", len(unplaced)),
        ),
        strict=True,
    ):
        column.metric(label, value)
    undated = [e.report.title or e.report.id for e in extractions if e.report.published is None]
    if undated:
        st.warning(
            f"No publication date: {', '.join(undated)}. Relative dates stay open; set **Published** on the left."
        )
    if not incidents:
        st.info("No incident with a place was found in the text. The names that were read are listed below.")
    st.iframe(html, height=MAP_HEIGHT_PX)
    left, right, _ = st.columns([1, 1, 2])
    left.download_button("Download the map (HTML)", html, "incidents.html", "text/html", width="stretch")
    right.download_button(
        "Download GeoJSON",
        to_geojson(extractions),
        "incidents.geojson",
        "application/geo+json",
        width="stretch",
    )
    st.subheader("Incidents")
    if incidents:
        st.caption("Select a row to see the words that each of its fields rests on.")
    chosen = st.dataframe(
        incidents,
        key="incidents",
        on_select="rerun",
        selection_mode="single-row",
        width="stretch",
        hide_index=True,
        placeholder=UNKNOWN,
        column_config={
            "Title": st.column_config.TextColumn(pinned=True, width="medium"),
            "Evidence": st.column_config.TextColumn(width="large"),
        },
    )
    listed = [incident for extraction in extractions for incident in extraction.incidents]
    for number in chosen.selection.rows[:1]:
        if number < len(listed):
            _evidence(listed[number], [extraction.report for extraction in extractions])
    st.download_button("Download the table (CSV)", to_csv(extractions), "incidents.csv", "text/csv")
    if aside:
        st.subheader("Totals, old and doubtful events")
        st.caption(
            "Told in the reports, but no single incident of now, or not sure to be one: they are not on the map."
        )
        st.dataframe(aside, width="stretch", hide_index=True, placeholder=UNKNOWN)
    if claims:
        st.subheader("Distances that the reports state")
        st.dataframe(claims, width="stretch", hide_index=True, placeholder=UNKNOWN)
    if unplaced:
        st.subheader("Names to check")
        st.caption("Read as place names, but without a position or with a close runner-up.")
        st.dataframe(unplaced, width="stretch", hide_index=True, placeholder=UNKNOWN)


def _evidence(incident: Incident, reports: list[Report]) -> None:
    """Draw what the fields of an incident rest on, the words in bold within their sentence."""
    rows = evidence_rows(incident, reports)
    if not rows:
        st.caption("The words behind each field are not known; its sentence is the evidence.")
        return
    lines = "".join(
        f"<tr><th scope='row'>{escape(str(row['Field']))}</th><td>{escape(str(row['Value']))}</td>"
        f"<td>{_marked(str(row['Sentence']), int(row['Starts'] or 0), int(row['Ends'] or 0))}</td>"
        f"<td>{escape(str(row['Report']))}</td></tr>"
        for row in rows
    )
    head = "".join(f"<th scope='col'>{name}</th>" for name in ("Field", "Value", "Words", "Report"))
    # Everything that was read is escaped: unlike Markdown, this leaves no way to an image or a link.
    st.html(
        f"<style>{EVIDENCE_STYLE}</style><table class='evidence'>"
        f"<caption>What the fields of “{escape(incident.title)}” rest on</caption><tr>{head}</tr>{lines}</table>"
    )


def _marked(sentence: str, start: int, end: int) -> str:
    return f"{escape(sentence[:start])}<b>{escape(sentence[start:end])}</b>{escape(sentence[end:])}"


main()
