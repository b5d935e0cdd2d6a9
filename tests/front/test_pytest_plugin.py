from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.running import kansas_copy

Run = Callable[..., subprocess.CompletedProcess[str]]
Imported = Callable[[], set[str]]

ALL = {"conftest.py", "test_builder.py"}


def said(done: subprocess.CompletedProcess[str]) -> str:
    return f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"


def last(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout.rstrip().splitlines()[-1]


def test_on_a_pass_the_gates_run_first_and_then_the_tests(
    pytester_run: Run, good: Path, imported: Imported
) -> None:
    done = pytester_run("-v", f"--kfm-target={good}", "project")
    assert done.returncode == 0, said(done)
    assert imported() == ALL
    order = [line.split()[0] for line in done.stdout.splitlines() if " PASSED " in line]
    assert [each.partition(".json::")[2] for each in order[:3]] == [
        "naming::acme.label",
        "follow-up::acme.waits",
        "follow-up::acme.quality",
    ]
    assert order[-2:] == ["project/test_builder.py::test_permit", "project/test_builder.py::test_plain"]
    assert last(done) == "kfm-gates: PASS: all 6 checks passed; permit: .kfm-gates/record/permit.json"


def test_on_a_pass_without_paths_only_gates_run(pytester_run: Run, good: Path, imported: Imported) -> None:
    done = pytester_run(f"--kfm-target={good}")
    assert done.returncode == 0, said(done)
    assert "collected 6 items" in done.stdout
    assert imported() == set()


@pytest.mark.parametrize("more", [(), ("-n", "2"), ("--pyargs",), ("--option-of-the-conftest", "x")])
def test_on_a_denial_nothing_of_the_project_is_imported(
    pytester_run: Run, denied: Path, imported: Imported, more: tuple[str, ...]
) -> None:
    done = pytester_run(f"--kfm-target={denied}", *more, "project")
    assert done.returncode == 1, said(done)
    assert imported() == set()
    assert "DENY acme.label: evidence/release/manifests/kansas-counties/" in done.stdout
    assert "(/policy/policy_label): is refused" in done.stdout
    assert "ABSTAIN acme.waits: waits for acme.label" in done.stdout
    assert "permit:    none: the gates did not open (DENY)" in done.stdout
    assert last(done) == "kfm-gates: DENY: 1 denied, 1 not judged, 4 passed; no permit"
    assert "Traceback" not in done.stdout + done.stderr


def test_in_xdist_the_gates_are_judged_once(pytester_run: Run, good: Path, tmp_path: Path) -> None:
    label = tmp_path / "pack" / "checks" / "acme" / "label.py"
    label.write_text(f"open({str(tmp_path / 'judged')!r}, 'a').write('x')\n{label.read_text()}")
    once = pytester_run(f"--kfm-target={good}")
    judged = (tmp_path / "judged").read_text()
    done = pytester_run(f"--kfm-target={good}", "-n", "2", "project")
    assert (once.returncode, done.returncode) == (0, 0), said(done)
    assert (tmp_path / "judged").read_text() == judged * 2
    assert "all 6 checks passed" in last(done)


def test_a_session_that_is_started_by_a_workers_test_judges_itself(
    pytester_run: Run, denied: Path, good: Path, tmp_path: Path
) -> None:
    inner = [
        sys.executable,
        "-m",
        "pytest",
        "--kfm-gates",
        "--kfm-profile=acme.toml",
        f"--kfm-target={denied}",
    ]
    (tmp_path / "project" / "test_inner.py").write_text(
        f"import subprocess\ndef test_inner():\n"
        f"    assert subprocess.run({inner!r} + ['--kfm-record=inner'], cwd={str(tmp_path)!r}).returncode == 1\n"
    )
    done = pytester_run(f"--kfm-target={good}", "-n", "1", "project/test_inner.py")
    assert done.returncode == 0, said(done)


def test_pretending_to_be_a_worker_is_of_no_use(pytester_run: Run, denied: Path, tmp_path: Path) -> None:
    forged = tmp_path / "verdict.json"
    forged.write_text(
        '[{"exit_code": 0, "statement": null, "decision_digest": "", "paths_digest": "", "checkpoint": null, '
        '"run": {}}, "."]'
    )
    parent = f"{os.getpid()}:{forged}"
    done = pytester_run(
        f"--kfm-target={denied}", "project", env={"PYTEST_XDIST_WORKER": "gw0", "KFM_GATES_XDIST": parent}
    )
    assert done.returncode in (3, 4), said(done)


@pytest.mark.parametrize(
    "more",
    [
        ("-k", "nothing"),
        ("-k", "quality"),
        ("-m", "not kfm_gate_b"),
        ("-m", "kfm_gate_naming"),
        ("--deselect", "evidence/release"),
        ("--setup-show", "-k", "test_plain", "project"),
    ],
)
def test_a_selection_is_never_green(pytester_run: Run, tmp_path: Path, more: tuple[str, ...]) -> None:
    done = pytester_run(f"--kfm-target={kansas_copy(tmp_path)}", *more)
    assert done.returncode == 1, said(done)
    assert "were not shown as passed" in last(done)


@pytest.mark.parametrize(
    "flag",
    [
        "--co",
        "--collect-only",
        "--markers",
        "--fixtures",
        "--setup-only",
        "--setup-plan",
        "--help",
        "--cache-show",
    ],
)
def test_a_mode_that_decides_nothing_is_refused(pytester_run: Run, good: Path, flag: str) -> None:
    done = pytester_run(f"--kfm-target={good}", "-p", "cacheprovider", flag)
    assert done.returncode == 4, said(done)
    assert "decides nothing" in done.stderr


HOSTILE = {
    "sets the exit status": """
        @pytest.hookimpl(tryfirst=True, wrapper=True)
        def pytest_sessionfinish(session):
            yield
            session.exitstatus = 0
        """,
    "leaves with 0 at the end": """
        def pytest_sessionfinish(session):
            pytest.exit("bye", returncode=0)
        """,
    "replaces the main loop": """
        @pytest.hookimpl(tryfirst=True)
        def pytest_cmdline_main(config):
            return 0
        """,
    "runs no test": """
        @pytest.hookimpl(tryfirst=True)
        def pytest_runtestloop(session):
            return True
        """,
    "drops items": """
        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(items):
            items[:] = [each for each in items if "acme" not in each.nodeid]
        """,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_conftest_can_not_make_it_green(pytester_run: Run, good: Path, tmp_path: Path, what: str) -> None:
    """The gates are open here; but no session is green that did not show all of them as passed."""
    conftest = tmp_path / "project" / "conftest.py"
    conftest.write_text("import pytest\n" + textwrap.dedent(HOSTILE[what]))
    words = ("-k", "test_plain") if "status" in what or "leaves" in what else ()
    done = pytester_run(f"--kfm-target={good}", *words, "project")
    assert done.returncode == 1, said(done)


def test_no_mark_excuses_a_gate_from_being_shown(pytester_run: Run, good: Path, tmp_path: Path) -> None:
    (tmp_path / "project" / "conftest.py").write_text(
        "import pytest\n"
        "@pytest.hookimpl(trylast=True)\n"
        "def pytest_collection_modifyitems(items):\n"
        "    for each in items:\n"
        "        each.add_marker(pytest.mark.skip)\n"
        "        each.add_marker(pytest.mark.xfail(run=False))\n"
    )
    done = pytester_run(f"--kfm-target={good}", "project")
    assert done.returncode == 0, said(done)
    assert "6 passed, 2 skipped" in done.stdout and "all 6 checks passed; permit" in last(done)


def test_what_is_asked_wrongly_is_4_with_a_sentence(pytester_run: Run, good: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for words, sentence in (
        (("--kfm-target=nowhere",), "nowhere: there is no such file or folder"),
        (("--kfm-target=empty",), "no dataset version was found"),
        ((f"--kfm-target={good}", "--kfm-profile=nix"), "unknown profile 'nix'"),
        ((), "no evidence was named"),
    ):
        done = pytester_run(*words)
        assert done.returncode == 4, said(done)
        assert sentence in done.stderr and "Traceback" not in done.stdout + done.stderr


def test_a_judge_that_fails_is_3_with_a_sentence(pytester_run: Run, good: Path, tmp_path: Path) -> None:
    path = tmp_path / "pack" / "checks" / "acme" / "label.py"
    path.write_text(path.read_text().replace("if found in refused", "if False"))
    done = pytester_run(f"--kfm-target={good}", "project")
    assert done.returncode == 3, said(done)
    assert done.stderr.startswith("kfm-gates: acme.label: does not deny a bad sample")
    assert "Traceback" not in done.stdout + done.stderr


def test_the_flag_belongs_on_the_command_line(pytester_run: Run, good: Path, tmp_path: Path) -> None:
    asked = f"--kfm-gates --kfm-profile=acme.toml --kfm-target={good}"
    done = pytester_run(gates=False, env={"PYTEST_ADDOPTS": asked})
    assert done.returncode == 4 and "belongs on the command line" in done.stderr, said(done)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\naddopts = {asked}\n")
    done = pytester_run(gates=False)
    assert done.returncode == 4 and "belongs on the command line" in done.stderr, said(done)
    done = pytester_run("-p", "no:kfm_gates", f"--kfm-target={good}")
    assert done.returncode == 4, said(done)


def test_a_misspelt_flag_is_refused(pytester_run: Run) -> None:
    done = pytester_run("--kfm-gate", gates=False)
    assert done.returncode == 4 and "unrecognized arguments" in done.stderr, said(done)


def test_options_without_the_flag_are_refused(pytester_run: Run, good: Path) -> None:
    done = pytester_run(f"--kfm-target={good}", gates=False)
    assert done.returncode == 4 and "add it" in done.stderr, said(done)


def test_configuration_is_not_taken_from_the_evidence(
    pytester_run: Run, denied: Path, tmp_path: Path
) -> None:
    (tmp_path / "pytest.ini").unlink()
    (denied / "pytest.ini").write_text("[pytest]\n")
    done = pytester_run("--kfm-target", denied)
    assert done.returncode == 4 and "from inside the evidence" in done.stderr, said(done)
    assert pytester_run(f"--kfm-target={denied}").returncode == 1


def test_without_gates_there_is_no_permit(pytester_run: Run) -> None:
    done = pytester_run("project", gates=False)
    assert done.returncode == 1, said(done)
    assert "kfm_permit: no gates were judged; run pytest with --kfm-gates" in done.stdout
    assert "1 passed, 1 error" in done.stdout


def test_a_failing_test_after_a_pass_is_red(pytester_run: Run, good: Path, tmp_path: Path) -> None:
    (tmp_path / "project" / "test_red.py").write_text("def test_red():\n    assert False\n")
    done = pytester_run(f"--kfm-target={good}", "project/test_red.py")
    assert done.returncode == 1, said(done)


def test_properties_in_junit(pytester_run: Run, denied: Path, tmp_path: Path) -> None:
    pytester_run(f"--kfm-target={denied}", "--junitxml=junit.xml")
    cases = ElementTree.parse(tmp_path / "junit.xml").getroot().iter("testcase")
    found = [{p.get("name"): p.get("value") for p in case.iter("property")} for case in cases]
    assert len(found) == 6
    assert found[0]["kfm.check"] == "acme.label" and found[0]["kfm.status"] == "DENY"
    assert found[0]["kfm.gate"] == "naming" and found[0]["kfm.label"] == "A"
    assert str(found[0]["kfm.subject"]).startswith("kansas-counties/")


def test_the_order_is_that_of_the_docket(pytester_run: Run, good: Path, tmp_path: Path) -> None:
    orders = set()
    for seed in ("1", "2"):
        done = pytester_run(
            "-v", "-p", "randomly", f"--kfm-target={good}", "project", env={"PYTHONHASHSEED": seed}
        )
        lines = [
            line.split()[0] for line in done.stdout.splitlines() if "acme." in line and " PASSED " in line
        ]
        assert len(lines) == 6, said(done)
        orders.add(tuple(lines))
    assert len(orders) == 1


def test_the_verdict_is_said_when_nothing_else_is(pytester_run: Run, good: Path, denied: Path) -> None:
    done = pytester_run(f"--kfm-target={denied}", "-q", "-q", "--tb=no", "--no-header")
    assert last(done).startswith("kfm-gates: DENY: "), said(done)
    done = pytester_run(f"--kfm-target={denied}", "-p", "no:terminal")
    assert done.returncode == 1
    assert done.stderr.startswith("kfm-gates: DENY: "), said(done)


def test_a_deleted_manifest_is_still_shown_at_its_place(pytester_run: Run, denied: Path) -> None:
    manifest = sorted((denied / "release" / "manifests" / "kansas-counties").iterdir())[0]
    manifest.unlink()
    done = pytester_run("-v", f"--kfm-target={denied}")
    assert done.returncode != 0
    assert f"evidence/release/manifests/kansas-counties/{manifest.name}::naming::acme.label" in done.stdout


def test_evidence_outside_the_root_folder_has_node_ids_of_its_own(pytester_run: Run, good: Path) -> None:
    done = pytester_run("-rA", f"--kfm-target={good}")
    lines = {line for line in done.stdout.splitlines() if line.startswith("PASSED ")}
    assert len(lines) == 6, said(done)
    assert all("release/manifests/kansas-counties/" in line for line in lines)


def test_the_idle_plugin_imports_nothing_of_the_package(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "import sys\ndef test_a():\n"
        "    print(*(name for name in sys.modules if name.startswith(('kfm_gates', 'pydantic', 'rich'))))\n"
    )
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-s",
        "-q",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "test_a.py",
    ]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].split() == [
        "kfm_gates",
        "kfm_gates.front",
        "kfm_gates.front.pytest_plugin",
    ]
