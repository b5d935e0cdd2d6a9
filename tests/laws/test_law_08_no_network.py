"""Law 8. No network: what is remote and not vendored or locked is denied, and nothing tries to fetch it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.running import check, kansas_copy, no_network, program
from tests.support.selection import some
from tests.support.trees import edit, file_of, shown

REMOTE = "https://example.org/never-fetched.json"


def _context(document: Any) -> None:
    document["@context"] = REMOTE


def _context_beside(document: Any) -> None:
    document["@context"] = [document["@context"], REMOTE]


def _context_inside(document: Any) -> None:
    document["@graph"][0]["@context"] = REMOTE


def _import(document: Any) -> None:
    document["@context"]["@import"] = REMOTE


def _extension(document: Any) -> None:
    document["stac_extensions"].append(REMOTE)


CASES = {
    "context": ("dcat", _context),
    "context beside": ("dcat", _context_beside),
    "context inside": ("dcat", _context_inside),
    "import": ("dcat", _import),
    "context of PROV": ("prov", _context),
    "extension of an item": ("stac_item", _extension),
    "extension of the collection": ("stac_collection", _extension),
}


@pytest.mark.parametrize(("template", "change"), some(CASES, ("context", "import", "extension of an item")))
def test_what_is_remote_is_denied_at_its_file(tmp_path: Path, template: str, change: Any) -> None:
    root = kansas_copy(tmp_path)
    path = file_of(root, template)
    edit(path, change)
    assert program("seal", root, cwd=tmp_path).code == 0
    ran = check(root, cwd=tmp_path, before=no_network())
    assert ran.code == 1, ran.said
    assert shown(root, path) in {f["file"] for f in ran.findings()}, ran.said


def test_an_extension_that_is_not_locked_names_the_way_out(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    edit(file_of(root, "stac_item"), _extension)
    ran = check(root, cwd=tmp_path)
    hints = [f["hint"] for f in ran.findings() if REMOTE in f["found"] + f["message"]]
    assert hints and all("schemas" in hint for hint in hints)


@pytest.mark.skipif(not no_network(), reason="this system can't take the network away from a process")
def test_everything_works_without_any_network(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    ran = check(root, cwd=tmp_path, at=None, before=no_network())
    assert ran.code == 0, ran.said
    verified = program("permit", "verify", ran.permit, root, cwd=tmp_path, before=no_network())
    assert verified.code == 0, verified.said


def test_a_schema_that_is_not_what_was_locked_is_refused(tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text("{}")
    (tmp_path / "kfm-gates.toml").write_text(
        f"[schemas]\n'{REMOTE}' = {{ file = 'schema.json', sha256 = '{'0' * 64}' }}\n"
    )
    ran = check(kansas_copy(tmp_path), cwd=tmp_path)
    assert ran.code == 2, ran.said
    assert "pinned" in ran.err
