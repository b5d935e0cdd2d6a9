"""The inputs of a permitted run: exactly the judged bytes, or an exception, whatever happens to the files."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import io
import os
import pickle
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kfm_gates.errors import EngineError, PermitInvalid, PermitMismatch, PermitStale, UsageError
from kfm_gates.permit.held import in_memory, remove_folder
from kfm_gates.permit.inputs import Inputs

SMALL = b"what was judged\n" * 1000
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="sealed memory is Linux's")
TREE = {"a/small.json": SMALL, "a/b/empty.txt": b"", "c.json": b"{}\n", "copy/of/small.json": SMALL}


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def write(root: Path, tree: dict[str, bytes]) -> dict[str, str]:
    for path, data in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return {path: digest(data) for path, data in tree.items()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "root", TREE)
    return tmp_path / "root"


@pytest.fixture
def inputs(root: Path) -> Iterator[Inputs]:
    with Inputs(root, {path: digest(data) for path, data in TREE.items()}, {"a/1": ["c.json"]}) as opened:
        yield opened


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A file that is too large to be held in memory."""
    path = tmp_path_factory.mktemp("large") / "large.bin"
    whole = hashlib.sha256()
    with path.open("wb") as file:
        for number in range(66):
            piece = bytes([number]) * (1 << 20)
            whole.update(piece)
            file.write(piece)
    return path, f"sha256:{whole.hexdigest()}"


def with_large(root: Path, large: tuple[Path, str]) -> Inputs:
    shutil.copyfile(large[0], root / "large.bin")
    return Inputs(root, {"large.bin": large[1]})


def refused_everywhere(inputs: Inputs, path: str, tmp_path: Path) -> list[str]:
    """What each way to the bytes says; every one of them must refuse."""
    said = []
    ways: list[Callable[[], object]] = [
        lambda: inputs.open(path),
        lambda: inputs.read(path),
        lambda: inputs.path(path),
        lambda: inputs.seal(tmp_path / "sealed"),
    ]
    for way in ways:
        with pytest.raises(PermitStale) as caught:
            way()
        said.append(str(caught.value))
    assert not (tmp_path / "sealed").exists()
    return said


def test_every_way_gives_the_judged_bytes(inputs: Inputs) -> None:
    assert list(inputs) == sorted(TREE) and len(inputs) == 4 and "c.json" in inputs
    for path, data in TREE.items():
        assert inputs.read(path) == data
        assert inputs.path(path).read_bytes() == data
        assert inputs.digest(path) == digest(data)
        with inputs.open(path) as file:
            assert file.read(5) == data[:5]
            file.seek(-3, io.SEEK_END) if data else None
            assert file.read() == data[-3:]
            assert file.readable() and file.seekable() and not file.writable()


def test_paths_by_subject(inputs: Inputs) -> None:
    assert inputs.subjects == ("a/1",) and inputs.of("a/1") == ("c.json",)
    with pytest.raises(PermitMismatch, match=r"'a/2' was not judged; what was: a/1"):
        inputs.of("a/2")


@pytest.mark.parametrize(
    "path",
    ["b/other.json", "", ".", "..", "a", "a/", "./c.json", "a/../c.json", "a//small.json", "C.JSON",
     "A/small.json", "/c.json", "../root/c.json", "c.json\0", "c.json/"],
)  # fmt: skip
def test_only_what_was_judged_is_given(inputs: Inputs, root: Path, path: str) -> None:
    (root / "b").mkdir()
    (root / "b/other.json").write_bytes(b"{}")
    for way in (inputs.open, inputs.read, inputs.path, inputs.digest):
        with pytest.raises(PermitMismatch, match="was not judged"):
            way(path)
    with pytest.raises(PermitMismatch):
        inputs.open(root / "c.json")  # absolute, though it is the very file


def test_edited_after_it_was_judged(inputs: Inputs, root: Path, tmp_path: Path) -> None:
    (root / "c.json").write_bytes(b"[]\n")
    assert all(
        "c.json: has the digest sha256:" in said for said in refused_everywhere(inputs, "c.json", tmp_path)
    )


