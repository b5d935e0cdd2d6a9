"""`guard`: the body runs only inside an admitted run, and how it ended is on record."""

from __future__ import annotations

import asyncio
import datetime
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kfm_gates import (
    EngineError,
    GateDenied,
    GuardedRun,
    KfmGatesError,
    LeaseHeld,
    PermitInvalid,
    PermitMismatch,
    PermitStale,
    RunUnsettled,
    UsageError,
    VerifiedPermit,
    guard,
    requires_permit,
    work_on,
)
from kfm_gates.front.guard import Guard
from kfm_gates.permit.run_log import RunLog
from kfm_gates.permit.runs import RunState, states
from tests.support.plans import make, write_plan
from tests.support.running import REPOSITORY, Ran, kansas_copy
from tests.support.trees import edit, file_of, shown

pytestmark = pytest.mark.slow  # real processes, each with a judge of its own

RECEIPT = {"outputs": []}
Guarded = Callable[..., Guard]


@requires_permit("promote")
def build(permit: VerifiedPermit, out: Path) -> None:
    out.write_bytes(permit.inputs.read(next(iter(permit.inputs))))
    permit.record_receipt({"outputs": [out.name]})


@pytest.fixture
def guarded(tmp_path: Path, profile: Path, good: Path, monkeypatch: pytest.MonkeyPatch) -> Guarded:
    """`guard` on good evidence, for the target `t`."""
    monkeypatch.chdir(tmp_path)

    def made(evidence: Path = good, **more: Any) -> Guard:
        return guard(
            "promote", evidence, **({"profile": str(profile), "targets": ["t"], "store": "store"} | more)
        )

    return made


@pytest.fixture
def runs(tmp_path: Path) -> Callable[[], list[RunState]]:
    """What the log says of each run."""
    return lambda: list(states(RunLog(tmp_path / "store").read()).values())


Runs = Callable[[], list[RunState]]


def test_a_permitted_run(guarded: Guarded, runs: Runs, tmp_path: Path) -> None:
    with guarded() as run:
        assert isinstance(run, GuardedRun) and run.targets == ("t",)
        assert run.decision["predicate"]["status"] == "PASS"
        assert list(run.subjects) == [each["id"] for each in run.decision["predicate"]["subjects"]]
        assert [state.state for state in runs()] == ["started"] and runs()[0].run == run.id
        assert (tmp_path / "store" / "consumed" / f"{run.permit.nonce}.json").is_file()
        path = run.inputs.of(run.subjects[0])[0]
        with run.open(path) as file:
            assert file.read() == run.inputs.read(path)
        build(run.permit, tmp_path / "built")
    (state,) = runs()
    assert state.state == "succeeded" and state.closed is not None
    receipt = json.loads(Path(state.closed["receipt"]["path"]).read_bytes())
    assert receipt == {"outputs": ["built"]} and (tmp_path / "built").exists()
    with guarded() as again:
        again.record_receipt(RECEIPT)
    assert [state.state for state in runs()] == ["succeeded", "succeeded"]


def test_the_body_never_runs_when_the_gates_do_not_open(
    guarded: Guarded, denied: Path, runs: Runs, tmp_path: Path
) -> None:
    with pytest.raises(GateDenied, match=r"acme\.label: is refused.*nothing ran") as caught, guarded(denied):
        (tmp_path / "built").write_bytes(b"")
    assert [finding.place.pointer for finding in caught.value.findings] == ["/policy/policy_label"]
    assert not (tmp_path / "built").exists()
    assert runs() == [] and not list((tmp_path / "store").glob("consumed/*"))
    assert not list((tmp_path / "store").rglob("permit.json"))
    with guarded() as run:  # and the lease is free
        run.record_receipt(RECEIPT)


