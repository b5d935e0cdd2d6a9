"""Each permit is used up once, in its own store; a store that can't be trusted consumes nothing."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kfm_gates.errors import (
    EngineError,
    KfmGatesError,
    PermitExpired,
    PermitInvalid,
    PermitMismatch,
    UsageError,
)
from kfm_gates.permit import store_files
from kfm_gates.permit.store import PermitStore
from tests.support.others import give_away
from tests.support.permits import document, moment, permit


@pytest.fixture
def store(tmp_path: Path) -> PermitStore:
    return PermitStore.open(tmp_path / "store", tmp_path / "evidence")


def test_a_new_store_is_private_and_keeps_its_id(tmp_path: Path, store: PermitStore) -> None:
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700
    assert len(store.id) == 32 and int(store.id, 16) >= 0
    assert PermitStore.open(tmp_path / "store", None).id == store.id
    assert PermitStore.open(tmp_path / "other", None).id != store.id


def test_a_permit_is_used_once(tmp_path: Path, store: PermitStore) -> None:
    issued = permit(store.id)
    assert store.consumed(issued.nonce) is None
    store.consume(issued, "the test")
    assert (store.consumed(issued.nonce) or {})["by"] == "the test"
    for again in (store, PermitStore.open(tmp_path / "store", None)):
        with pytest.raises(PermitInvalid, match=r"already used at .* by the test"):
            again.consume(issued, "somebody else")


def test_of_many_at_once_one_wins(tmp_path: Path, store: PermitStore) -> None:
    issued = permit(store.id)

    def attempt(_: int) -> bool:
        try:
            PermitStore.open(tmp_path / "store", None).consume(issued, "a thread")
        except PermitInvalid:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(attempt, range(64))) == 1


RACE = """
import sys, json
from pathlib import Path
from kfm_gates.errors import PermitInvalid
from kfm_gates.model.permit import Permit
from kfm_gates.permit.store import PermitStore
store = PermitStore.open(Path(sys.argv[1]), None)
permits = [Permit.read(each, "") for each in json.loads(sys.stdin.readline())]
print("ready", flush=True)
sys.stdin.readline()
for permit in permits:
    try:
        store.consume(permit, "a process")
        print(permit.nonce, flush=True)
    except PermitInvalid:
        pass