def test_one_byte_with_the_same_size_and_times(inputs: Inputs, root: Path, tmp_path: Path) -> None:
    file = root / "a/small.json"
    before = file.stat()
    file.write_bytes(b"W" + SMALL[1:])
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    refused_everywhere(inputs, "a/small.json", tmp_path)


def test_swapped_by_a_link(inputs: Inputs, root: Path, tmp_path: Path) -> None:
    (root / "c.json").rename(tmp_path / "elsewhere.json")
    (root / "c.json").symlink_to(tmp_path / "elsewhere.json")  # even though the bytes are the same
    assert all("links are not followed" in said for said in refused_everywhere(inputs, "c.json", tmp_path))


def test_a_folder_on_the_way_swapped_by_a_link(inputs: Inputs, root: Path, tmp_path: Path) -> None:
    (root / "a").rename(tmp_path / "elsewhere")
    (root / "a").symlink_to(tmp_path / "elsewhere")
    refused_everywhere(inputs, "a/small.json", tmp_path)


def test_edited_through_a_hard_link(inputs: Inputs, root: Path, tmp_path: Path) -> None:
    os.link(root / "c.json", tmp_path / "second-name")
    with (tmp_path / "second-name").open("r+b") as file:
        file.write(b"[")
    refused_everywhere(inputs, "c.json", tmp_path)


@pytest.mark.parametrize("kind", ["fifo", "folder", "nothing", "socket"])
def test_replaced_by_what_is_no_file(inputs: Inputs, root: Path, tmp_path: Path, kind: str) -> None:
    path = root / "c.json"
    path.unlink()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        os.mknod(path, stat.S_IFSOCK | 0o600)
    refused_everywhere(inputs, "c.json", tmp_path)


def test_what_was_opened_stays_as_it_was_judged(inputs: Inputs, root: Path) -> None:
    opened, path = inputs.open("a/small.json"), inputs.path("a/small.json")
    with (root / "a/small.json").open("r+b") as file:
        file.truncate(3)
    with opened:
        assert opened.read() == SMALL
    assert path.read_bytes() == SMALL
    with pytest.raises(PermitStale):
        inputs.open("a/small.json")


@LINUX
def test_nobody_writes_to_what_is_held_in_memory(inputs: Inputs) -> None:
    path = inputs.path("c.json")
    with path.open("r+b", buffering=0) as file:
        with pytest.raises(PermissionError):
            file.write(b"[")
        with pytest.raises(PermissionError):
            file.truncate(0)
        with pytest.raises(PermissionError):
            file.truncate(100)
    libc = ctypes.CDLL(None, use_errno=True)
    with inputs.open("c.json") as file:
        libc.mmap.restype = ctypes.c_void_p
        writable, shared = 3, 1
        got = libc.mmap(None, ctypes.c_size_t(3), writable, shared, file.fileno(), ctypes.c_long(0))
        assert ctypes.c_void_p(got).value == ctypes.c_void_p(-1).value
        assert ctypes.get_errno() in (errno.EPERM, errno.EACCES)
    assert path.read_bytes() == b"{}\n"


@LINUX
def test_a_child_reads_what_was_held(inputs: Inputs) -> None:
    code = "import sys; sys.stdout.write(open(sys.argv[1]).read())"
    done = subprocess.run(
        [sys.executable, "-c", code, str(inputs.path("c.json"))], capture_output=True, check=True
    )
    assert done.stdout == b"{}\n"


def test_more_files_by_path_than_are_held_in_memory(tmp_path: Path) -> None:
    tree = {f"files/{number}.txt": str(number).encode() for number in range(80)}
    inputs = Inputs(tmp_path, write(tmp_path, tree))
    paths = {path: inputs.path(path) for path in tree}
    assert {path: there.read_bytes() for path, there in paths.items()} == tree
    copies = [there for there in paths.values() if not str(there).startswith("/proc/")]
    assert copies and all(stat.S_IMODE(copy.stat().st_mode) == 0o400 for copy in copies)
    assert all(stat.S_IMODE(copy.parent.stat().st_mode) == 0o700 for copy in copies)
    assert [inputs.path(path) for path in tree] == list(paths.values())
    inputs.close()
    assert not any(copy.exists() for copy in copies)


