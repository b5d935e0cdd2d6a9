import os
from pathlib import Path
from typing import cast

from kfm_gates.evidence.snapshot import Folder
from kfm_gates.facts.presence import Due, Missing, Presence
from kfm_gates.facts.strays import Stray, Strays
from tests.support.judging import kansas, write_tree

from .on_trees import facts, path, subject


def things(tree: object, label: str = "public") -> list[Presence]:
    return list(cast("tuple[Presence, ...]", facts(tree, label).resolve(tuple[Presence, ...])))  # type: ignore[arg-type]


def strays(extra: str, label: str = "public") -> list[str]:
    return [each.path for each in facts({**kansas(), extra: b""}, label).get(Strays).of(subject(label))]


def test_all_that_is_due_is_there_in_the_fixture() -> None:
    found = things(kansas())
    due = [each.thing for each in found if isinstance(each.thing, Due)]
    assert len(due) >= 15
    assert all(len(each.found) >= 1 for each in due)
    assert not [each for each in found if isinstance(each.thing, Stray) or each.stands_in]


def test_a_stray_is_of_the_version_or_dataset_that_its_path_names_or_of_all() -> None:
    own = path("checksums").replace("checksums.json", "notes.txt")
    assert strays(own) == [own]
    assert strays(own, "public_generalized") == []
    for shared in (
        "data/raw/kansas-counties/us-atlas-3.0.1/notes.txt",
        "audit/old",
        "data/processed/x/1/y.txt",
    ):
        assert strays(shared) == strays(shared, "public_generalized") == [shared]
    assert strays("README.md") == []


def test_pointers_are_told_from_data() -> None:
    tiles = path("checksums").replace("checksums.json", "artifacts/counties.pmtiles")
    for text, kind in (
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "Git LFS"),
        (b"outs:\n- md5: 00000000000000000000000000000000\n  path: counties.pmtiles\n", "DVC"),
        (b"version 1", None),
    ):
        (found,) = (
            e
            for e in things({**kansas(), tiles: text})
            if getattr(e.thing, "path", "") == tiles and not isinstance(e.thing, Due)
        )
        assert found.stands_in == kind


def test_links_and_devices_are_no_evidence(tmp_path: Path) -> None:
    root = write_tree(tmp_path, kansas())
    report = root / path("qa_report")
    report.rename(tmp_path / "elsewhere.json")
    report.symlink_to(tmp_path / "elsewhere.json")
    os.mkfifo(root / path("checksums").replace("checksums.json", "pipe"))
    found = things(Folder(root))
    problems = {
        getattr(e.thing, "path", ""): e.thing.problem
        for e in found
        if not isinstance(e.thing, Due) and e.thing.problem
    }
    assert "symbolic link" in problems[path("qa_report")]
    assert "not a regular file" in problems[path("checksums").replace("checksums.json", "pipe")]


def test_what_is_missing_is_known_by_path_and_by_folder() -> None:
    tree = {p: data for p, data in kansas().items() if "/stac/items/" not in p and p != path("manifest")}
    missing = facts(tree).get(Missing)
    assert missing.covers(path("manifest"))
    assert missing.covers(path("dcat").replace("dcat.jsonld", "stac/items/any.json"))
    assert not missing.covers(path("checksums"))
