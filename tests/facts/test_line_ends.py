import shutil
from pathlib import Path

import pytest

from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.snapshot import Folder
from kfm_gates.facts.line_ends import WindowsLineEnds
from tests.support.git import Git
from tests.support.judging import kansas
from tests.support.running import KANSAS

from .on_trees import facts, path

TERMS = "data/raw/kansas-counties/us-atlas-3.0.1/terms.txt"


def mangled(tree: dict[str, bytes]) -> frozenset[str]:
    return facts(tree).get(WindowsLineEnds).paths


def windows(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def test_the_fixture_has_none() -> None:
    assert mangled(dict(kansas())) == frozenset()


@pytest.mark.parametrize(
    "name", [TERMS, path("qa_report"), path("dcat"), path("manifest"), "audit/ledger.jsonl"]
)
def test_a_text_that_was_released_without_them(name: str) -> None:
    assert mangled({**kansas(), name: windows(kansas()[name])}) == {name}


def test_one_that_was_released_with_them() -> None:
    name = path("qa_report")
    data = windows(kansas()[name])
    tree = {
        each: content.replace(sha256(kansas()[name]).encode(), sha256(data).encode())
        for each, content in kansas().items()
    }
    assert mangled({**tree, name: data}) == frozenset()


def test_one_that_was_changed_otherwise_as_well() -> None:
    assert mangled({**kansas(), TERMS: windows(kansas()[TERMS] + b"more\n")}) == frozenset()


def test_a_binary_file_is_left_alone() -> None:
    (name,) = [
        each for each in kansas() if each.endswith(".pmtiles") and path("checksums").split("/")[3] in each
    ]
    assert mangled({**kansas(), name: kansas()[name] + b"\r\n"}) == frozenset()


def test_a_checkout_as_git_does_it_on_windows(tmp_path: Path) -> None:
    made = Git.new(tmp_path / "work")
    shutil.copytree(KANSAS, made.folder, dirs_exist_ok=True)
    made.commit()
    clone = tmp_path / "clone"
    made("-c", "core.autocrlf=true", "clone", "--quiet", made.folder, clone)
    found = facts(Folder(clone)).get(WindowsLineEnds).paths  # type: ignore[arg-type]
    assert {TERMS, "audit/ledger.jsonl", path("dcat"), path("manifest"), path("checksums")} <= found
    assert not [each for each in found if each.endswith((".parquet", ".pmtiles"))]
    made.write(".gitattributes", "* -text\n")
    made.commit()
    clone = tmp_path / "mended"
    made("-c", "core.autocrlf=true", "clone", "--quiet", made.folder, clone)
    assert facts(Folder(clone)).get(WindowsLineEnds).paths == frozenset()  # type: ignore[arg-type]
