from pathlib import Path
from typing import cast

from kfm_gates.evidence.snapshot import Folder, Snapshot
from kfm_gates.facts.container import Facts
from kfm_gates.facts.files import PinnedFile
from kfm_gates.facts.resting import Resting
from tests.support.judging import kansas, write_tree

from .on_trees import facts, path


def started(root: Path) -> Facts:
    found = facts(Folder(root))
    found.resolve(tuple[PinnedFile, ...])
    return found


def changes(found: Facts) -> dict[str, str]:
    resting = cast("tuple[Resting, ...]", found.resolve(tuple[Resting, ...]))
    assert len(resting) >= 20
    return {each.path: each.change for each in resting if each.change}


def test_evidence_at_rest(tmp_path: Path) -> None:
    assert changes(started(write_tree(tmp_path, kansas()))) == {}


def test_what_changes_comes_or_goes_is_seen(tmp_path: Path) -> None:
    found = started(write_tree(tmp_path, kansas()))
    (tmp_path / path("manifest")).write_bytes(b"{}")
    (tmp_path / path("prov")).unlink()
    new = path("checksums").replace("checksums.json", "artifacts/new.parquet")
    (tmp_path / new).write_bytes(b"")
    other = path("checksums", "public_generalized").replace("checksums.json", "artifacts/new.parquet")
    (tmp_path / other).write_bytes(b"")
    seen = changes(found)
    assert set(seen) == {path("manifest"), path("prov"), new}
    assert "appeared" in seen[new]
    assert "vanished" in seen[path("prov")]


def test_new_and_gone_below_folders(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one").write_bytes(b"")
    (tmp_path / "a-b").write_bytes(b"")
    snapshot = Snapshot(Folder(tmp_path))
    (tmp_path / "a" / "two").write_bytes(b"")
    (tmp_path / "a0").write_bytes(b"")
    assert snapshot.new_or_gone() == ("a/two", "a0")
    assert snapshot.new_or_gone(["a"]) == ("a/two",)
    assert snapshot.new_or_gone(["nowhere"]) == ()
