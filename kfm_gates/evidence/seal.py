"""Sealing: every digest that follows from other bytes is computed anew, in the order in which they flow.

Labels, rights, approvals and times are never touched, no field is added, and a document that can't be
understood stays as it is. Sealing makes a tree agree with itself; whether it may pass is for the gates.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.seal_evidence import DATA, Evidence
from kfm_gates.evidence.seal_fill import fill_all
from kfm_gates.evidence.seal_names import rename_all
from kfm_gates.evidence.snapshot import Folder


def seal(
    tree: Mapping[str, bytes],
    layout: Layout,
    *,
    subjects: Collection[str] | None = None,
    keep: Collection[str] = (),
) -> dict[str, bytes]:
    """The tree (path -> bytes) with all digests recomputed; sealing twice is sealing once.

    `subjects` ("slug/version") limits what is rewritten to these dataset versions and what they share with
    others (acquisitions and specs of their dataset, decisions, ledger, checkpoint). Files in `keep` are not
    rewritten at all, though digests of them are. Versions, specs and environments get new paths when what
    their names are made of has changed.
    """
    return seal_and_follow(tree, layout, subjects=subjects, keep=keep)[0]


def seal_and_follow(
    tree: Mapping[str, bytes],
    layout: Layout,
    *,
    subjects: Collection[str] | None = None,
    keep: Collection[str] = (),
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Like `seal`, and where each file of the tree went: old path -> new path."""
    evidence = _evidence(layout, subjects, keep)
    for path, data in tree.items():
        if _is_document(layout, path):
            evidence.documents[path] = data
        else:
            evidence.others[path] = (sha256(data), len(data))
    rename_all(evidence)
    fill_all(evidence)
    moved = {path: evidence.moved.get(path, path) for path in tree}
    return {new: evidence.documents.get(new, tree[old]) for old, new in moved.items()}, moved


def seal_folder(root: Path, layout: Layout) -> list[str]:
    """Seal the evidence below `root` in place; the paths that changed, appeared or went, sorted.

    Each file is replaced as a whole. Raises EvidenceError for links and what else is no regular file, and
    UsageError when there is no such folder. Large artifacts are read in pieces.
    """
    folder = Folder(root)
    evidence = _evidence(layout, None, ())
    before: dict[str, bytes] = {}
    for path, problem in sorted(folder.listing().items()):
        if problem is not None:
            raise EvidenceError(f"{path} {problem}: nothing was sealed", file=path)
        if layout.match(path) is None:
            continue
        try:
            content = folder.read(path)
        except Unreadable as error:
            raise EvidenceError(f"{path} {error}: nothing was sealed", file=path) from error
        if _is_document(layout, path) and content.data is not None:
            before[path] = evidence.documents[path] = content.data
        else:
            evidence.others[path] = (content.digest, content.size)
    rename_all(evidence)
    fill_all(evidence)
    for old, new in evidence.moved.items():
        (folder.root / new).parent.mkdir(parents=True, exist_ok=True)
        os.replace(folder.root / old, folder.root / new)
        _remove_empty(folder.root, old)
    origin = {new: old for old, new in evidence.moved.items()}
    written = [p for p, data in evidence.documents.items() if data != before[origin.get(p, p)]]
    for path in written:
        _write(folder.root / path, evidence.documents[path])
    return sorted({*written, *evidence.moved, *evidence.moved.values()})


def _evidence(layout: Layout, subjects: Collection[str] | None, keep: Collection[str]) -> Evidence:
    return Evidence(layout, {}, {}, set(keep), None if subjects is None else frozenset(subjects))


def _is_document(layout: Layout, path: str) -> bool:
    match = layout.match(path)
    return match is not None and match.name not in DATA


def _write(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, path.stat().st_mode & 0o777)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _remove_empty(root: Path, path: str) -> None:
    for folder in Path(path).parents:
        if folder == Path(".") or any((root / folder).iterdir()):
            return
        (root / folder).rmdir()
