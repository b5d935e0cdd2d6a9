"""Ways in which a pytest gate turns green undeserved: here none does, and none leaves a permit that can be used.

Each scenario runs on evidence that the gates deny, with the permit of an earlier, good run still lying in the
record. In LOST the process ends before this plugin's code, or after its last word: no plugin can change the exit
status of those. What counts then is that there is no permit that verifies; that is why builders ask for one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.running import program

Run = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class Scenario:
    """Words for the command line, and what is planted in the project."""

    words: tuple[str, ...] = ()
    conftest: str = ""
    """What the project's conftest.py holds besides its import note."""
    ini: str = "[pytest]\n"
    env: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    gates: bool = True
    target: str = "evidence"
    imports: bool = False
    """Whether something of the project runs before pytest has read the command line."""


SELECTION = {
    "02 the root is missing": Scenario(target="nowhere"),
    "02 the root is empty": Scenario(target="empty"),
    "03 -k": Scenario(("-k", "quality")),
    "03 -k with tests": Scenario(("-k", "plain", "project")),
    "04 -m": Scenario(("-m", "not kfm_gate_a")),
    "05 --deselect": Scenario(("--deselect", "evidence/release")),
    "06 only tests are named": Scenario(("project",)),
    "07 --ignore": Scenario(("--ignore=evidence", "project")),
    "07 --ignore-glob": Scenario(("--ignore-glob=*", "project")),
    "31 collect_ignore": Scenario(("project",), conftest="collect_ignore_glob = ['*']"),
    "08 PYTEST_ADDOPTS=-k": Scenario(env={"PYTEST_ADDOPTS": "-k plain"}),
    "53 PYTEST_ADDOPTS=--co": Scenario(env={"PYTEST_ADDOPTS": "--co"}),
    "47 --lf": Scenario(("-p", "cacheprovider", "--lf", "project")),
    "51 --sw": Scenario(("-p", "cacheprovider", "--sw", "project")),
    "57 --stepwise-skip": Scenario(("-p", "cacheprovider", "--sw", "--stepwise-skip", "project")),
    "70 --lf names a unit test only": Scenario(
        ("-p", "cacheprovider", "--lf", "project"),
        files={".pytest_cache/v/cache/lastfailed": '{"project/test_builder.py::test_plain": true}'},
    ),
    "34 --maxfail": Scenario(("--maxfail=1", "project")),
    "71 --maxfail in workers": Scenario(("-n", "2", "--maxfail=1", "project")),
}
MODES = {
    f"{number} {flag}": Scenario(("-p", "cacheprovider", flag))
    for number, flag in (
        ("10", "--co"), ("10", "--collect-only"), ("11", "--cache-show"), ("12", "--fixtures"),
        ("13", "--setup-plan"), ("13b", "--setup-only"), ("58", "--help"), ("58", "-h"), ("59", "--markers"),
        ("60", "--fixtures-per-test"), ("60", "--funcargs"),
    )
}  # fmt: skip
SWITCHED_OFF = {
    "14 -p no:kfm_gates": Scenario(("-p", "no:kfm_gates")),
    "15 no autoload": Scenario(env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
    "16 -p no: with the flag in a file": Scenario(
        ("-p", "no:kfm_gates"), ini="[pytest]\naddopts = --kfm-gates\n", gates=False
    ),
    "17 required_plugins": Scenario(
        ("-p", "no:kfm_gates"), ini="[pytest]\nrequired_plugins = kfm-gates\n", gates=False
    ),
    "18 switched on in a file": Scenario(ini="[pytest]\naddopts = --kfm-gates\n", gates=False),
    "46 a misspelt flag": Scenario(("--kfm-gate",), gates=False),
    "46 a misspelt option": Scenario(("--kfm-targets=evidence",)),
    "49 a flag of an absent plugin": Scenario(("--nobody-knows-this",)),
    "49 options without the flag": Scenario(("--kfm-record=elsewhere",), gates=False),
}
HOOKS = {
    "20 skip marks": """
        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.skip)
        """,
    "21 xfail marks": """
        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.xfail(strict=False))
        """,
    "22 a report is made a pass": """
        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_makereport(item, call):
            report = yield
            report.outcome = "passed"
            return report
        """,
    "23 sessionfinish sets 0": """
        def pytest_sessionfinish(session):
            session.exitstatus = 0
        """,
    "24 a wrapper of sessionfinish sets 0": """
        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_sessionfinish(session):
            yield
            session.exitstatus = 0
        """,
    "25 five becomes zero": """
        def pytest_sessionfinish(session, exitstatus):
            session.exitstatus = 0 if exitstatus == 5 else exitstatus
        """,
    "26 pytest.exit(0) at the end": """
        def pytest_sessionfinish(session):
            pytest.exit("bye", returncode=0)
        """,
    "29 pytest.exit(0) in a hook": """
        def pytest_collection_finish(session):
            pytest.exit("bye", returncode=0)
        """,
    "30 items are dropped": """
        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(items):
            items[:] = [item for item in items if "acme" not in item.nodeid]
        """,
    "54 runtest is replaced": """
        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(items):
            for item in items:
                item.runtest = lambda: None
        """,
    "55 the protocol is taken over": """
        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(item):
            return True
        """,
    "56 the loop is taken over": """
        @pytest.hookimpl(tryfirst=True)
        def pytest_runtestloop(session):
            return True
        """,
    "66 a late plugin wraps sessionfinish": """
        def pytest_sessionstart(session):
            class Late:
                @pytest.hookimpl(wrapper=True, tryfirst=True)
                def pytest_sessionfinish(self, session):
                    yield
                    session.exitstatus = 0
            session.config.pluginmanager.register(Late())
        """,
    "67 cmdline_main returns 0": """
        @pytest.hookimpl(tryfirst=True)
        def pytest_cmdline_main(config):
            return 0
        """,
    "82 the judge is patched": """
        import kfm_gates.judge.launch as launch, kfm_gates.judge.running as running
        launch.judge_in_process = running.judge = lambda *a, **k: None
        """,
    "83 the record is forged": """
        import pathlib
        record = pathlib.Path(".kfm-gates/record")
        record.mkdir(parents=True, exist_ok=True)
        (record / "permit.json").write_text('{"kfm_permit_version": "v1"}')
        """,
    "27 os._exit(0) in unconfigure": """
        import os
        def pytest_unconfigure():
            os._exit(0)
        """,
    "68 os._exit(0) in sessionfinish": """
        import os
        def pytest_sessionfinish():
            os._exit(0)
        """,
    "69 os._exit(0) at exit": """
        import atexit, os
        atexit.register(os._exit, 0)
        """,
    "28 os._exit(0) when conftest is imported": "import os\nos._exit(0)",
    "61 importorskip": "pytest.importorskip('nobody_has_this', exc_type=ImportError)",
    "32 a collection error": "raise RuntimeError('broken')",
}
IN_CONFTEST = {
    name: Scenario(("project",), conftest=textwrap.dedent(text).strip()) for name, text in HOOKS.items()
} | {
    "33 --continue-on-collection-errors": Scenario(
        ("--continue-on-collection-errors", "project"), files={"project/test_broken.py": "1/0\n"}
    ),
    "73 a hook in a worker only": Scenario(
        ("-n", "2", "project"),
        conftest="def pytest_sessionfinish(session):\n    session.exitstatus = 0",
    ),
    "36 workers": Scenario(("-n", "2", "project")),
    "38 a worker dies": Scenario(
        ("-n", "2", "project"), conftest="import os\nif 'PYTEST_XDIST_WORKER' in os.environ:\n    os.abort()"
    ),
    "39 no worker is started again": Scenario(
        ("-n", "2", "--max-worker-restart=0", "project"),
        conftest="import os\nif 'PYTEST_XDIST_WORKER' in os.environ:\n    os._exit(0)",
    ),
    "41 a time limit by signal": Scenario(("--timeout=60", "--timeout-method=signal", "project")),
    "42 a time limit by thread": Scenario(("--timeout=60", "--timeout-method=thread", "project")),
    "62 python -O": Scenario(("project",), env={"PYTHONOPTIMIZE": "2"}),
    "62 no rewriting": Scenario(("--assert=plain", "project")),
    "quiet": Scenario(("-q", "-q", "project")),
    "no terminal": Scenario(("-p", "no:terminal", "project")),
    "random order": Scenario(("-p", "randomly", "project")),
}
LOST = {
    "65 --version": Scenario(("--version",)),
    "80 a module of PYTEST_PLUGINS": Scenario(
        env={"PYTEST_PLUGINS": "leaver"}, files={"leaver.py": "import os\nos._exit(0)\n"}, imports=True
    ),
    "84 sitecustomize": Scenario(files={"sitecustomize.py": "import os\nos._exit(0)\n"}, imports=True),
    "19 -c without the file that switched it on": Scenario(("-c", "other.ini", "project"), gates=False,
                                                          files={"other.ini": "[pytest]\n"}),
    "-p of a module that leaves": Scenario(
        ("-p", "leaver"), files={"leaver.py": "import os\nos._exit(0)\n"}, imports=True
    ),
}  # fmt: skip
SCENARIOS = SELECTION | MODES | SWITCHED_OFF | IN_CONFTEST


@pytest.fixture(scope="session")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real permit of an earlier, good run of another profile's gates, kept by mistake."""
    folder = tmp_path_factory.mktemp("earlier")
    ran = program("check", Path(__file__).parents[2] / "fixtures" / "kansas-counties", cwd=folder)
    assert ran.code == 0 and ran.permit.is_file(), ran.said
    return ran.permit


@pytest.fixture
def attempt(pytester_run: Run, denied: Path, tmp_path: Path, earlier: Path) -> Callable[..., None]:
    """Run a scenario; it must be red unless it is lost, and nothing that verifies may lie in the record."""
    record = tmp_path / ".kfm-gates" / "record"

    def run(scenario: Scenario, lost: bool = False) -> None:
        record.mkdir(parents=True)
        shutil.copy(earlier, record / "permit.json")
        (tmp_path / "empty").mkdir()
        (tmp_path / "pytest.ini").write_text(scenario.ini)
        conftest = tmp_path / "project" / "conftest.py"
        conftest.write_text(f"{conftest.read_text()}import pytest\n{scenario.conftest}\n")
        for name, text in scenario.files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        path = {"PYTHONPATH": str(tmp_path)} if scenario.imports else {}
        asked = [f"--kfm-target={tmp_path / scenario.target}"] if scenario.gates else []
        done = pytester_run(*asked, *scenario.words, gates=scenario.gates, env={**scenario.env, **path})
        said = f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert lost or done.returncode != 0, said
        if (record / "permit.json").exists():
            words = ("permit", "verify", record / "permit.json", denied, "--operation", "promote")
            verified = program(*words, cwd=tmp_path)
            assert verified.code != 0, verified.said
        builders = {"conftest.py", "test_builder.py"} if scenario.gates else set[str]()
        noted = tmp_path / "imported"
        imported = {Path(line).name for line in noted.read_text().splitlines()} if noted.exists() else set()
        assert not imported & builders, said

    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_it_is_red_and_no_permit_can_be_used(name: str, attempt: Callable[..., None]) -> None:
    attempt(SCENARIOS[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", LOST)
def test_where_no_plugin_has_a_say_no_permit_can_be_used(name: str, attempt: Callable[..., None]) -> None:
    attempt(LOST[name], lost=True)


AFTER_A_PASS = {
    name: text
    for name, text in HOOKS.items()
    if name[:2] not in ("27", "28", "68", "69", "61", "32", "82", "83", "54", "67", "21", "29", "25")
}


@pytest.mark.slow
@pytest.mark.parametrize("name", AFTER_A_PASS)
def test_after_a_pass_of_the_gates_the_rest_of_the_session_must_be_whole(
    name: str, pytester_run: Run, good: Path, tmp_path: Path
) -> None:
    """The evidence is good here, so that conftest.py is imported; then its hooks do what they can."""
    conftest = tmp_path / "project" / "conftest.py"
    conftest.write_text(f"import pytest\n{textwrap.dedent(HOOKS[name])}")
    (tmp_path / "project" / "test_red.py").write_text("def test_red():\n    assert False\n")
    done = pytester_run(f"--kfm-target={good}", "project")
    said = f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    if "all 6 checks passed; permit" in done.stdout:
        # The hooks made a failing unit test pass: that is the project's own affair, the gates were whole.
        assert done.returncode == 0, said
        return
    # A hook may still hide a failing unit test of its own project; but no gate, and not from the permit.
    assert done.returncode != 0 or "all 6 checks passed, but the session did not" in done.stdout, said
    assert not (tmp_path / ".kfm-gates" / "record" / "permit.json").exists(), said


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_killed_while_the_gates_are_judged_there_is_no_permit(
    signal: str, good: Path, tmp_path: Path
) -> None:
    import signal as signals
    import time

    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "--kfm-gates", f"--kfm-target={good}"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST")},
    )
    time.sleep(0.5)
    process.send_signal(getattr(signals, signal))
    assert process.wait(60) != 0
    time.sleep(0.2)
    assert not (tmp_path / ".kfm-gates" / "record" / "permit.json").exists()


def test_a_failing_test_takes_the_permit_away(pytester_run: Run, good: Path, tmp_path: Path) -> None:
    (tmp_path / "project" / "test_red.py").write_text("def test_red():\n    assert False\n")
    done = pytester_run(f"--kfm-target={good}", "project")
    assert done.returncode == 1
    assert "but the session did not; its permit was withdrawn" in done.stdout
    assert not (tmp_path / ".kfm-gates" / "record" / "permit.json").exists()


def test_a_builder_runs_with_a_permit_for_its_operation_only(
    pytester_run: Run, good: Path, tmp_path: Path
) -> None:
    built = tmp_path / "built"
    (tmp_path / "project" / "test_builders.py").write_text(
        "import pathlib, pytest\n"
        "def build(name):\n"
        f"    with open({str(built)!r}, 'a') as file:\n        file.write(name + ' ')\n"
        "@pytest.fixture\n"
        "def opened(request):\n    build('fixture-of-' + request.node.name)\n"
        "@pytest.mark.kfm_builder('promote')\n"
        "def test_promote():\n    build('promote')\n"
        "@pytest.mark.kfm_builder('build')\n"
        "def test_build(opened):\n    build('build')\n"
        "@pytest.mark.kfm_builder\n"
        "def test_unnamed(opened):\n    build('unnamed')\n"
    )
    done = pytester_run(f"--kfm-target={good}", "--strict-markers", "project")
    assert done.returncode == 1 and built.read_text() == "promote ", done.stdout
    assert "is for 'promote', not for 'build'" in done.stdout and "name one operation" in done.stdout
    built.unlink()
    done = pytester_run("--strict-markers", "project/test_builders.py", gates=False)
    assert done.returncode == 1 and not built.exists(), done.stdout
    assert "run pytest with --kfm-gates" in done.stdout


def test_a_patched_package_changes_neither_verdict_nor_record(
    pytester_run: Run, denied: Path, tmp_path: Path
) -> None:
    """A plugin patches this package inside the pytest process, before the gates are judged."""
    (tmp_path / "patching.py").write_text(
        textwrap.dedent(
            """
            import kfm_gates.checks.api as api, kfm_gates.judge.running as running, kfm_gates.judge.session as session
            import kfm_gates.permit.issue as issue, kfm_gates.judge.decision as decision
            from kfm_gates.model.finding import Status
            api.concluded = lambda check, examined, findings: api.Outcome(Status.PASS, 1)
            decision.worst = lambda statuses: Status.PASS
            running.judge = session.judge_one = lambda *a, **k: None
            """
        )
    )
    done = pytester_run(
        f"--kfm-target={denied}", "-p", "patching", "project", env={"PYTHONPATH": str(tmp_path)}
    )
    assert done.returncode == 1, done.stdout + done.stderr
    record = tmp_path / ".kfm-gates" / "record"
    assert '"status":"DENY"' in (record / "decision.json").read_text()
    assert not (record / "permit.json").exists()
