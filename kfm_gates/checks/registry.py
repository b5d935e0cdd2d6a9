"""Finding checks by name: the ID says where the file lies, and exactly one file may judge it."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path

from kfm_gates.checks.api import Check, PythonCheck
from kfm_gates.checks.pack import HOUSE, FolderPack, check_files, known_ids
from kfm_gates.checks.pack_python import pack_python_check
from kfm_gates.checks.rego_check import read_rego_check
from kfm_gates.checks.shacl_check import read_shacl_check
from kfm_gates.errors import UsageError


def find_checks(ids: Iterable[str], packs: tuple[FolderPack, ...] = ()) -> dict[str, Check]:
    """The checks of these IDs, from the house or a pack.

    Raises UsageError for an ID that no file, or more than one, would judge.
    """
    found: dict[str, Check] = {}
    places: list[tuple[FolderPack | None, Path]] = [(None, HOUSE), *((pack, pack.root) for pack in packs)]
    for id in ids:
        files = [(pack, path) for pack, root in places for path in check_files(root, id)]
        if not files:
            raise UsageError(_unknown(id, [root for _, root in places]))
        if len(files) > 1:
            names = ", ".join(str(path) for _, path in files)
            raise UsageError(f"{id}: more than one file would judge this check: {names}; keep one")
        pack, path = files[0]
        found[id] = _load(id, path, pack)
        if pack is not None and not pack.cases(id):
            raise UsageError(
                f"{id}: the pack {pack.root} has no denial case for this check; "
                f"add denials/{id}/<case>.json, which shows that it can deny"
            )
    return found


def _load(id: str, path: Path, pack: FolderPack | None) -> Check:
    if path.suffix == ".rego":
        return read_rego_check(id, path)
    if path.suffix == ".ttl":
        return read_shacl_check(id, path)
    if pack is not None:
        return pack_python_check(id, path, pack)
    module = importlib.import_module(f"kfm_gates.checks.{id}")
    function = getattr(module, id.rpartition(".")[2], None)
    check = getattr(function, "kfm_check", None)
    if not isinstance(check, PythonCheck) or check.about.id != id:
        raise UsageError(
            f"{id}: {path} does not define the check {id!r} as a function {id.rpartition('.')[2]!r}"
        )
    return check


def _unknown(id: str, roots: list[Path]) -> str:
    from difflib import get_close_matches

    known = sorted({each for root in roots for each in known_ids(root)})
    close = get_close_matches(id, known, n=1)
    meant = f" (did you mean {close[0]!r}?)" if close else ""
    return f"unknown check {id!r}{meant}; `kfm-gates list` shows all"
