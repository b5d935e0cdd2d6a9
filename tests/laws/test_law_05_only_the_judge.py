"""Law 5. Only the judge process issues permits; nothing around it can make one that verifies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.evidence.canonical import digest_of, jcs
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.tree import paths_below, paths_digest
from kfm_gates.permit.envelope import signed
from kfm_gates.permit.keys import signer
from kfm_gates.permit.subjects import subjects_root
from tests.support.installations import install
from tests.support.permits import document, new_key, public, trusting, write_key
from tests.support.running import REPOSITORY, check, environment, kansas_copy, program
from tests.support.trees import edit, file_of


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    root = kansas_copy(tmp_path)
    edit(file_of(root, "manifest"), lambda m: m["approvals"].clear())
    return root


def _forged(root: Path, folder: Path) -> dict[str, Any]:
    """A permit of the right form with every digest that an attacker can compute."""
    ran = check(root, cwd=folder, at=None)
    predicate = ran.predicate
    subjects = [{"id": s["id"], "digest": s["digest"]} for s in predicate["subjects"]]
    zones = Layout.kfm_v1().zones()
    return document(
        "0" * 32,
        operation="promote",
        subjects=subjects,
        subjects_root=subjects_root((each["id"], each["digest"]) for each in subjects),
        paths_digest=paths_digest(paths_below(root, zones), zones),
        decision_digest=ran.run["decision_digest"],
        docket_digest=predicate["docket"]["digest"],
        profile=predicate["profile"],
        configuration_digest=predicate["configuration"]["digest"],
        policy_pack_digest=predicate["policy_pack"]["digest"],
        engines_digest=digest_of(predicate["engines"]),
        checkpoint=None,
        evaluated_at=predicate["evaluated_at"],
    )


def test_a_forged_permit_is_refused(tmp_path: Path, broken: Path) -> None:
    (tmp_path / "forged.json").write_text(json.dumps(_forged(broken, tmp_path)))
    ran = program("permit", "verify", "forged.json", broken, cwd=tmp_path)
    assert ran.code == 1, ran.said
    assert "do not open" in ran.err


def test_a_permit_that_an_attacker_signs_is_refused(tmp_path: Path, broken: Path) -> None:
    """With the attacker's key it is not believed; without a key that is trusted, it is judged again."""
    own = signer(write_key(new_key(), tmp_path / "own"), broken)
    permit = tmp_path / ".kfm-gates" / "record" / "permit.json"
    forged = signed(_forged(broken, tmp_path), own)
    permit.write_bytes(jcs(forged))
    ran = program("permit", "verify", permit, broken, cwd=tmp_path)
    assert ran.code == 1 and "do not open" in ran.err, ran.said
    trusting(tmp_path / "kfm-gates.toml", public(write_key(new_key(), tmp_path / "key")))
    ran = program("permit", "verify", permit, broken, cwd=tmp_path)
    assert ran.code == 1 and "does not trust" in ran.err, ran.said


def test_a_key_signs_nothing_that_did_not_open(tmp_path: Path, broken: Path) -> None:
    write_key(new_key(), tmp_path / "key")
    ran = check(broken, "--sign-key", "key", cwd=tmp_path, at=None)
    assert ran.code == 1, ran.said
    assert not ran.permit.exists()


PATCH = """
import kfm_gates.judge.session as session, kfm_gates.judge.running as running
import kfm_gates.judge.known_answers as known, kfm_gates.permit.issue as issue
import kfm_gates.checks.api as api
from kfm_gates.model.finding import Status
api.PythonCheck.run = lambda self, facts, settings: api.Outcome(Status.PASS, 1)
known.prove = session.prove = lambda *a: None
session.EXIT_CODES = dict.fromkeys(session.EXIT_CODES, 0)
issue.MAXIMUM_AGE = 10**9
"""


