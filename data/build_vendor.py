"""Brings Leaflet, supercluster and a reader of vector tiles into ``mapper/vendor``: ``python data/build_vendor.py``.

The pictures that Leaflet's style sheet asks for become ``data:`` URIs and the pointer to a source map is dropped,
so that a page with both files inlined has nothing left to fetch. The reader of vector tiles is published as
modules; here it becomes one plain script that sets ``vectorTiles`` (``VectorTile`` and ``PbfReader``).
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import tempfile
from pathlib import Path

from fetch import npm_package

VERSION = "1.9.4"
SHA256 = "84c65a256e50657896f54c33bd857b6849ebe94c817803be818bf32a3dde0b77"
VENDOR = Path(__file__).parent.parent / "mapper" / "vendor"
FOLDER = VENDOR / "leaflet"
SUPERCLUSTER = (
    "supercluster",
    "9.1.0",
    "b43b5108967e4ee37a7de0489e36385a0caeb81b3dd1dd8017b58a98dd91a8d0",
)
VECTOR_TILE_PARTS = (
    ("@mapbox/vector-tile", "3.0.0", "08f01e39d143cad5b106a7561394663b0a020d6a068acac6fa74de465739edb6"),
    ("@mapbox/point-geometry", "1.1.0", "9bf202082ba414ef99d82ca466445bfeddff3631922cfa74f9b4ce5caafde038"),
    ("pbf", "5.1.2", "3b3dc3c096a3a264ae68722d1e380893d89d56161093f8e90b1910020fbdb5d7"),
)
BUNDLER = ("rollup", "3.29.5", "0ab853d5ad72703fd2d5500705e1d64beac9dcc1885424f9ca85d48cd09076bf")
ENTRY = """export { VectorTile } from "@mapbox/vector-tile";
export { PbfReader } from "pbf";
"""
# Run by the bundler: the only thing to decide is where the packages lie.
CONFIGURATION = """export default {
  input: "entry.js",
  output: { file: "vectortiles.js", format: "iife", name: "vectorTiles", exports: "named" },
  plugins: [{ name: "packages", resolveId: (name) => PACKAGES[name] }],
};
"""


def main() -> None:
    """Write the scripts, the style sheet and the licences."""
    leaflet()
    supercluster()
    vector_tiles()


def leaflet() -> None:
    """Write Leaflet's script, style sheet and licence."""
    package = npm_package("leaflet", VERSION, SHA256)
    FOLDER.mkdir(parents=True, exist_ok=True)

    script = (package / "dist" / "leaflet.js").read_text(encoding="utf-8")
    script = re.sub(r"\s*//# sourceMappingURL=\S+\s*$", "\n", script)
    (FOLDER / "leaflet.js").write_text(script, encoding="utf-8")

    def inlined(match: re.Match[str]) -> str:
        picture = (package / "dist" / match[1]).read_bytes()
        return f"url(data:image/png;base64,{base64.b64encode(picture).decode()})"

    style = (package / "dist" / "leaflet.css").read_text(encoding="utf-8")
    style = re.sub(r"url\((images/[\w.-]+\.png)\)", inlined, style)
    style = re.sub(r"\n\s*behavior:[^;]+;", "", style)
    (FOLDER / "leaflet.css").write_text(style, encoding="utf-8")

    (FOLDER / "LICENSE").write_bytes((package / "LICENSE").read_bytes())
    print(f"Leaflet {VERSION} is in mapper/vendor/leaflet")


def supercluster() -> None:
    """Write the script that joins incidents into clusters, its index (kdbush, ISC) included, and its licence."""
    package = npm_package(*SUPERCLUSTER)
    folder = VENDOR / "supercluster"
    folder.mkdir(parents=True, exist_ok=True)
    script = (package / "dist" / "supercluster.min.js").read_text(encoding="utf-8")
    name = f"/* {SUPERCLUSTER[0]} {SUPERCLUSTER[1]}; see LICENSE */"
    (folder / "supercluster.js").write_text(f"{name}\n{script}", encoding="utf-8")
    (folder / "LICENSE").write_bytes((package / "LICENSE").read_bytes())
    print(f"supercluster {SUPERCLUSTER[1]} is in mapper/vendor/supercluster")


def vector_tiles() -> None:
    """Write the reader of vector tiles as one script that sets ``vectorTiles``, and its licences."""
    bundler = npm_package(*BUNDLER) / "dist" / "bin" / "rollup"
    packages = {name: npm_package(name, version, sha256) for name, version, sha256 in VECTOR_TILE_PARTS}
    folder = VENDOR / "vectortiles"
    folder.mkdir(parents=True, exist_ok=True)
    entries = {name: str((package / "index.js").resolve()) for name, package in packages.items()}
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch, "entry.js").write_text(ENTRY, encoding="utf-8")
        configuration = f"const PACKAGES = {json.dumps(entries)};\n{CONFIGURATION}"
        Path(scratch, "rollup.config.mjs").write_text(configuration, encoding="utf-8")
        command = ["node", str(bundler), "--config", "rollup.config.mjs", "--silent"]
        subprocess.run(command, cwd=scratch, check=True)
        script = Path(scratch, "vectortiles.js").read_text(encoding="utf-8")
    names = ", ".join(f"{name} {version}" for name, version, _ in VECTOR_TILE_PARTS)
    (folder / "vectortiles.js").write_text(f"/* {names}; see LICENSE */\n{script}", encoding="utf-8")

    licences = []
    for name, package in packages.items():
        text = next(package.glob("LICENSE*")).read_text(encoding="utf-8")
        licences.append(f"{name}\n\n{text.strip()}\n")
    (folder / "LICENSE").write_text(f"\n{'-' * 72}\n\n".join(licences), encoding="utf-8")
    print(f"{names} are in mapper/vendor/vectortiles")


if __name__ == "__main__":
    main()