@pytest.mark.parametrize(
    "error",
    [ValueError("no"), KeyboardInterrupt(), SystemExit(0), GeneratorExit()],
    ids=lambda error: type(error).__name__,
)
def test_an_exception_goes_on_and_the_run_failed(guarded: Guarded, runs: Runs, error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, guarded() as run:
        run.record_receipt(RECEIPT)  # which does not make it good
        raise error
    assert caught.value is error
    (state,) = runs()
    assert state.state == "failed" and state.closed is not None
    assert state.closed["reason"] == "exception" and state.closed["message"].startswith(type(error).__name__)
    with pytest.raises(RunUnsettled, match=f"kfm-gates runs settle {run.id}"), guarded():
        pytest.fail("the next run for that target waits")
    with guarded(targets=["another"]) as other:
        other.record_receipt(RECEIPT)


def test_without_a_receipt_it_failed(guarded: Guarded, runs: Runs) -> None:
    with (
        pytest.raises(UsageError, match=r"no receipt was written .* counts as failed and t waits"),
        guarded(),
    ):
        pass
    assert [state.state for state in runs()] == ["failed"]
    assert runs()[0].closed and runs()[0].closed["reason"] == "no_receipt"
    with pytest.raises(RunUnsettled), guarded():
        pytest.fail("the next run for that target waits")


def test_a_receipt_that_is_none(guarded: Guarded, runs: Runs) -> None:
    with guarded() as run:
        for value in ({}, [], None, "done", {"a": object()}, {"a": float("nan")}, {"a": "\ud800"}):
            with pytest.raises(UsageError, match="receipt"):
                run.record_receipt(value)
        run.record_receipt(RECEIPT)
        with pytest.raises(UsageError, match="a receipt already"):
            run.record_receipt({"outputs": ["other"]})
    assert runs()[0].state == "succeeded"


def test_the_builder_may_write_the_receipt_itself(guarded: Guarded, runs: Runs, tmp_path: Path) -> None:
    with guarded(receipt="receipt.json"):
        (tmp_path / "receipt.json").write_text('{"outputs": []}')
    assert runs()[0].closed and runs()[0].closed["receipt"]["path"] == str(tmp_path / "receipt.json")
    with pytest.raises(UsageError, match="no receipt of this run"), guarded(receipt="receipt.json"):
        pytest.fail("it would be taken for that of this run")
    assert len(runs()) == 1
    with pytest.raises(UsageError, match="no JSON object"), guarded(receipt="other.json"):
        (tmp_path / "other.json").write_text("[]")


def test_after_the_block_nothing_is_good_any_more(guarded: Guarded, tmp_path: Path) -> None:
    with guarded() as run:
        run.record_receipt(RECEIPT)
    for use in (
        lambda: build(run.permit, tmp_path / "built"),
        lambda: run.open(next(iter(run.inputs))),
        lambda: run.record_receipt(RECEIPT),
    ):
        with pytest.raises(PermitMismatch, match="over"):
            use()
    assert not (tmp_path / "built").exists()


def test_runs_do_not_nest(guarded: Guarded, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    with guarded() as run:
        with (
            pytest.raises(UsageError, match=f"the run {run.id} is open here, and runs don't nest"),
            guarded(targets=["b"]),
        ):
            pytest.fail("nested")

        async def inner() -> None:
            with guarded(targets=["b"]):
                pytest.fail("nested")

        with pytest.raises(UsageError, match="don't nest"):
            asyncio.run(inner())
        run.record_receipt(RECEIPT)
    assert [state.state for state in runs()] == ["succeeded"]
    monkeypatch.setenv("KFM_GATES_RUN", "0123")
    with pytest.raises(UsageError, match=r"use permit_from_environment\(\)"), guarded():
        pytest.fail("nested in exec")


def test_a_guard_is_for_one_run(guarded: Guarded) -> None:
    once = guarded()
    with once as run:
        run.record_receipt(RECEIPT)
    with pytest.raises(UsageError, match="was used already"), once:
        pytest.fail("used twice")


def test_one_at_a_time(guarded: Guarded) -> None:
    caught: list[BaseException] = []

    def second() -> None:
        try:
            with guarded():
                pass
        except BaseException as error:
            caught.append(error)

    with guarded() as run:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
        run.record_receipt(RECEIPT)
    assert len(caught) == 1 and isinstance(caught[0], LeaseHeld) and run.id in str(caught[0])


def test_the_builder_gets_the_judged_bytes_or_none(guarded: Guarded, tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    manifest = file_of(root, "manifest")
    name, before = shown(root, manifest), manifest.read_bytes()
    with guarded(root) as run:
        opened = run.open(name)
        manifest.write_bytes(before.replace(b"public", b"secret"))
        with opened:
            assert opened.read() == before
        with pytest.raises(PermitStale, match="is not what was judged"):
            run.open(name)
        with pytest.raises(PermitMismatch, match="was not judged"):
            run.open("../acme.toml")
        run.record_receipt(RECEIPT)


def test_a_forked_worker(tmp_path: Path, profile: Path, good: Path, runs: Runs) -> None:
    """It reads what was judged and may use the permit; leaving the block in it does not end the run."""
    program = f"""
from kfm_gates import guard
import os
child = 0
with guard("promote", {str(good)!r}, profile={str(profile)!r}, targets=["t"], store="store") as run:
    path = next(iter(run.inputs))
    kept = run.inputs.path(path)
    child = os.fork()
    if child:
        code = os.waitpid(child, 0)[1]
        right = not code and kept.read_bytes() == run.inputs.read(path)
        run.record_receipt({{"right": right}})
    else:
        wrong = run.inputs.read(path) != kept.read_bytes()
if not child:
    os._exit(int(wrong))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (state,) = runs()
    assert state.state == "succeeded" and state.closed is not None
    assert json.loads(Path(state.closed["receipt"]["path"]).read_bytes()) == {"right": True}


def test_a_permit_that_was_issued_before(
    guarded: Guarded, cli: Callable[..., Ran], good: Path, runs: Runs, tmp_path: Path
) -> None:
    ran = cli("check", good, "--profile", "acme.toml", "--store", "store")
    assert ran.code == 0, ran.said
    with guarded(permit=ran.permit) as run:
        assert run.permit.nonce == json.loads(ran.permit.read_bytes())["nonce"]
        run.record_receipt(RECEIPT)
    with pytest.raises(PermitInvalid, match="already used"), guarded(permit=ran.permit):
        pytest.fail("replayed")
    text = ran.permit.read_text().replace('"promote"', '"build"')
    (tmp_path / "forged.json").write_text(text)
    with pytest.raises(PermitInvalid), guarded(permit="forged.json"):
        pytest.fail("for another operation")
    assert [state.state for state in runs()] == ["succeeded"]


def test_a_permit_for_evidence_that_is_denied_by_now(
    guarded: Guarded, cli: Callable[..., Ran], tmp_path: Path, runs: Runs
) -> None:
    root = kansas_copy(tmp_path)
    ran = cli("check", root, "--profile", "acme.toml", "--store", "store")
    assert ran.code == 0, ran.said
    edit(file_of(root, "manifest"), lambda document: document["policy"].update(policy_label="internal"))
    with pytest.raises(GateDenied, match=r"acme\.label") as caught, guarded(root, permit=ran.permit):
        pytest.fail("ran")
    assert [finding.found for finding in caught.value.findings] == ["internal"]
    assert runs() == []


def test_what_is_asked_wrongly(guarded: Guarded, tmp_path: Path, runs: Runs) -> None:
    for more, says in [
        ({"targets": ["a b"]}, "no name of a target"),
        ({"evidence": tmp_path / "nowhere"}, "no such file or folder"),
        ({"profile": "promotion-v2"}, "unknown profile"),
        ({"python": tmp_path / "python"}, "no such interpreter"),
        ({"receipt": "no/such/folder.json"}, "no such folder for the receipt"),
        ({"profile": "build.toml"}, "can't be read"),
    ]:
        with pytest.raises(UsageError, match=says), guarded(**more):  # type: ignore[arg-type]
            pytest.fail("ran")
    with pytest.raises(PermitInvalid, match="policy pack"), guarded(expect_pack="sha256:" + "0" * 64):
        pytest.fail("ran under another policy")
    with pytest.raises(EngineError, match="did not end within"), guarded(timeout=0.001):
        pytest.fail("ran without a verdict")
    assert runs() == []


def test_a_receipt_is_not_written_into_the_evidence(guarded: Guarded, tmp_path: Path, runs: Runs) -> None:
    root = kansas_copy(tmp_path)
    with (
        pytest.raises(UsageError, match="inside the evidence root"),
        guarded(root, receipt=root / "receipt.json"),
    ):
        pytest.fail("ran")
    assert [state.state for state in runs()] == ["not_run"] and not (root / "receipt.json").exists()


def test_a_run_that_can_t_be_closed_is_said(guarded: Guarded, tmp_path: Path) -> None:
    log = tmp_path / "store" / "runs.jsonl"
    with pytest.raises(ValueError, match="the builder's own") as caught, guarded():
        log.write_bytes(log.read_bytes()[:-2] + b"?\n")
        raise ValueError("the builder's own")
    assert any("could not be closed either" in note for note in caught.value.__notes__)


@pytest.mark.slow
def test_a_plan_names_versions_and_targets(
    tmp_path: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = kansas_copy(tmp_path)
    shutil.copy(REPOSITORY / "examples" / "build-tiles" / "build.toml", tmp_path)
    made = make(root, profile="build.toml", evaluated_at=None)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)

    def approved(raw: dict[str, Any]) -> None:
        raw["sign_offs"][0]["expires_at"] = later.strftime("%Y-%m-%dT%H:%M:%SZ")

    write_plan(tmp_path, made, approved)
    monkeypatch.chdir(tmp_path)

    def guarded(**more: Any) -> Guard:
        return guard("build", root, profile="build.toml", plan="plan.json", store="store", **more)

    with guarded() as run:
        assert run.targets == ("tiles:kansas-counties",) and len(run.subjects) == 2
        assert run.parts.names == tuple(chunk["name"] for chunk in made.document()["chunks"])
        for name in run.parts.names:
            with work_on(run.parts.give(name)) as permit:
                assert set(permit.subjects) < set(run.subjects)
        run.record_receipt(RECEIPT)
    with pytest.raises(UsageError, match="names its targets itself"), guarded(targets=["t"]):
        pytest.fail("ran")
    write_plan(tmp_path, made, lambda raw: raw.update(reason="another"), redigest=False)
    with pytest.raises(KfmGatesError), guarded():
        pytest.fail("ran under a plan that was edited")
    assert [state.state for state in runs()] == ["succeeded"]
