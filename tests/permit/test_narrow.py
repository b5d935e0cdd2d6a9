"""A part has one live permit, never more than its parent, and never longer than its run."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import KfmGatesError, PermitExpired, PermitInvalid, PermitMismatch, UsageError
from kfm_gates.model.permit import Permit
from kfm_gates.permit.narrow import consume_part, finish_part, narrow, parts, refuse_lost_part, replace
from kfm_gates.permit.store import PermitStore
from tests.support.permits import document, moment, permit, subject

FIRST, SECOND = subject(0)[0], subject(1)[0]


@pytest.fixture
def store(tmp_path: Path) -> PermitStore:
    return PermitStore.open(tmp_path / "store", None)


@pytest.fixture
def parent(store: PermitStore) -> Permit:
    issued = permit(store.id)
    store.consume(issued, "the coordinator")
    return issued


def test_a_part_is_done_once(store: PermitStore, parent: Permit) -> None:
    child = narrow(store, parent, "q1", [FIRST])
    assert child.scope is not None and child.scope.parent == parent.nonce
    assert [each.id for each in child.scope.subjects] == [FIRST]
    assert child.nonce != parent.nonce and child.decision_digest == parent.decision_digest
    consume_part(store, child, "worker 1")
    refuse_lost_part(store, child)
    with pytest.raises(PermitInvalid, match="already used"):
        consume_part(store, child, "worker 2")
    finish_part(store, child)
    with pytest.raises(PermitInvalid, match="is finished already"):
        narrow(store, parent, "q1", [FIRST])
    with pytest.raises(PermitInvalid, match="is finished"):
        replace(store, parent, "q1")
    assert Counter(part.state for part in parts(store, parent)) == {"finished": 1}


def test_a_dead_worker_costs_one_part(store: PermitStore, parent: Permit) -> None:
    """Two parts of three go on; the third is given to another worker, and the one that seemed dead is refused."""
    children = {name: narrow(store, parent, name, [FIRST, SECOND]) for name in ("a", "b", "c")}
    for name, child in children.items():
        consume_part(store, child, f"worker of {name}")
    again = replace(store, parent, "b")
    assert again.scope is not None and children["b"].scope is not None
    assert again.scope.subjects == children["b"].scope.subjects
    for late in (refuse_lost_part, finish_part):
        with pytest.raises(PermitInvalid, match="another worker has its part"):
            late(store, children["b"])
    consume_part(store, again, "another worker")
    for child in (children["a"], again, children["c"]):
        finish_part(store, child)
    assert Counter(part.state for part in parts(store, parent)) == {"finished": 3, "revoked": 1}


def test_a_permit_that_was_replaced_before_use_is_revoked(store: PermitStore, parent: Permit) -> None:
    child = narrow(store, parent, "a", [FIRST])
    with pytest.raises(PermitInvalid, match="is waiting already"):
        narrow(store, parent, "a", [FIRST])
    replace(store, parent, "a")
    with pytest.raises(PermitInvalid, match="revoked"):
        consume_part(store, child, "a worker")
    with pytest.raises(PermitInvalid, match="no permit that could be replaced"):
        replace(store, parent, "b")


def test_a_part_keeps_its_subjects(store: PermitStore, parent: Permit) -> None:
    child = narrow(store, parent, "a", [FIRST], expires_seconds=1)
    time.sleep(max(0.0, 2.1 - time.time() % 1))
    with pytest.raises(PermitExpired):
        consume_part(store, child, "a worker")
    assert [part.state for part in parts(store, parent)] == ["expired"]
    with pytest.raises(PermitMismatch, match="other subjects"):
        narrow(store, parent, "a", [FIRST, SECOND])
    consume_part(store, narrow(store, parent, "a", [FIRST]), "a worker")


@pytest.mark.parametrize("change", [
    {"scope": None},
    {"expires_at": moment(1700)},
    {"nonce": "0" * 32},
    {"operation": "cutover"},
    {"decision_digest": "sha256:" + "0" * 64},
])  # fmt: skip
def test_a_child_can_not_be_changed(store: PermitStore, parent: Permit, change: dict[str, Any]) -> None:
    child = narrow(store, parent, "a", [FIRST])
    with pytest.raises(PermitInvalid):
        consume_part(store, Permit.read(child.document() | change, ""), "a worker")
    consume_part(store, child, "a worker")


def test_a_child_can_not_be_widened(store: PermitStore, parent: Permit) -> None:
    child = narrow(store, parent, "a", [FIRST])
    scope = child.document()["scope"]
    wider = [scope | {"subjects": parent.document()["subjects"]}, scope | {"part_name": "b"}]
    other = permit(store.id)
    store.consume(other, "another coordinator")
    wider.append(scope | {"parent": other.nonce})
    for each in wider:
        with pytest.raises(PermitMismatch, match="none that was narrowed"):
            consume_part(store, Permit.read(child.document() | {"scope": each}, ""), "a worker")
    with pytest.raises(PermitMismatch, match="can't be narrowed again"):
        narrow(store, child, "b", [FIRST])


def test_nothing_is_narrowed_to_more_than_the_parent(store: PermitStore, parent: Permit) -> None:
    with pytest.raises(PermitMismatch, match="more than the whole"):
        narrow(store, parent, "a", [FIRST, subject(2)[0]])
    for subjects in ([], [subject(n)[0] for n in range(1001)]):
        with pytest.raises(UsageError, match="between 1 and 1000"):
            narrow(store, parent, "a", subjects)
    for name in ("", "two words", "../up", "a/b"):
        with pytest.raises(UsageError, match="can't be"):
            narrow(store, parent, name, [FIRST])
    for seconds in (0, 3601):
        with pytest.raises(UsageError, match="between 1 and 3600"):
            narrow(store, parent, "a", [FIRST], expires_seconds=seconds)
    assert parts(store, parent) == ()


def test_only_what_was_consumed_here_is_narrowed(tmp_path: Path, store: PermitStore, parent: Permit) -> None:
    fresh = permit(store.id)
    with pytest.raises(PermitInvalid, match="was not consumed in this store"):
        narrow(store, fresh, "a", [FIRST])
    wider = document(store.id, 3, nonce=parent.nonce)
    with pytest.raises(PermitInvalid, match="was not consumed in this store"):
        narrow(store, Permit.read(wider, ""), "a", [FIRST])
    child = narrow(store, parent, "a", [FIRST])
    elsewhere = PermitStore.open(tmp_path / "other", None)
    with pytest.raises(PermitInvalid):
        consume_part(elsewhere, child, "a worker")
    elsewhere = PermitStore.open(tmp_path / "shared", None, [store.id])
    elsewhere.consume(parent, "somebody who copied the permit")
    with pytest.raises(PermitMismatch, match="none that was narrowed"):
        consume_part(elsewhere, child, "a worker")


def test_no_child_outlives_its_run(store: PermitStore, parent: Permit) -> None:
    waiting, running = (narrow(store, parent, name, [FIRST]) for name in ("a", "b"))
    consume_part(store, running, "a worker")
    store.close_run(parent.nonce, "it was stopped")
    for act in (
        lambda: consume_part(store, waiting, "a worker"),
        lambda: refuse_lost_part(store, running),
        lambda: finish_part(store, running),
        lambda: narrow(store, parent, "c", [FIRST]),
        lambda: replace(store, parent, "b"),
    ):
        with pytest.raises(PermitInvalid, match="closed"):
            act()


def test_the_run_goes_on_after_the_parent_expired(store: PermitStore) -> None:
    """Its expiry is looked at when the run starts; the lease carries on from there."""
    issued = permit(store.id, issued_at=moment(-2), expires_at=moment(2))
    store.consume(issued, "the coordinator")
    time.sleep(3)
    consume_part(store, narrow(store, issued, "a", [FIRST]), "a worker")


def test_a_parent_that_does_not_list_its_subjects(store: PermitStore) -> None:
    issued = permit(store.id, 1500)
    store.consume(issued, "the coordinator")
    everything = [subject(number) for number in range(1500)]
    chosen = [id for id, _ in everything[1200:1300]]
    for wrong in ([], everything[:-1], [*everything, subject(1500)], [*everything, everything[0]]):
        with pytest.raises(PermitMismatch, match="does not list"):
            narrow(store, issued, "a", chosen, among=wrong)
    child = narrow(store, issued, "a", chosen, among=everything)
    assert child.scope is not None
    assert [(each.id, each.digest) for each in child.scope.subjects] == everything[1200:1300]
    consume_part(store, Permit.read(json.loads(json.dumps(child.document())), ""), "a worker")


def test_a_whole_permit_is_no_part(store: PermitStore, parent: Permit) -> None:
    with pytest.raises(PermitMismatch, match="whole run"):
        consume_part(store, parent, "a worker")


COORDINATOR = """
import json, sys
from pathlib import Path
from kfm_gates.model.permit import Permit
from kfm_gates.permit.narrow import consume_part, finish_part, narrow
from kfm_gates.permit.store import PermitStore
store = PermitStore.open(Path(sys.argv[1]), None)
parent = Permit.read(json.loads(sys.stdin.readline()), "")
print("ready", flush=True)
for number in range(10_000):
    child = narrow(store, parent, f"part-{number}", [parent.subjects[0].id])
    consume_part(store, child, "worker")
    if number % 2:
        finish_part(store, child)
"""


@pytest.mark.slow
def test_after_a_kill_at_any_moment_every_part_can_be_had_again(tmp_path: Path, store: PermitStore) -> None:
    for number in range(12):
        issued = permit(store.id)
        store.consume(issued, "the coordinator")
        process = subprocess.Popen(
            [sys.executable, "-c", COORDINATOR, str(tmp_path / "store")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(issued.document()) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.02 + 0.0173 * number)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        known = parts(store, issued)
        for part in known:
            if part.state != "finished":
                again = replace(store, issued, part.name)
                consume_part(store, again, "another worker")
                finish_part(store, again)
        after = parts(store, issued)
        done = Counter(part.name for part in after if part.state == "finished")
        assert set(done) == {part.name for part in known} and set(done.values()) <= {1}
        try:
            consume_part(store, narrow(store, issued, "one-more", [FIRST]), "a worker")
        except KfmGatesError as error:
            pytest.fail(f"the store must be free again: {error}")