"""


def test_of_two_processes_exactly_one_wins_each_time(tmp_path: Path, store: PermitStore) -> None:
    permits = [document(store.id) for _ in range(40)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(tmp_path / "store")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for each in processes:
        assert each.stdin and each.stdout
        each.stdin.write(json.dumps(permits) + "\n")
        each.stdin.flush()
        assert each.stdout.readline() == "ready\n"
    for each in processes:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    won = [line for each in processes for line in each.communicate(timeout=60)[0].split()]
    assert sorted(won) == sorted(each["nonce"] for each in permits)


def test_the_id_is_made_once_by_many_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        ids = set(pool.map(lambda _: PermitStore.open(tmp_path / "store", None).id, range(32)))
    assert len(ids) == 1
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["id"]


def test_another_audience_is_refused(tmp_path: Path, store: PermitStore) -> None:
    for audience in ("0" * 32, "cutover", "none"):
        with pytest.raises(PermitMismatch, match="for the store"):
            store.consume(permit(audience), "the test")
    shared = PermitStore.open(tmp_path / "store", None, ["cutover", "none"])
    shared.consume(permit("cutover"), "the test")
    shared.consume(permit(store.id), "the test")
    with pytest.raises(PermitMismatch):
        shared.consume(permit("none"), "the test")


def test_an_expired_permit_is_refused(store: PermitStore) -> None:
    with pytest.raises(PermitExpired):
        store.consume(permit(store.id, issued_at=moment(-60), expires_at=moment(-1)), "the test")


def test_a_permit_for_a_part_is_not_consumed_by_itself(store: PermitStore) -> None:
    raw = document(store.id)
    scope = {"parent": "0" * 32, "part_name": "a", "subjects": raw["subjects"]}
    with pytest.raises(PermitMismatch, match="part of a run"):
        store.consume(permit(store.id, scope=scope), "the test")


@pytest.mark.parametrize("torn", [b"", b'{"by": "x"', b"[]", b"\xff"])
def test_a_torn_record_counts_as_used(tmp_path: Path, store: PermitStore, torn: bytes) -> None:
    issued = permit(store.id)
    os.close(store.area("consumed"))
    (tmp_path / "store" / "consumed" / f"{issued.nonce}.json").write_bytes(torn)
    assert store.consumed(issued.nonce) == {}
    with pytest.raises(PermitInvalid, match="already used"):
        store.consume(issued, "the test")


def test_a_run_is_open_between_consuming_and_closing(store: PermitStore) -> None:
    issued = permit(store.id)
    assert not store.open_run(issued.nonce)
    with pytest.raises(PermitInvalid, match="no run of it to close"):
        store.close_run(issued.nonce, "it ended")
    store.consume(issued, "the test")
    assert store.open_run(issued.nonce)
    store.close_run(issued.nonce, "it ended")
    store.close_run(issued.nonce, "it ended twice")
    assert not store.open_run(issued.nonce)


def test_a_store_inside_or_around_the_evidence_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "evidence"
    root.mkdir()
    (tmp_path / "way").symlink_to(root)
    for place in (root, root / "store", root / "a" / "store", tmp_path / "way" / "store", tmp_path):
        with pytest.raises(UsageError, match="evidence root"):
            PermitStore.open(place, root)
    assert list(root.iterdir()) == []


def test_what_is_another_thing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letters").touch()
    with pytest.raises(UsageError, match="no permit store and not empty"):
        PermitStore.open(tmp_path / "full", None)
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="no folder"):
        PermitStore.open(tmp_path / "file", None)
    with pytest.raises(UsageError, match="no folder"):
        PermitStore.open(tmp_path / "file" / "store", None)
    PermitStore.open(tmp_path / "store", None)
    (tmp_path / "link").symlink_to(tmp_path / "store")
    with pytest.raises(UsageError, match="symbolic link"):
        PermitStore.open(tmp_path / "link", None)


@pytest.mark.parametrize("data", [b"", b"0" * 31 + b"\n", b"0" * 32, b"0" * 33 + b"\n"])
def test_a_damaged_id_is_refused(tmp_path: Path, store: PermitStore, data: bytes) -> None:
    (tmp_path / "store" / "id").write_bytes(data)
    with pytest.raises(EngineError, match="is no id"):
        PermitStore.open(tmp_path / "store", None)


def test_a_lost_id_is_not_made_anew(tmp_path: Path, store: PermitStore) -> None:
    store.consume(permit(store.id), "the test")
    (tmp_path / "store" / "id").unlink()
    with pytest.raises(UsageError, match="not empty"):
        PermitStore.open(tmp_path / "store", None)


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_store_that_others_can_write_to_is_refused(tmp_path: Path, store: PermitStore, mode: int) -> None:
    (tmp_path / "store").chmod(mode)
    with pytest.raises(UsageError, match="others can write"):
        PermitStore.open(tmp_path / "store", None)
    (tmp_path / "store").chmod(0o700)
    os.close(store.area("consumed"))
    (tmp_path / "store" / "consumed").chmod(mode)
    with pytest.raises(UsageError, match="others can write"):
        store.consume(permit(store.id), "the test")


def test_a_store_that_anyone_can_replace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(UsageError, match="put another folder"):
        PermitStore.open(tmp_path / "open" / "store", None)
    (tmp_path / "open").chmod(0o1777)
    PermitStore.open(tmp_path / "open" / "store", None)


@pytest.mark.stores
def test_a_store_of_another_user_is_refused(tmp_path: Path, store: PermitStore) -> None:
    give_away(tmp_path / "store")
    with pytest.raises(UsageError, match="belongs to another user"):
        PermitStore.open(tmp_path / "store", None)


def test_a_folder_in_the_place_of_a_record_is_refused(tmp_path: Path, store: PermitStore) -> None:
    issued = permit(store.id)
    os.close(store.area("consumed"))
    (tmp_path / "store" / "consumed" / f"{issued.nonce}.json").mkdir()
    with pytest.raises(EngineError, match="not a regular file"):
        store.consume(issued, "the test")


def test_a_store_that_is_replaced_consumes_nothing_twice(tmp_path: Path, store: PermitStore) -> None:
    issued = permit(store.id)
    (tmp_path / "store").rename(tmp_path / "away")
    with pytest.raises(EngineError, match="is gone"):
        store.consume(issued, "the test")
    other = PermitStore.open(tmp_path / "store", None)
    with pytest.raises(EngineError, match="another folder was put"):
        store.consume(permit(store.id), "the test")
    with pytest.raises(PermitMismatch):
        other.consume(permit(store.id), "the test")
    with pytest.raises(PermitInvalid, match="already used"):
        PermitStore.open(tmp_path / "away", None).consume(issued, "the test")


def test_records_that_are_links_are_not_followed(tmp_path: Path, store: PermitStore) -> None:
    issued = permit(store.id)
    os.close(store.area("consumed"))
    (tmp_path / "store" / "consumed" / f"{issued.nonce}.json").symlink_to(tmp_path / "nowhere")
    with pytest.raises(KfmGatesError):
        store.consume(issued, "the test")
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "store" / "consumed").rename(tmp_path / "elsewhere")
    (tmp_path / "store" / "consumed").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="symbolic link"):
        store.consume(permit(store.id), "the test")


FULL = """
import resource, signal, sys
from pathlib import Path
from kfm_gates.errors import EngineError
from kfm_gates.model.permit import Permit
from kfm_gates.permit.store import PermitStore
import json
store = PermitStore.open(Path(sys.argv[1]), None)
permit = Permit.read(json.load(sys.stdin), "")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    store.consume(permit, "a process")
except EngineError as error:
    print(error)
    sys.exit(7)
"""


@pytest.mark.parametrize("room", [0, 20])
def test_a_record_that_does_not_fit_on_the_disk_is_refused_and_stays_used(
    tmp_path: Path, store: PermitStore, room: int
) -> None:
    raw = document(store.id)
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "store"), str(room)],
        input=json.dumps(raw),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 7, done.stderr
    assert "can't be written to the disk" in done.stdout
    with pytest.raises(PermitInvalid, match="already used"):
        store.consume(permit(store.id, nonce=raw["nonce"]), "the test")


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_store_that_can_not_be_written_is_refused(tmp_path: Path, store: PermitStore) -> None:
    issued = permit(store.id)
    (tmp_path / "store").chmod(0o500)
    with pytest.raises(EngineError, match="can't be"):
        store.consume(issued, "the test")
    (tmp_path / "store").chmod(0o700)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system that nobody can write to")
def test_a_store_on_a_read_only_file_system_is_refused() -> None:
    with pytest.raises(EngineError, match="nothing may run without it"):
        PermitStore.open(Path("/proc/self/store"), None)


def test_a_lock_that_nobody_lets_go_of_is_an_error(
    tmp_path: Path, store: PermitStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_files, "_PATIENCE", 0.05)
    store.consume(issued := permit(store.id), "the test")
    other = PermitStore.open(tmp_path / "store", None)
    with other.lock(), pytest.raises(EngineError, match="holds the lock"):
        store.close_run(issued.nonce, "it ended")
    assert store.open_run(issued.nonce)
