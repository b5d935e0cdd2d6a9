from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kfm_gates
from kfm_gates import EvidenceError, GateDecision, GateDenied, Permit, Status, UsageError, evaluate
from tests.support.git import Git
from tests.support.running import KANSAS
from tests.support.trees import file_of, version_of


def test_an_open_decision_yields_a_permit(profile: Path, good: Path) -> None:
    decision = evaluate(good, profile=str(profile))
    assert isinstance(decision, GateDecision)
    assert decision.status is Status.PASS and decision.findings == ()
    permit = decision.require()
    assert isinstance(permit, Permit)
    assert [each.id for each in permit.subjects] == [each.id for each in decision.subjects]
    assert decision.statement["predicate"]["operation"] == "promote"


def test_a_denial_is_raised_with_its_findings(profile: Path, denied: Path) -> None:
    decision = evaluate(denied, profile=str(profile))
    assert decision.status is Status.DENY
    with pytest.raises(GateDenied, match=r"acme\.label: is refused") as caught:
        decision.require()
    (finding,) = caught.value.findings
    assert finding == decision.findings[0]
    assert (finding.place.pointer, finding.found) == ("/policy/policy_label", "internal")


def test_a_decision_has_no_truth_value(profile: Path, good: Path) -> None:
    decision = evaluate(good, profile=str(profile), checks=["acme.quality"])
    with pytest.raises(TypeError, match="require"):
        bool(decision)
    with pytest.raises(GateDenied, match="only a part"):
        decision.require()


def test_a_record_is_left_only_where_it_is_asked_for(profile: Path, good: Path, tmp_path: Path) -> None:
    evaluate(good, profile=str(profile), record=tmp_path / "record").require()
    assert {each.name for each in (tmp_path / "record").iterdir()} == {
        "decision.json",
        "run.json",
        "permit.json",
    }


def test_what_is_asked_wrongly_is_raised(profile: Path, good: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="for the operation"):
        evaluate(good, "build", str(profile))
    with pytest.raises(UsageError, match="no such file"):
        evaluate(tmp_path / "nowhere", profile=str(profile))
    (tmp_path / "empty").mkdir()
    with pytest.raises(EvidenceError, match="no dataset version"):
        evaluate(tmp_path / "empty", profile=str(profile))


def test_importing_the_package_is_free() -> None:
    code = (
        "import sys; before = set(sys.modules); import kfm_gates; print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    new = set(done.stdout.split())
    assert {name for name in new if name.startswith("kfm_gates")} == {"kfm_gates"}
    assert "pydantic" not in new


def test_every_public_name_is_there() -> None:
    for name in kfm_gates.__all__:
        assert getattr(kfm_gates, name) is not None
        assert name in dir(kfm_gates)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = kfm_gates.nonsense  # type: ignore[attr-defined]


def test_the_judge_may_have_another_interpreter(profile: Path, good: Path, tmp_path: Path) -> None:
    other = tmp_path / "python"
    other.write_text(f'#!/bin/sh\ntouch "{tmp_path}/asked"\nexec "{sys.executable}" "$@"\n')
    other.chmod(0o755)
    decision = evaluate(good, profile=str(profile), checks=["acme.quality"], python=other)
    assert decision.status is Status.PASS and (tmp_path / "asked").exists()


def test_an_interpreter_that_can_t_judge_is_named(profile: Path, good: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such interpreter"):
        evaluate(good, profile=str(profile), python=tmp_path / "nowhere")
    bare = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    with pytest.raises(UsageError, match=r"this interpreter has no kfm_gates, .* install kfm-gates"):
        evaluate(good, profile=str(profile), python=bare)


def test_only_what_changed_since_a_revision(profile: Path, tmp_path: Path) -> None:
    git = Git.new(tmp_path / "work")
    root = Path(shutil.copytree(KANSAS, git.folder / "evidence"))
    git.commit()
    manifest = file_of(root, "manifest", "public_generalized")
    manifest.write_text(manifest.read_text() + "\n")
    decision = evaluate(root, profile=str(profile), changed_since="HEAD")
    assert [each.id for each in decision.subjects] == [
        f"kansas-counties/{version_of(root, 'public_generalized')}"
    ]
    with pytest.raises(GateDenied, match="only a part"):
        decision.require()
    with pytest.raises(UsageError, match="changed-since"):
        evaluate(tmp_path / "work" / "evidence", profile=str(profile), changed_since="no-such-revision")
