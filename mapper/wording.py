"""What the wording of a report and the name of its outlet say of the country and the place that it was written in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from mapper.gazetteer import Gazetteer
from mapper.model import Candidate

LEAST_HOME = 0.55  # the prominence of a place that a paper is named after; about 25,000 inhabitants
MOST_OUTLET_WORDS = 8
_PAPERS = frozenset(
    "times post herald tribune news daily journal gazette mail independent mirror express observer standard record press chronicle "
    "dispatch today republic radio tv enquirer examiner telegraph advertiser echo courier bulletin morning evening star sun".split()
)
# Offices, money and spellings that the papers of one country have of their own, as words and as phrases.
_CUE_WORDS = {
    "US": "sheriff sheriffs county counties township townships twp interstate neighborhood neighborhoods color colored colors "
    "center favorite sophomore sophomores freshman NCAA NFL Medicaid Thanksgiving superintendent",
    "GB": "£ councillor councillors Cllr constabulary pence NHS GCSE GCSEs Tory Tories",
    "IE": "garda gardai gardaí Taoiseach Oireachtas HSE GAA RTÉ",
    "CA": "MPP MPPs RCMP Ont CBC",
    "AU": "AFL NRL shire bushfire bushfires Aboriginal",
    "IN": "₹ lakh lakhs crore crores panchayat panchayats taluk taluks BJP collectorate rupees",
    "PK": "PTI tehsil nazim",
    "ZA": "SAPS ANC Eskom",
    "NG": "₦ naira LGA EFCC",
    "PH": "barangay barangays Brgy",
}
_CUE_PHRASES = {
    "US": ("School District", "school district", "Highway Patrol", "state trooper", "State Police", "District Attorney", "City Council", "High School", "high school", "state Rep.", "state Sen."),
    "GB": ("Crown Court", "magistrates", "borough council", "District Council", "Met Office"),
    "IE": ("County Council", "Fine Gael", "Fianna Fáil"),
    "IN": ("Lok Sabha", "sub-inspector", "Sub-Inspector"),
    "NG": ("Local Government Area",),
}  # fmt: skip
_CUE_COUNTRY = {word: code for code, words in _CUE_WORDS.items() for word in words.split()}
_CUE_TOKEN = re.compile(r"[^\W\d_]+|[£₹₦]")
CUE_CHARS = 20_000  # of the beginning, in which the wording is read


def wording_cues(text: str) -> dict[str, float]:
    """Return the countries that a report's wording points to, with how many words do: sheriffs, gardaí, lakhs, pounds."""
    start = text[:CUE_CHARS]
    counts: Counter[str] = Counter()
    for word in _CUE_TOKEN.findall(start):
        code = _CUE_COUNTRY.get(word) or (_CUE_COUNTRY.get(word.lower()) if word.istitle() else None)
        if code is not None:
            counts[code] += 1
    for code, phrases in _CUE_PHRASES.items():
        counts[code] += sum(start.count(phrase) for phrase in phrases)
    return {code: float(min(count, 20)) for code, count in counts.items() if count > (code == "US")}


def outlet_home(outlet: str, gazetteer: Gazetteer) -> Sequence[Candidate]:
    """Return what the place may be that an outlet is named after, nothing if it is named after none of some size.

    Parameters
    ----------
    outlet : str
        Such as "The Columbus Dispatch" or "The Irish Times, Dublin".
    gazetteer : Gazetteer
    """
    words = re.findall(r"[^\W\d_][\w'’-]*|,", outlet)[:MOST_OUTLET_WORDS]
    for count in (3, 2, 1):
        for at in range(len(words) - count + 1):
            rest = words[at + count :]
            named = rest and all(word.lower() in _PAPERS for word in rest)
            if not named and not (at and words[at - 1] == "," and not rest):
                continue
            name = " ".join(words[at : at + count])
            found = gazetteer.lookup(name)
            known = found and found[0].match == "exact" and found[0].score >= LEAST_HOME
            if known and not gazetteer.people(name):
                return found
    return ()
