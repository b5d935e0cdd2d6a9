"""Judging before pytest has imported anything of the project, and handing the verdict to xdist's workers.

Called from `pytest_load_initial_conftests`: no conftest.py and no test module has been imported yet, and
none will be when the gates did not open.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from kfm_gates.errors import KfmGatesError, UsageError
from kfm_gates.evidence.layout import Layout
from kfm_gates.front.progress import Progress
from kfm_gates.judge.configuration import load_configuration
from kfm_gates.judge.launch import Verdict, judge_in_process
from kfm_gates.judge.request import Request
from kfm_gates.reports.harmless import visible
from kfm_gates.reports.result import Result, SubjectResult

HANDED_OVER = "KFM_GATES_XDIST"
"""Environment variable by which xdist's workers find the verdict: `<controller's process id>:<file>`."""

_DECIDE_NOTHING = {
    "collectonly": "--collect-only",
    "help": "--help",
    "version": "--version",
    "markers": "--markers",
    "showfixtures": "--fixtures",
    "show_fixtures_per_test": "--fixtures-per-test",
    "setuponly": "--setup-only",
    "setupplan": "--setup-plan",
    "cacheshow": "--cache-show",
}


@dataclass(frozen=True)
class GateRun:
    """What was judged before the session, and what of the session is left to run."""

    verdict: Verdict
    result: Result
    layout: Layout
    paths: tuple[str, ...]
    """The tests that were asked for besides the gates."""
    nowhere: str
    """An empty folder: what pytest collects from when only gates run."""
    worker: bool

    @property
    def opened(self) -> bool:
        """Whether the gates opened."""
        status = self.result.status
        return self.verdict.exit_code == 0 and status is not None and status.opens

    @property
    def only_gates(self) -> bool:
        """Whether nothing of the project may be, or was asked to be, imported."""
        return not self.opened or not self.paths

    def manifest(self, subject: SubjectResult) -> Path:
        """Where the manifest of a subject lies, or would lie; the root when no path can be made of its name."""
        slug, _, version = subject.id.partition("/")
        try:
            path = self.layout.path("manifest", slug=slug, version=version)
        except UsageError:
            return Path(self.result.root)
        return Path(self.result.root) / (path if path.isprintable() else visible(path))


RUN = pytest.StashKey[GateRun]()


def begin(early: pytest.Config, parser: pytest.Parser, args: list[str]) -> GateRun:
    """Judge, or take over the verdict in a worker, and cut the session down to what may run."""
    asked = early.known_args_namespace
    try:
        handed = _handed_over()
        if handed is None:
            _refuse(early)
            verdict, nowhere = _judge(early), _scratch(early)
            _hand_over(early, verdict, nowhere)
        else:
            verdict, nowhere = handed
        run = _run(early, verdict, nowhere, handed is not None)
    except UsageError as error:
        raise pytest.UsageError(f"kfm-gates: {visible(str(error))}") from error
    except (KfmGatesError, OSError) as error:
        print(f"kfm-gates: {visible(str(error))}", file=sys.stderr, flush=True)
        raise SystemExit(3) from error
    except KeyboardInterrupt:
        print("kfm-gates: interrupted; nothing was decided", file=sys.stderr, flush=True)
        raise SystemExit(2) from None
    if run.only_gates:
        asked.noconftest = True
        args.insert(0, "--noconftest")
    if not run.opened:
        # Options of a conftest.py that is not imported now would end the session without a report.
        _, unknown = parser.parse_known_and_unknown_args(args, namespace=copy.copy(early.option))
        for word in unknown:
            if word in args:
                args.remove(word)
    early.stash[RUN] = run
    return run


def _refuse(early: pytest.Config) -> None:
    """Refuse what would end well without a verdict, and switching the gates on where it can be switched off."""
    for name, flag in _DECIDE_NOTHING.items():
        if getattr(early.known_args_namespace, name, False):
            raise UsageError(f"{flag} decides nothing, so it can't end well; leave out {flag} or --kfm-gates")
    given = [str(each) for each in early.invocation_params.args]
    if "--kfm-gates" not in given and not any(each.startswith("@") for each in given):
        raise UsageError(
            "--kfm-gates belongs on the command line; in a configuration file or PYTEST_ADDOPTS it could be "
            "removed unnoticed"
        )


def _judge(early: pytest.Config) -> Verdict:
    asked = early.known_args_namespace
    request = Request(
        folder=str(early.invocation_params.dir),
        targets=tuple(asked.kfm_target),
        configuration=asked.kfm_config,
        profile=asked.kfm_profile,
        record=asked.kfm_record,
        engine=asked.kfm_engine,
    )
    with Progress(sys.stderr) as progress:
        verdict = judge_in_process(request, progress)
    if verdict.statement is None:
        raise UsageError(f"no dataset version was found below {verdict.run['root']}; nothing was judged")
    return verdict


def _run(early: pytest.Config, verdict: Verdict, nowhere: str, worker: bool) -> GateRun:
    asked = early.known_args_namespace
    folder = Path(early.invocation_params.dir)
    file = folder / asked.kfm_config if asked.kfm_config else None
    result = Result.of(verdict)
    layout = load_configuration(file, folder, Path(result.root)).layout
    run = GateRun(verdict, result, layout, (), nowhere, worker)
    manifests = {run.manifest(subject) for subject in result.subjects}
    given = [str(each) for each in asked.file_or_dir]
    paths = tuple(each for each in given if (folder / each.partition("::")[0]).resolve() not in manifests)
    _refuse_configuration_inside(early, Path(result.root))
    return dataclasses.replace(run, paths=paths)


def _refuse_configuration_inside(early: pytest.Config, root: Path) -> None:
    """pytest looks for its configuration above everything that looks like a path, also an option's value."""
    if early.inipath is not None and early.inipath.resolve().is_relative_to(root):
        raise UsageError(
            f"pytest took its configuration from inside the evidence ({early.inipath}); write --kfm-target=PATH "
            "with an equals sign, or name the configuration with -c"
        )


def _scratch(early: pytest.Config) -> str:
    scratch = tempfile.TemporaryDirectory(prefix="kfm-gates-")
    early.add_cleanup(scratch.cleanup)
    nowhere = Path(scratch.name) / "nothing-else-is-collected"
    nowhere.mkdir()
    return str(nowhere)


def _hand_over(early: pytest.Config, verdict: Verdict, nowhere: str) -> None:
    asked = early.known_args_namespace
    if getattr(asked, "numprocesses", None) or getattr(asked, "tx", None):
        file = Path(nowhere).parent / "verdict.json"
        file.write_text(json.dumps([vars(verdict), nowhere]))
        os.environ[HANDED_OVER] = f"{os.getpid()}:{file}"
        early.add_cleanup(_forget)


def _forget() -> None:
    os.environ.pop(HANDED_OVER, None)


def _handed_over() -> tuple[Verdict, str] | None:
    """The controller's verdict, in a process that it started as a worker. The session confirms that it is one.

    A pytest that a worker's test starts inherits the variables, but has another parent: it judges itself.
    """
    controller, _, file = os.environ.get(HANDED_OVER, "").partition(":")
    if not os.environ.get("PYTEST_XDIST_WORKER") or controller != str(os.getppid()):
        return None
    try:
        verdict, nowhere = json.loads(Path(file).read_text())
        return Verdict(**verdict), nowhere
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            "what the controller should have handed over is no verdict; run pytest again"
        ) from error
