"""Recognition and resolution on sentences of our own: which names are places, how each is used, where each lies."""

from __future__ import annotations

import pytest

from mapper import pipeline


def found(text):
    return {r.toponym.text: r for r in pipeline.extract(text).resolutions}


def roles(text):
    return [(r.toponym.text, r.toponym.role) for r in pipeline.extract(text).resolutions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A Russian attack killed four people in Kharkiv on Friday.", [("Russian", "demonym"), ("Kharkiv", "literal")]),
        ("Kyiv said it had shot down all the drones, and the Kremlin denied it.", [("Kyiv", "metonym"), ("Kremlin", "metonym")]),
        ("A student at the University of Warwick was arrested in Coventry.", [("Warwick", "part"), ("Coventry", "literal")]),
        ("Captain Jordan Henderson scored twice on Saturday.", []),
        ("Engels wrote to Marx from Manchester that winter.", [("Manchester", "literal")]),
        ("Drones struck an airfield near Engels, in Russia's Saratov region.", [("Engels", "literal"), ("Russia", "literal"), ("Saratov", "literal")]),
        ("Planes from the US and the UAE landed in the DRC.", [("US", "literal"), ("UAE", "literal"), ("DRC", "literal")]),
        ("Shells fell in Sumy, Kharkiv and Donetsk regions overnight.", [("Sumy", "literal"), ("Kharkiv", "literal"), ("Donetsk", "literal")]),
        ("Two cars collided on the Kharkiv-Belgorod highway.", [("Kharkiv", "literal"), ("Belgorod", "literal")]),
        ("Fighting went on in the north-eastern Kharkiv region.", [("Kharkiv", "literal")]),
        ("The convoy was hit 20 km south of Raqqa on Monday.", [("Raqqa", "literal")]),
        ("Officers of the Toronto Police Service arrested a man in Mississauga.", [("Toronto", "part"), ("Mississauga", "literal")]),
        ("SEVERN, Md. (ABC7) — A man was found dead on Tuesday.", [("SEVERN", "literal"), ("Md.", "literal")]),
        ("EDMONTON, Ky. -- One man is dead.", [("EDMONTON", "literal"), ("Ky.", "literal")]),
        ("Sen. Joe Harris, R-Raleigh, voted against it.", [("Raleigh", "literal")]),
        ("President Lincoln Washington met Chelsea Houston on Sunday.", []),
        ("Sheriff Wayne Lincoln said Mr. Paris had confessed.", []),
        ("Most residents of Reading like reading.", [("Reading", "literal")]),
    ],
)  # fmt: skip
def test_roles(text, expected):
    assert roles(text) == expected
