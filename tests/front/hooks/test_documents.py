import json
import os
from pathlib import Path

import pytest

from kfm_gates.errors import UsageError
from kfm_gates.front.hooks import tree
from kfm_gates.front.hooks.catalog import Hook, hook
from kfm_gates.front.hooks.documents import look
from kfm_gates.front.hooks.lines import Look
from tests.support.running import kansas_copy
from tests.support.trees import LAYOUT, edit, file_of, version_of


def catalog() -> Hook:
    found = hook("kfm-catalog")
    assert found is not None
    return found


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return kansas_copy(tmp_path)


def look_at(id: str, *files: Path) -> Look:
    found = hook(id)
    assert found is not None
    return look(found, [os.path.relpath(file) for file in files])


@pytest.mark.parametrize("id", ["kfm-catalog", "kfm-manifest", "kfm-receipt"])
def test_nothing_is_wrong_with_the_example(id: str, root: Path) -> None:
    found = hook(id)
    assert found is not None
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and fits(root, path, found)]
    assert len(files) >= 5
    assert look_at(id, *files) == Look(())


def fits(root: Path, path: Path, hook: Hook) -> bool:
    match = LAYOUT.match(path.relative_to(root).as_posix())
    return match is not None and match.name in hook.templates


def test_a_finding_names_file_line_and_check(root: Path) -> None:
    item = file_of(root, "stac_item", ending="counties-parquet.json")
    edit(item, lambda document: document.update(stac_version="0.9"))
    found = [str(each) for each in look_at("kfm-catalog", item).lines]
    number = item.read_text().splitlines().index('  "stac_version": "0.9",') + 1
    place = f"{os.path.relpath(item)}:{number}:/stac_version: "
    (line,) = [each for each in found if each.startswith(place)]
    assert "(found 0.9, expected 1.1.0); " in line
    assert line.endswith("[catalog.stac]")


def test_a_document_is_judged_though_all_others_are_missing(tmp_path: Path, root: Path) -> None:
    item = file_of(root, "stac_item", ending="counties-parquet.json")
    edit(item, lambda document: document.pop("assets"))
    alone = tmp_path / "alone" / item.relative_to(root)
    alone.parent.mkdir(parents=True)
    item.rename(alone)
    found = look_at("kfm-catalog", alone)
    assert {line.by for line in found.lines} == {"catalog.stac"}
    assert any("catalog.links can't be judged before evidence.present" in note for note in found.notes)


def test_what_no_strict_parser_reads(root: Path) -> None:
    manifest = file_of(root, "manifest")
    manifest.write_bytes(b'{"qa": 1,\n\n"qa": 2}')
    (line,) = look_at("kfm-manifest", manifest).lines
    assert (line.line, line.by) == (3, "evidence.wellformed")


def test_a_pointer_of_git_lfs_is_named(root: Path) -> None:
    item = file_of(root, "stac_item", ending="counties-parquet.json")
    item.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    assert "is a Git LFS pointer" in str(look_at("kfm-catalog", item).lines[0])


def test_a_link_is_denied(root: Path) -> None:
    item = file_of(root, "stac_item", ending="counties-parquet.json")
    moved = item.rename(root / "elsewhere.json")
    item.symlink_to(moved)
    assert "is a symbolic link" in str(look_at("kfm-catalog", item).lines[0])


@pytest.mark.parametrize("name", ["dcat.jsonld", "notes/catalog.json", "data/catalog/slug/version/x.json"])
def test_a_file_that_fits_no_template_is_no_pass(name: str, root: Path, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    (line,) = look_at("kfm-catalog", path).lines
    assert "fits no path template of this hook, so nothing judged it" in line.text


def test_a_file_of_another_hook_is_no_pass(root: Path) -> None:
    (line,) = look_at("kfm-catalog", file_of(root, "manifest")).lines
    assert "fits no path template of this hook" in line.text


def test_a_link_between_documents_that_leads_nowhere(root: Path) -> None:
    collection = file_of(root, "stac_collection")
    item = next(collection.parent.glob("items/*-pmtiles.json"))
    item.rename(item.with_name("renamed.json"))
    lines = look_at("kfm-catalog", collection).lines
    assert {line.by for line in lines} == {"catalog.links"}
    assert any("There is no file" in line.text and line.line for line in lines)


def test_a_digest_that_is_not_that_of_the_file(root: Path) -> None:
    artifact = next((root / "data/processed").rglob("*.pmtiles"))
    artifact.write_bytes(artifact.read_bytes() + b"x")
    version = artifact.parts[-3]
    receipt = next((root / "data/receipts").rglob(f"{version}/transform.json"))
    collection = next((root / "data/catalog").rglob(f"{version}/stac/collection.json"))
    manifest = next((root / "release").rglob(f"{version}.json"))
    assert "catalog.digests" in {line.by for line in look_at("kfm-catalog", collection).lines}
    assert "identity.digests" in {line.by for line in look_at("kfm-manifest", manifest).lines}
    assert look_at("kfm-receipt", receipt).lines == ()  # `identity.digests` says it


def test_two_items_with_one_id(root: Path) -> None:
    one, two = sorted(file_of(root, "stac_collection").parent.glob("items/*.json"))
    name = json.loads(two.read_bytes())["id"]
    edit(one, lambda document: document.update(id=name))
    found = look_at("kfm-catalog", one)
    assert any("Another item of this version has the same `id`" in line.text for line in found.lines)


def test_what_would_take_too_long_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = file_of(root, "receipt", ending="transform.json")
    monkeypatch.setattr(tree, "BYTES", 1)
    found = look_at("kfm-receipt", receipt)
    assert found.lines == ()
    (note,) = found.notes
    assert "receipt.digests would have to read" in note
    assert "left to kfm-full" in note


def test_versions_with_many_items_are_left_to_the_whole_run(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = file_of(root, "stac_collection")
    monkeypatch.setattr("kfm_gates.front.hooks.tree.ITEMS", 1)
    assert any("left to kfm-full" in note for note in look_at("kfm-catalog", collection).notes)


def test_paths_of_a_configuration(root: Path, tmp_path: Path) -> None:
    (tmp_path / "kfm-gates.toml").write_text(
        'root = "evidence"\n[paths]\nmanifest = "releases/{slug}/{version}/manifest.json"\n'
    )
    old = file_of(root, "manifest")
    version = version_of(root)
    new = root / "releases" / "kansas-counties" / version / "manifest.json"
    new.parent.mkdir(parents=True)
    old.rename(new)
    edit(new, lambda document: document.pop("qa"))
    assert {line.by for line in look_at("kfm-manifest", new).lines} == {"release.manifest"}
    assert look_at("kfm-manifest", old.parent / "other.json").lines[0].by == "kfm-manifest"


def test_a_configuration_among_the_evidence_is_refused(root: Path) -> None:
    (root / "kfm-gates.toml").write_text("[paths]\n")
    with pytest.raises(UsageError, match="never read from inside the evidence root"):
        look(catalog(), [str(file_of(root, "dcat"))])


def test_a_name_that_would_steer_a_build_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = Path("::error::x/data/catalog/a/b/dcat.jsonld")
    file.parent.mkdir(parents=True)
    file.write_text('{"x": "\x1b[31m"}\n::stop-commands::\n')
    for line in look(catalog(), [str(file)]).lines:
        assert str(line).startswith("\\x3a:error::x/")
        assert str(line).isprintable()
