"""The rules of the house: which module may import what, what is public, and that the README tells the truth."""

import argparse
import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mapper
from mapper import cli

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "mapper"
README = (ROOT / "README.md").read_text(encoding="utf-8")

FLOORS = [
    [
        "errors",
        "cells",
        "files",
        "compiled",
        "limits",
        "progress",
        "packing",
        "incident_layer",
        "picture_text",
        "picture_symbols",
    ],
    ["model", "precision", "sections", "ground", "online_layers", "tile_files"],
    [
        "text",
        "dates",
        "geodesy",
        "planes",
        "sentences",
        "answers",
        "placefile",
        "tokens",
        "languages",
        "pages",
        "paragraphs",
        "fetching",
        "clock",
        "tilesets",
    ],
    [
        "matching",
        "filing",
        "online",
        "foreign_words",
        "documents",
        "feeds",
        "intake",
        "backing",
        "picture_ground",
    ],
    ["matcher", "map_rows", "picture_names"],
    [
        "casualties",
        "chat",
        "events",
        "lexicon",
        "scenes",
        "gazetteer",
        "regions",
        "lines",
        "walk",
        "extents",
        "quantities",
        "subjects",
    ],
    [
        "columns",
        "participants",
        "checks",
        "division",
        "tree",
        "references",
        "verdicts",
        "clues",
        "atlas",
        "candidates",
        "foreign_names",
    ],
    ["finder", "relations", "tagger", "evidence", "wording", "approximations", "foreign_scan"],
    ["borders", "context", "foreign_cased", "foreign_caseless", "spotter"],
    [
        "mentions",
        "rules",
        "foreign",
        "resolve",
        "spots",
        "staging",
        "language_model",
        "claims",
        "story",
        "tables",
        "reports",
        "features",
    ],
    ["views", "tellings", "picture_pen"],
    ["episodes", "picture_incidents"],
    ["confidence", "merging", "fields", "picture"],
    ["incidents"],
    ["world", "maps"],
    ["distances", "own_places", "lookups", "nominatim", "recognizers"],
    ["pipeline", "geocoder", "export"],
    ["cli_gazetteer", "cli_map", "runs"],
    ["cli"],
    ["__main__"],
]
FENCES = {
    "streamlit": {"app.py"},
    "folium": {"maps", "incident_layer"},
    "branca": {"maps", "incident_layer"},
    "matplotlib": {"picture_text", "picture_symbols", "picture_ground", "picture_pen"},
    "pmtiles": {"tile_files"},
    "pandas": {"tables"},
    "trafilatura": {"pages"},
    "pypdf": {"documents"},
    "docx": {"documents"},
    "feedparser": {"feeds"},
    "geopy": {"geocoder", "nominatim", "online"},
    "sqlite3": {"answers", "tile_files"},
    "marisa_trie": {"placefile"},
    "pyproj": {"geodesy"},
    "numba": {"compiled"},
    "spacy": {"recognizers"},
}
PUBLIC = [
    "BorderDistance", "Candidate", "CoordinateError", "DataError", "DistanceClaim", "Extraction", "FallbackGeocoder", "Incident", "InputError",
    "MapperError", "OfflineGeocoder", "OptionError", "Place", "Point", "Rejected", "Report",
    "Resolution", "TerritoryDistance", "Toponym", "add_border_distances", "border_distance", "extract", "extract_all", "geocode", "geocode_frame", "make_map", "read_reports", "save_map",
    "territory_distance", "to_csv", "to_geojson", "to_jsonl",
]  # fmt: skip
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")


def imports(path: Path) -> list[tuple[str, bool]]:
    """Return what a file imports, and whether only for type checking."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.dump(branch.test)
        for node in ast.walk(branch)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in typing_only) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "mapper":
                found += [(f"mapper.{alias.name}", id(node) in typing_only) for alias in node.names]
            else:
                found.append((node.module, id(node) in typing_only))
    return found


def test_every_module_has_a_floor():
    assert sorted(name for floor in FLOORS for name in floor) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_downhill(module):
    height = {name: level for level, floor in enumerate(FLOORS) for name in floor}
    for name, typing_only in imports(PACKAGE / f"{module}.py"):
        if not name.startswith("mapper.") or name == "mapper.__version__" or typing_only:
            continue
        target = name.split(".")[1]
        assert height[target] < height[module], f"{module} imports {target}"


@pytest.mark.parametrize("module", [*MODULES, "app.py"])
def test_libraries_stay_behind_their_fences(module):
    path = ROOT / module if module == "app.py" else PACKAGE / f"{module}.py"
    for name, typing_only in imports(path):
        allowed = FENCES.get(name.split(".")[0])
        assert allowed is None or module in allowed or typing_only, f"{module} imports {name}"


@pytest.mark.parametrize(
    ("command", "heavy"),
    [
        ("geocode", ("numpy", "pandas", "shapely", "folium", "geopy", "streamlit", "pyproj", "numba")),
        ("distance", ("numba", "pandas", "shapely", "folium", "geopy", "streamlit")),
    ],
)
def test_a_quick_answer_loads_nothing_heavy(command, heavy):
    code = (
        f"import sys; from mapper.cli import main; main([{command!r}, 'Kharkiv', '--json']);"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines()[-1] == "[]"


def test_public_surface_is_locked():
    assert mapper.__all__ == PUBLIC
    for name in mapper.__all__:
        assert getattr(mapper, name).__doc__, name


def commands():
    (group,) = [a for a in cli._parser()._actions if isinstance(a, argparse._SubParsersAction)]
    return group.choices


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_and_option_stands_in_the_readme(name):
    assert f"mapper {name}" in README
    section = README.split(f"### `mapper {name}`", 1)[1].split("\n##", 1)[0]
    for action in commands()[name]._actions:
        for option in action.option_strings:
            if option not in {"-h", "--help"}:
                assert f"`{option}" in section or f", {option}" in section, f"mapper {name} {option}"
        if action.choices:
            assert all(f"`{choice}`" in section for choice in action.choices), f"mapper {name} {action.dest}"


def test_the_readme_python_example_runs(tmp_path):
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (expected,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    answer = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip() == expected.strip()


def test_readme_names_only_files_that_exist():
    for target in re.findall(r"\]\((?!https?:|#)([^)]+)\)", README):
        path, _, anchor = target.partition("#")
        assert (ROOT / path).exists(), target
        headings = re.findall(r"^#+ (.*)$", (ROOT / path).read_text(encoding="utf-8"), re.M) if anchor else []
        assert not anchor or anchor in {
            re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings
        }, target


def test_locks_name_no_registry_and_hold_hashes():
    for path in ROOT.glob("requirements*.lock"):
        text = path.read_text(encoding="utf-8")
        assert "http" not in text and "-url" not in text
        pins = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
        assert pins and text.count("--hash=sha256:") >= len(pins)
