"""Brings Leaflet into ``mapper/vendor/leaflet``: ``python data/build_vendor.py``.

The pictures that the style sheet asks for become ``data:`` URIs and the pointer to a source map is dropped, so
that a page with both files inlined has nothing left to fetch.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path

from fetch import npm_package

VERSION = "1.9.4"
SHA256 = "84c65a256e50657896f54c33bd857b6849ebe94c817803be818bf32a3dde0b77"
FOLDER = Path(__file__).parent.parent / "mapper" / "vendor" / "leaflet"


def main() -> None:
    """Write the script, the style sheet and the licence."""
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


if __name__ == "__main__":
    main()
