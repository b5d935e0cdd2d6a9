import hashlib
import os
from pathlib import Path

import pytest

from kfm_gates.errors import EvidenceError, UsageError
from kfm_gates.evidence import reading
from kfm_gates.evidence.reading import Unreadable, read_once
from kfm_gates.evidence.snapshot import Folder, Memory, Snapshot


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.json").write_bytes(b"{}")
    return tmp_path


def test_digest_size_and_bytes(root: Path) -> None:
    content = Snapshot(Folder(root)).content("a/b.json")
    assert (content.digest, content.size, content.data) == (
        f"sha256:{hashlib.sha256(b'{}').hexdigest()}",
        2,
        b"{}",
    )


def test_a_file_is_read_once(root: Path) -> None:
    snapshot = Snapshot(Folder(root))
    assert snapshot.data("a/b.json") == b"{}"
    (root / "a" / "b.json").write_bytes(b"[]")
    assert snapshot.data("a/b.json") == b"{}"
    assert snapshot.change("a/b.json") == "changed after it was read"


def test_released_bytes_must_be_the_same_when_read_again(root: Path) -> None:
    snapshot = Snapshot(Folder(root))
    snapshot.data("a/b.json")
    snapshot.release(["a/b.json"])
    assert snapshot.data("a/b.json") == b"{}"
    (root / "a" / "b.json").write_bytes(b"[]")
    with pytest.raises(Unreadable, match="changed"):
        snapshot.data("a/b.json")


def test_links_are_not_followed_wherever_they_stand(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.json").write_text("{}")
    (root / "a" / "link.json").symlink_to(outside / "secret.json")
    (root / "folder").symlink_to(outside)
    snapshot = Snapshot(Folder(root))
    assert set(snapshot.irregular) == {"a/link.json", "folder"}
    for path in ("a/link.json", "folder/secret.json"):
        with pytest.raises(Unreadable, match="link"):
            read_once(root, path)


@pytest.mark.parametrize("kind", ["directory", "fifo", "missing"])
def test_what_is_no_regular_file_is_unreadable(kind: str, root: Path) -> None:
    path = root / "x"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    with pytest.raises(Unreadable):
        read_once(root, "x")


def test_appeared_and_vanished(root: Path) -> None:
    snapshot = Snapshot(Folder(root))
    (root / "new").write_text("")
    (root / "a" / "b.json").unlink()
    assert snapshot.new_or_gone() == ("a/b.json", "new")


def test_large_files_are_pinned_by_chunks(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "KEPT", 10)
    monkeypatch.setattr("kfm_gates.evidence.snapshot.KEPT", 10)
    data = os.urandom(3 * reading.CHUNK + 77)
    (root / "big").write_bytes(data)
    snapshot = Snapshot(Folder(root))
    content = snapshot.content("big")
    assert content.data is None and len(content.chunks) == 4
    assert content.digest == f"sha256:{hashlib.sha256(data).hexdigest()}"
    with snapshot.open("big") as file:
        file.seek(reading.CHUNK - 5)
        assert file.read(10) == data[reading.CHUNK - 5 : reading.CHUNK + 5]
        file.seek(-7, os.SEEK_END)
        assert file.read() == data[-7:]
    with pytest.raises(Unreadable, match="too large"):
        snapshot.data("big")
    changed = bytearray(data)
    changed[2 * reading.CHUNK] ^= 1
    (root / "big").write_bytes(changed)
    with snapshot.open("big") as file:
        assert file.read(100) == data[:100]
        file.seek(2 * reading.CHUNK)
        with pytest.raises(EvidenceError, match="changed while it was judged"):
            file.read(1)


def test_a_root_must_be_a_folder(root: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        Folder(root / "nowhere")
    with pytest.raises(UsageError, match="not a folder"):
        Folder(root / "a" / "b.json")


def test_memory_marks_count_as_changes() -> None:
    snapshot = Snapshot(Memory({"a": b"1", "b": b"2"}, changed=["a"]))
    assert snapshot.content("a").size == snapshot.content("b").size == 1
    assert snapshot.change("a") and not snapshot.change("b")
