"""Policy packs: the house's own rules, and folders of the same layout that a profile names.

checks/<family>/<name>.py   rego/<family>/<name>.rego   shapes/<family>/<name>.ttl
rego/data/<table>.json      denials/<check id>/<case>.json
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kfm_gates.errors import UsageError
from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.strict_json import parse_json

HOUSE = Path(__file__).parent.parent
"""The installed package: it has the layout of a pack."""

_FOLDERS = (("checks", ".py"), ("rego", ".rego"), ("shapes", ".ttl"))
# What decides nothing: how a verdict is shown does not change the policy.
_NOT_POLICY = ("front", "reports", "permit", "py.typed")


@dataclass(frozen=True)
class FolderPack:
    """A pack in a folder."""

    root: Path

    def cases(self, id: str) -> tuple[Mapping[str, Any], ...]:
        """The denial cases of a check."""
        return tuple(_case(path) for path in sorted((self.root / "denials" / id).glob("*.json")))

    def digest(self) -> str:
        """The digest of every file that decides."""
        return tree_digest(self.root)


def open_packs(folders: tuple[str, ...]) -> tuple[FolderPack, ...]:
    """The packs at these folders; raises UsageError when one is no pack."""
    packs = []
    for folder in folders:
        root = Path(folder)
        if not any((root / name).is_dir() for name, _ in _FOLDERS):
            raise UsageError(f"{folder}: is no policy pack; a pack has a folder checks, rego or shapes")
        packs.append(FolderPack(root))
    return tuple(packs)


def check_files(root: Path, id: str) -> tuple[Path, ...]:
    """The files below `root` that would judge a check; one is right."""
    family, _, name = id.partition(".")
    if not family.isidentifier() or not name.isidentifier():
        return ()
    paths = (root / folder / family / f"{name}{suffix}" for folder, suffix in _FOLDERS)
    return tuple(path for path in paths if path.is_file())


def known_ids(root: Path) -> Iterator[str]:
    """Every check ID that a pack's files define, sorted."""
    found = set()
    for folder, suffix in _FOLDERS:
        for path in (root / folder).glob(f"*/*{suffix}"):
            if (
                not path.name.startswith("_")
                and not path.stem.endswith("_test")
                and path.parent.name != "data"
            ):
                found.add(f"{path.parent.name}.{path.stem}")
    yield from sorted(found)


def tables(roots: tuple[Path, ...]) -> dict[str, Any]:
    """The data tables of packs, by name. One that the house leaves empty may be filled by one pack.

    Raises UsageError when two have the same name otherwise, and for one that can't be read.
    """
    found: dict[str, Any] = {}
    for root in roots:
        for path in sorted((root / "rego" / "data").glob("*.json")):
            table = _table(path)
            if found.get(path.stem, {}) != {}:
                raise UsageError(
                    f"{path}: there is a table {path.stem!r} already; a pack can add tables, or fill one that is "
                    "empty, but not replace them"
                )
            if not isinstance(table, type(found.get(path.stem, table))):
                raise UsageError(f"{path}: the table {path.stem!r} must be an object")
            found[path.stem] = table
    return found


def open_tables() -> dict[str, Any]:
    """The tables that the house leaves empty, for a pack to fill."""
    return {name: table for name, table in tables((HOUSE,)).items() if table == {}}


def _table(path: Path) -> Any:
    try:
        return parse_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: the table can't be read: {error.strerror}") from error
    except Malformed as error:
        raise UsageError(f"{path}: the table is malformed: {error}") from error


def tree_digest(root: Path) -> str:
    """A digest over the names and bytes of all files of a pack, whatever the order on disk."""
    lines = []
    for path in _files(root, ""):
        data = (root / path).read_bytes()
        lines.append(f"{hashlib.sha256(data).hexdigest()} {path}\n")
    return f"sha256:{hashlib.sha256(''.join(sorted(lines)).encode()).hexdigest()}"


def _files(folder: Path, prefix: str) -> Iterator[str]:
    """Files below a folder. Links to folders are followed: the house's rego and shapes may be links."""
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        name = f"{prefix}{entry.name}"
        if name in _NOT_POLICY or entry.name == "__pycache__" or entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _files(entry, f"{name}/")
        elif not entry.name.endswith((".pyc", ".so")):
            yield name


def _case(path: Path) -> Mapping[str, Any]:
    try:
        case = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: the denial case can't be read: {error}") from error
    if not isinstance(case, dict) or not isinstance(case.get("ops"), list):
        raise UsageError(f"{path}: a denial case is a JSON object with `base` and `ops`")
    return case
