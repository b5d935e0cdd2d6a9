"""The probe of tile pointers, on copies of the example dataset and on a registry."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from kfm_gates.errors import EngineError, EvidenceError
from kfm_gates.evidence.layout import Layout
from kfm_gates.stores.interface import Question, Store
from kfm_gates.stores.tiles import PointerFiles, PointerRegistry
from tests.support.plans import PUBLIC, SLUG
from tests.support.running import KANSAS, kansas_copy
from tests.support.trees import edit

AT = "2026-10-31T12:00:00Z"
QUESTION = Question(SLUG, "tiles/counties-2.pmtiles")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return kansas_copy(tmp_path)


def pointer(root: Path) -> Path:
    return root / "release" / "published" / f"{SLUG}.json"


def files(root: Path) -> Store:
    return PointerFiles(root, Layout.kfm_v1(), root)


def test_the_pointer_of_a_dataset() -> None:
    seen = files(KANSAS).observe(QUESTION, AT)
    digest = "sha256:" + hashlib.sha256(pointer(KANSAS).read_bytes()).hexdigest()
    assert (seen.revision, seen.answer["digest"], seen.answer["exists"]) == (digest, digest, True)
    assert (seen.answer["output_exists"], seen.answer["output_serves"]) == (False, False)
    assert seen == files(KANSAS).observe(QUESTION, AT)
    assert seen.document() == {
        "target": f"tiles:{SLUG}",
        "question": {"live": SLUG, "output": "tiles/counties-2.pmtiles"},
        "answer": seen.answer,
        "revision": digest,
        "observed_at": AT,
    }


@pytest.mark.parametrize("output", [PUBLIC, f"data/processed/{SLUG}/{PUBLIC}/artifacts/counties.pmtiles"])
def test_what_a_pointer_names_serves(output: str) -> None:
    assert files(KANSAS).observe(Question(SLUG, output), AT).answer["output_serves"] is True
    if output == PUBLIC:
        assert files(KANSAS).observe(Question("rivers", output), AT).answer["output_serves"] is True


@pytest.mark.parametrize(
    "text", ['{"bundle": "tiles\\/counties-2.pmtiles"}', "bundle: tiles/counties-2.pmtiles"]
)
def test_what_another_dataset_serves_is_no_new_name(root: Path, text: str) -> None:
    before = files(root).observe(QUESTION, AT)
    (root / "release" / "published" / "rivers.json").write_text(text)
    after = files(root).observe(QUESTION, AT)
    assert (after.answer["output_serves"], after.revision) == (True, before.revision)


def test_every_byte_of_the_pointer_counts(root: Path) -> None:
    before = files(root).observe(QUESTION, AT).revision
    pointer(root).write_bytes(pointer(root).read_bytes() + b"\n")
    assert files(root).observe(QUESTION, AT).revision != before


def test_building_beside_it_does_not(root: Path) -> None:
    before = files(root).observe(QUESTION, AT)
    (root / "tiles").mkdir()
    (root / QUESTION.output).symlink_to("nowhere")
    after = files(root).observe(QUESTION, AT)
    assert (after.revision, after.answer["output_exists"]) == (before.revision, True)


def test_a_dataset_that_is_not_published(root: Path) -> None:
    published = files(root).observe(QUESTION, AT)
    pointer(root).unlink()
    absent = files(root).observe(QUESTION, AT)
    assert (absent.answer["exists"], absent.answer["output_serves"]) == (False, False)
    assert absent.revision != published.revision
    assert files(root).observe(Question("rivers", "x"), AT).revision != absent.revision


def test_trouble_with_the_pointer_is_no_answer(root: Path) -> None:
    kept = pointer(root).read_bytes()
    pointer(root).unlink()
    pointer(root).symlink_to(KANSAS / "release" / "published" / f"{SLUG}.json")
    with pytest.raises(EngineError, match="symbolic link"):
        files(root).observe(QUESTION, AT)
    pointer(root).unlink()
    pointer(root).mkdir()
    with pytest.raises(EngineError, match="is a directory"):
        files(root).observe(QUESTION, AT)
    pointer(root).rmdir()
    pointer(root).write_bytes(kept[:-20])
    with pytest.raises(EvidenceError, match="tiles can't be observed"):
        files(root).observe(QUESTION, AT)
    shutil.rmtree(root)
    with pytest.raises(EngineError, match="tiles can't be observed"):
        files(root).observe(QUESTION, AT)


@pytest.mark.parametrize(
    "named", ["../outside.json", "audit/checkpoint", 7, "release/manifests/rivers/1.json"]
)
def test_a_pointer_to_no_manifest(root: Path, named: object) -> None:
    edit(pointer(root), lambda made: made["manifest"].update(path=named))
    with pytest.raises((EngineError, EvidenceError), match="tiles can't be observed"):
        files(root).observe(QUESTION, AT)


def registry(folder: Path, entries: object) -> PointerRegistry:
    (folder / "registry.json").write_text(json.dumps(entries))
    return PointerRegistry(folder / "registry.json", folder)


def test_a_registry_is_read_layer_by_layer(tmp_path: Path) -> None:
    rivers = {"bundle": "tiles/rivers-1.pmtiles"}
    one = registry(tmp_path, {SLUG: {"bundle": "tiles/counties-1.pmtiles"}, "rivers": rivers})
    seen = one.observe(QUESTION, AT)
    assert (seen.answer["exists"], seen.answer["output_serves"]) == (True, False)
    taken = one.observe(Question(SLUG, "tiles/rivers-1.pmtiles"), AT)
    assert (taken.answer["output_serves"], taken.revision) == (True, seen.revision)
    registry(tmp_path, {SLUG: {"bundle": "tiles/counties-1.pmtiles"}, "rivers": {"bundle": "2"}})
    assert one.observe(QUESTION, AT).revision == seen.revision
    registry(tmp_path, {SLUG: {"bundle": "tiles/counties-2.pmtiles"}, "rivers": rivers})
    assert one.observe(QUESTION, AT).revision != seen.revision
    registry(tmp_path, {SLUG: None})
    null = one.observe(QUESTION, AT)
    registry(tmp_path, {})
    assert len({null.revision, one.observe(QUESTION, AT).revision, seen.revision}) == 3


@pytest.mark.parametrize("entries", [[], None, "text"])
def test_a_registry_that_is_none(tmp_path: Path, entries: object) -> None:
    with pytest.raises(EvidenceError, match="no JSON object"):
        registry(tmp_path, entries).observe(QUESTION, AT)


def test_a_registry_that_is_gone_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="does not exist"):
        PointerRegistry(tmp_path / "registry.json", tmp_path).observe(QUESTION, AT)
    with pytest.raises(EngineError, match="can't be observed"):
        PointerRegistry(tmp_path / "none" / "registry.json", tmp_path).observe(QUESTION, AT)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_bundle_folder_that_may_not_be_looked_into(tmp_path: Path) -> None:
    (tmp_path / "tiles").mkdir(mode=0)
    with pytest.raises(EngineError, match="tiles can't be observed"):
        registry(tmp_path, {}).observe(QUESTION, AT)
