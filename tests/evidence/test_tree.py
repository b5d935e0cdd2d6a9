from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Folder, Snapshot
from kfm_gates.evidence.tree import paths_below, paths_digest, refuse_other_bytes
from tests.support.running import KANSAS

ZONES = Layout.kfm_v1().zones()


def _tree(root: Path, **files: bytes) -> dict[str, str]:
    for name, data in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return {n.replace("__", "/"): f"sha256:{hashlib.sha256(d).hexdigest()}" for n, d in files.items()}


@pytest.mark.parametrize("zones", [ZONES, ("",), ("data/", "audit/"), ()])
def test_the_same_files_as_a_snapshot_sees(zones: tuple[str, ...]) -> None:
    seen = Snapshot(Folder(KANSAS)).paths
    found = paths_below(KANSAS, zones)
    assert sorted(found) == [path for path in seen if path.startswith(zones)]
    assert paths_digest(found, zones) == paths_digest(seen, zones)


def test_links_are_files_and_not_followed(tmp_path: Path) -> None:
    _tree(tmp_path, data__a=b"1", elsewhere__b=b"2")
    (tmp_path / "data" / "link").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(tmp_path / "data" / "pipe")
    assert sorted(paths_below(tmp_path, ("data/",))) == ["data/a", "data/link", "data/pipe"]
    assert sorted(Snapshot(Folder(tmp_path)).paths)[:3] == ["data/a", "data/link", "data/pipe"]


def test_the_digest_is_of_the_names_in_order(tmp_path: Path) -> None:
    expected = f"sha256:{hashlib.sha256(b'd/a' + bytes(1) + b'd/b' + bytes(1)).hexdigest()}"
    assert paths_digest(["d/b", "d/a", "e/c"], ["d/"]) == expected
    assert len({paths_digest(each, ["d/"]) for each in ([], ["d/a"], ["d/ab"], ["d/a", "d/b"])}) == 4


def test_names_that_are_not_unicode(tmp_path: Path) -> None:
    try:
        (tmp_path / "d").mkdir()
        open(os.fsencode(tmp_path) + b"/d/\xff", "w").close()
    except OSError:
        pytest.skip("this file system has only names in Unicode")
    assert paths_digest(paths_below(tmp_path, ["d/"]), ["d/"]) == paths_digest(
        Snapshot(Folder(tmp_path)).paths, ["d/"]
    )


def test_the_same_bytes_are_accepted(tmp_path: Path) -> None:
    files = _tree(
        tmp_path, a=b"", z=b"z", d__a=b"1", d__b__c=b"2" * 3_000_000, d__b__d__e__f=b"3", d__c=b"4", e__a=b"5"
    )
    refuse_other_bytes(tmp_path, files)
    refuse_other_bytes(tmp_path, dict(reversed(files.items())))
    refuse_other_bytes(tmp_path, {})
    open_now = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for _ in range(5):
        refuse_other_bytes(tmp_path, files)
    if open_now:
        assert len(os.listdir("/proc/self/fd")) == open_now


@pytest.mark.parametrize("name", ["a", "d/a", "d/b/c", "d/b/d/e/f", "e/a"])
def test_one_file_with_other_bytes_is_named(tmp_path: Path, name: str) -> None:
    files = _tree(tmp_path, a=b"0", d__a=b"1", d__b__c=b"2", d__b__d__e__f=b"3", e__a=b"5")
    path = tmp_path / name
    data = path.read_bytes()
    for change in (data + b" ", b"", b"9"):
        path.write_bytes(change)
        with pytest.raises(Unreadable, match=f"^{name} has other bytes"):
            refuse_other_bytes(tmp_path, files)
    path.unlink()
    with pytest.raises(Unreadable, match=f"^{name} does not exist"):
        refuse_other_bytes(tmp_path, files)
    (tmp_path / "away").write_bytes(data)
    path.symlink_to(tmp_path / "away")
    with pytest.raises(Unreadable, match=f"^{name} is a symbolic link"):
        refuse_other_bytes(tmp_path, files)
    path.unlink()
    path.mkdir()
    with pytest.raises(Unreadable, match=name):
        refuse_other_bytes(tmp_path, files)


def test_a_link_on_the_way_is_not_followed(tmp_path: Path) -> None:
    files = _tree(tmp_path, d__e__f=b"1")
    (tmp_path / "d").rename(tmp_path / "away")
    (tmp_path / "d").symlink_to(tmp_path / "away")
    with pytest.raises(Unreadable, match="link"):
        refuse_other_bytes(tmp_path, files)