def test_memory_without_seals_is_as_read_only() -> None:
    with in_memory("x", b"abc") as file:
        assert file.read() == b"abc" and not file.writable()


def test_truncated_again_and_again_while_it_is_read(inputs: Inputs, root: Path) -> None:
    stop = threading.Event()

    def disturb() -> None:
        while not stop.is_set():
            with (root / "a/small.json").open("r+b") as file:
                file.truncate(len(SMALL) // 2)
                file.seek(0)
                file.write(SMALL)

    thread = threading.Thread(target=disturb)
    thread.start()
    read, refused = 0, 0
    try:
        for _ in range(300):
            try:
                if inputs.read("a/small.json") != SMALL:
                    pytest.fail("other bytes than the judged ones")
                read += 1
            except PermitStale:
                refused += 1
    finally:
        stop.set()
        thread.join()
    assert read + refused == 300
    assert inputs.read("a/small.json") == SMALL


def test_a_large_file_at_random(root: Path, large: tuple[Path, str]) -> None:
    with with_large(root, large) as inputs, inputs.open("large.bin") as file:
        assert file.seekable() and not file.writable()
        for megabyte in (65, 0, 33):
            file.seek((megabyte << 20) - 1 if megabyte else 0)
            file.read(1 if megabyte else 0)
            assert file.read(2) == bytes([megabyte]) * 2
        file.seek(0, io.SEEK_END)
        assert file.tell() == 66 << 20 and file.read() == b""


def test_a_large_file_edited_after_it_was_opened(root: Path, large: tuple[Path, str]) -> None:
    with with_large(root, large) as inputs, inputs.open("large.bin") as file:
        with (root / "large.bin").open("r+b") as other:
            other.seek(40 << 20)
            other.write(b"\xff")
        assert file.read(1) == b"\0"
        file.seek((40 << 20) + 500)  # not the byte that was edited, but of the same MiB
        with pytest.raises(PermitStale, match=r"large\.bin: changed while it was read"):
            file.read(1)
        with pytest.raises(PermitStale):
            inputs.open("large.bin")


def test_a_large_file_truncated_after_it_was_opened(root: Path, large: tuple[Path, str]) -> None:
    with with_large(root, large) as inputs, inputs.open("large.bin") as file:
        os.truncate(root / "large.bin", 50 << 20)
        file.seek(51 << 20)
        with pytest.raises(PermitStale):
            file.read(1)


def test_a_large_file_by_path_is_a_private_copy(root: Path, large: tuple[Path, str]) -> None:
    with with_large(root, large) as inputs:
        copy = inputs.path("large.bin")
        assert copy.name == "large.bin" and stat.S_IMODE(copy.stat().st_mode) == 0o400
        (root / "large.bin").write_bytes(b"")
        assert digest(copy.read_bytes()) == large[1]
    assert not copy.exists()


def test_a_sealed_view(inputs: Inputs, root: Path, tmp_path: Path) -> None:
    view = inputs.seal(tmp_path / "sealed")
    found = {path.relative_to(view).as_posix(): path for path in view.rglob("*") if path.is_file()}
    assert {path: file.read_bytes() for path, file in found.items()} == TREE
    assert {stat.S_IMODE(file.stat().st_mode) for file in found.values()} == {0o400}
    folders = [tmp_path / "sealed", *(path for path in (tmp_path / "sealed").rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o500}
    contents = list((tmp_path / "sealed" / "sha256").iterdir())
    assert sorted(f"sha256:{each.name}" for each in contents) == sorted(
        {digest(data) for data in TREE.values()}
    )
    (root / "c.json").write_bytes(b"[]")
    assert found["c.json"].read_bytes() == b"{}\n"
    remove_folder(tmp_path / "sealed")
    assert not (tmp_path / "sealed").exists()


def test_a_sealed_view_is_made_where_nothing_was(inputs: Inputs, root: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(root)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for folder, says in [
        (tmp_path / "there", "already there"),
        (tmp_path / "link", "already there"),
        (tmp_path / "dangling", "already there"),
        (root / "sealed", "inside the evidence root"),
        (tmp_path / "link" / "sealed", "inside the evidence root"),
        (tmp_path / "no" / "parent", "can't be made"),
    ]:
        with pytest.raises(UsageError, match=says):
            inputs.seal(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "link", "root", "there"]
    assert not (root / "sealed").exists()


@LINUX
def test_a_full_disk_leaves_nothing(root: Path, tmp_path: Path) -> None:
    """Writing past the limit on a file's size fails like a full disk."""
    code = (
        "import resource, signal, sys\n"
        "from kfm_gates.permit.inputs import Inputs\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        f"Inputs({str(root)!r}, {{'a/small.json': {digest(SMALL)!r}}}).seal({str(tmp_path / 'sealed')!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1 and "EngineError" in done.stderr and "can't be written" in done.stderr
    assert not (tmp_path / "sealed").exists()


@pytest.mark.parametrize(
    "files",
    [{"../x": digest(b"")}, {"/etc/passwd": digest(b"")}, {"a//b": digest(b"")}, {"": digest(b"")},
     {"a/./b": digest(b"")}, {"a\0": digest(b"")}, {"a": "sha256:00"}, {"a": "md5:" + "0" * 64}],
)  # fmt: skip
def test_a_list_that_no_judge_writes_is_refused(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(PermitInvalid):
        Inputs(tmp_path, files)


def test_of_a_decision(root: Path) -> None:
    def subject(id: str, **digests: str) -> dict[str, object]:
        return {
            "id": id,
            "files": [{"path": f"{p}.json", "digest": d, "size": 1} for p, d in digests.items()],
        }

    statement = {
        "predicate": {"subjects": [subject("a/1", c=digest(b"{}\n")), subject("b/2", c=digest(b"{}\n"))]}
    }
    inputs = Inputs.of_decision(root, statement)
    assert inputs.subjects == ("a/1", "b/2") and inputs.of("b/2") == ("c.json",)
    assert inputs.read("c.json") == b"{}\n"
    statement["predicate"]["subjects"][1] = subject("b/2", c=digest(b"other"))
    with pytest.raises(PermitInvalid, match="two digests"):
        Inputs.of_decision(root, statement)


def test_after_the_run_nothing_more_is_given(inputs: Inputs) -> None:
    held = inputs.path("c.json")
    inputs.close()
    inputs.close()
    assert not held.exists()
    with pytest.raises(PermitMismatch, match="the run is over"):
        inputs.open("c.json")


def test_a_worker_compares_for_itself(inputs: Inputs, root: Path) -> None:
    other = pickle.loads(pickle.dumps(inputs))
    assert other.subjects == inputs.subjects and other.read("c.json") == b"{}\n"
    (root / "c.json").write_bytes(b"[]\n")
    with pytest.raises(PermitStale):
        other.read("c.json")


def test_a_forked_worker_takes_nothing_away(root: Path) -> None:
    code = (
        "import os, sys\n"
        "from kfm_gates.permit.inputs import Inputs\n"
        f"inputs = Inputs({str(root)!r}, {{'c.json': {digest(b'{}' + bytes([10]))!r}}})\n"
        "held = inputs.path('c.json')\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    right = inputs.read('c.json') == held.read_bytes()\n"
        "    inputs.close()\n"
        "    os._exit(not right)\n"
        "print(os.waitpid(child, 0)[1], held.read_text())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "0 {}", done.stderr


def test_a_folder_for_copies_that_can_t_be_written(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    inputs = Inputs(root, {"c.json": digest(b"{}\n")}, folder=tmp_path / "file")
    inputs._handles = [-1] * 64
    with pytest.raises(EngineError, match="can't be written"):
        inputs.path("c.json")
    inputs._handles.clear()
