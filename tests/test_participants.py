import pytest

from mapper.casualties import read_counts
from mapper.participants import read_parts


@pytest.mark.parametrize(
    ("sentence", "kind", "expected"),
    [
        ("Russian forces shelled Kharkiv, killing two people.", "shelling_or_missile", {("by", "Russian forces"), ("to", "killing two people")}),
        ("The Islamic State group claimed responsibility for the attack.", "armed_attack", {("claimed", "The Islamic State group")}),
        ("A magnitude 5.2 earthquake hit the island.", "natural_disaster", {("weapon", "magnitude 5.2 earthquake")}),
        ("Bombs dropped by a junta aircraft killed ten civilians.", "airstrike_or_drone", {("by", "a junta aircraft"), ("to", "killed ten civilians")}),
        ("Moscow denied that its troops had shelled the town.", "clash", {("denied", "Moscow")}),
        ("Gunmen on motorcycles attacked the village with assault rifles.", "armed_attack", {("by", "Gunmen"), ("weapon", "assault rifles")}),
        ("The town was attacked by al-Shabaab fighters.", "armed_attack", {("by", "al-Shabaab fighters")}),
        ("The ministers met and signed a truce.", "diplomatic", set()),
        ("Firefighters attacked the blaze with water.", "accident", {("weapon", "blaze")}),
    ],
)  # fmt: skip
def test_reads_who_had_a_part(sentence, kind, expected):
    parts = read_parts(sentence, kind, read_counts(sentence), [], 0)
    assert {(part.role, part.text) for part in parts} == expected
    assert all(sentence[part.start : part.end] == part.text for part in parts)
