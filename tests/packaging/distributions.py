"""Building the wheel and the sdist, and looking into them."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent
DATA_FOLDERS = ("profiles", "rego", "samples", "schemas", "shapes")
"""Folders of the package that hold no Python and that judging can't do without."""


def build(what: str, source: Path, out: Path) -> Path:
    """Build `wheel` or `sdist` of a source tree with the installed backend; no network."""
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        f"--{what}",
        "--outdir",
        str(out),
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"building the {what} failed:\n{done.stdout}{done.stderr}")
    suffix = ".whl" if what == "wheel" else ".tar.gz"
    (built,) = out.glob(f"*{suffix}")
    return built


def source_files() -> dict[str, bytes]:
    """Every file of the package as it lies in the source tree, links to folders followed."""
    root = REPOSITORY / "kfm_gates"
    found = {}
    folders = [root]
    while folders:
        for entry in folders.pop().iterdir():
            if entry.is_dir():
                if entry.name != "__pycache__":
                    folders.append(entry)
            elif entry.suffix != ".pyc":
                found[f"kfm_gates/{entry.relative_to(root).as_posix()}"] = entry.read_bytes()
    return dict(sorted(found.items()))


def wheel_files(wheel: Path) -> dict[str, bytes]:
    """The package's files in a wheel. Raises for an entry that is no regular file."""
    found = {}
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            kind = entry.external_attr >> 28
            if kind not in (0, 0o10):
                raise RuntimeError(f"{wheel.name}: {entry.filename} is no regular file ({kind:o})")
            if entry.filename.startswith("kfm_gates/"):
                found[entry.filename] = archive.read(entry)
    return dict(sorted(found.items()))


def sdist_files(sdist: Path) -> dict[str, bytes]:
    """All files of an sdist, without its top folder. Raises for an entry that is no regular file."""
    found = {}
    with tarfile.open(sdist) as archive:
        for entry in archive:
            if entry.isdir():
                continue
            content = archive.extractfile(entry) if entry.isfile() else None
            if content is None:
                raise RuntimeError(f"{sdist.name}: {entry.name} is no regular file (type {entry.type!r})")
            found[entry.name.partition("/")[2]] = content.read()
    return dict(sorted(found.items()))


def unpack(sdist: Path, folder: Path) -> Path:
    """The source tree of an sdist, unpacked."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (tree,) = folder.iterdir()
    return tree