def test_patching_the_calling_process_changes_nothing(tmp_path: Path, broken: Path) -> None:
    script = tmp_path / "patched.py"
    script.write_text(
        PATCH + "import sys\nfrom kfm_gates.front.cli import main\n"
        f"sys.exit(main(['check', {str(broken)!r}]))\n"
    )
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, timeout=120)
    assert done.returncode == 1, done.stdout + done.stderr
    assert not (tmp_path / ".kfm-gates/record/permit.json").exists()


SPY = """
import os
with open(os.path.join({folder!r}, f"spied-{{os.getpid()}}"), "wb") as file:
    file.write(open("/proc/self/cmdline", "rb").read())
"""


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="the spy reads /proc")
def test_planted_modules_do_not_reach_the_judge(tmp_path: Path, broken: Path) -> None:
    planted = tmp_path / "planted"
    planted.mkdir()
    spied = tmp_path / "spied"
    spied.mkdir()
    (planted / "sitecustomize.py").write_text(SPY.format(folder=str(spied)) + _guarded(PATCH))
    (planted / "usercustomize.py").write_text(SPY.format(folder=str(spied)))
    ran = check(broken, cwd=tmp_path, at=None, env={"PYTHONPATH": str(planted)})
    assert ran.code == 1, ran.said
    assert not ran.permit.exists()
    seen = [path.read_bytes() for path in spied.iterdir()]
    assert seen, "the spy must have run in the calling process, or this proves nothing"
    assert not [line for line in seen if b"kfm_gates.judge" in line or b"worker_main" in line]


def _guarded(code: str) -> str:
    lines = "\n".join(f"    {line}" for line in code.strip().splitlines())
    return f"\ntry:\n{lines}\nexcept ImportError:\n    pass\n"


@pytest.mark.parametrize("module", ["json", "hashlib", "regorus", "kfm_gates"])
def test_a_planted_library_never_opens(tmp_path: Path, broken: Path, module: str) -> None:
    planted = tmp_path / "planted"
    planted.mkdir()
    (planted / f"{module}.py").write_text("def __getattr__(name):\n    return lambda *a, **k: {}\n")
    ran = check(broken, cwd=tmp_path, at=None, env={"PYTHONPATH": str(planted)})
    assert ran.code != 0, ran.said
    assert not ran.permit.exists()


@pytest.mark.parametrize("variable", ["PYTHONINSPECT", "PYTHONOPTIMIZE"])
def test_variables_of_the_interpreter_do_not_open(tmp_path: Path, broken: Path, variable: str) -> None:
    ran = check(broken, cwd=tmp_path, at=None, env={variable: "1"})
    assert ran.code == 1, ran.said
    assert not ran.permit.exists()


def test_files_in_the_working_folder_and_in_the_evidence_are_not_imported(
    tmp_path: Path, broken: Path
) -> None:
    for folder in (tmp_path, broken):
        for name in ("json.py", "conftest.py", "sitecustomize.py", "regorus.py", "kfm_gates.py"):
            (folder / name).write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    ran = check(broken, cwd=tmp_path, at=None)
    assert ran.code == 1, ran.said
    assert not (tmp_path / "ran").exists()
    assert not ran.permit.exists()


def test_what_the_caller_prints_is_no_permit(tmp_path: Path, broken: Path) -> None:
    """A caller whose own installation lies can be made to say anything; elsewhere its permit is refused."""
    judged = "            outcome = self._suite.checks[check].run("
    lie = f"            return Outcome(Status.PASS, 1)\n{judged}"
    liar = install(tmp_path, {"judge/running.py": (judged, lie)})
    ran = liar.check(broken, cwd=tmp_path)
    assert ran.permit.exists(), f"the liar must lie, or this proves nothing\n{ran.said}"
    again = program("permit", "verify", ran.permit, broken, cwd=tmp_path)
    assert again.code == 1, again.said


def test_the_judge_runs_isolated() -> None:
    """`-I` is what the other tests here rest on."""
    source = (REPOSITORY / "kfm_gates" / "judge" / "launch.py").read_text("utf-8")
    assert '"-I", "-m", "kfm_gates.judge"' in source
    assert "PYTHONPATH" in environment({"PYTHONPATH": "x"})
    assert os.environ.get("PYTHONPATH") is None
