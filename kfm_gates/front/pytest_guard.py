"""The session's guard: gates come first and in order, and the exit status is never green without all of them.

pytest has many ways to end well without having run everything (-k, -m, --deselect, --lf, skips, hooks of
other plugins). Here only one thing counts: a verdict that opened, and each docket entry shown as passed.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from kfm_gates.front.pytest_items import CHECK, STATUS, SUBJECT, CheckItem, gate_items, markers
from kfm_gates.front.pytest_permit import withdraw
from kfm_gates.front.pytest_run import GateRun
from kfm_gates.model.finding import Status
from kfm_gates.reports.text import conclusion, counts, overview, permit_line

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

_COLOURS = {
    "pass": {"green": True},
    "waived": {"yellow": True},
    "abstain": {"purple": True},
    "deny": {"red": True, "bold": True},
    "error": {"red": True, "bold": True},
    "title": {"bold": True},
}


def register(run: GateRun, manager: pytest.PytestPluginManager) -> None:
    """Register what shows the gates and, except in a worker, what guards the exit status."""
    manager.register(Display(run), "kfm_gates_display")
    if not run.worker:
        manager.register(Guard(run), "kfm_gates_guard")


class Display:
    """Puts the gates before the tests. Registered in the controller and in xdist's workers."""

    def __init__(self, run: GateRun) -> None:
        self.run = run

    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the markers, and leave only what may be collected."""
        if self.run.worker and not hasattr(config, "workerinput"):
            raise pytest.UsageError(
                "kfm-gates: this process is no xdist worker, so it can't take over a verdict"
            )
        names = {
            name for subject in self.run.result.subjects for gate in subject.gates for name in markers(gate)
        }
        for name in sorted(names):
            config.addinivalue_line("markers", f"{name}: shows what the judge process decided")
        config.args = [self.run.nowhere] if self.run.only_gates else list(self.run.paths)
        if self.run.only_gates:
            config.option.pyargs = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, items: list[pytest.Item]
    ) -> Generator[None]:
        """Add the gates before others select and shuffle, and put them back in order afterwards."""
        items[:0] = gate_items(self.run, session)
        order = {id(item): position for position, item in enumerate(items)}
        result = yield
        items.sort(key=lambda item: order[id(item)] if isinstance(item, CheckItem) else len(order))
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Show a docket entry: there is nothing to set up, and no mark or hook that could skip or excuse it."""
        if not isinstance(item, CheckItem):
            return None
        say = item.ihook
        say.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in item.reports():
            say.pytest_runtest_logreport(report=report)
        say.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True


class Guard:
    """Decides over the exit status. Registered in the controller only, after every initial conftest.py."""

    def __init__(self, run: GateRun) -> None:
        self.run = run
        self.planned = {(subject.id, check.id) for subject in run.result.subjects for check in subject.checks}
        self.passed: set[tuple[str, str]] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(
        self, report: pytest.CollectReport | pytest.TestReport
    ) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
        """A waived entry passes, but is called waived and counted apart."""
        about = dict(getattr(report, "user_properties", ()))
        if report.when == "call" and report.passed and about.get(STATUS) == Status.WAIVED.name:
            return "waived", "w", ("WAIVED", {"yellow": True})
        return None

    def pytest_report_header(self) -> list[str]:
        """What was judged, before the first item."""
        result = self.run.result
        asked = f"{result.profile} for {result.operation}, as of {result.evaluated_at}"
        return [
            f"kfm-gates: {asked}, {len(self.planned)} checks on {len(result.subjects)} subjects",
            f"kfm-gates: policy pack {result.policy_pack}",
        ]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of each docket entry that was shown as passed."""
        about = {str(name): value for name, value in report.user_properties}
        if report.when == "call" and report.outcome == "passed" and not hasattr(report, "wasxfail"):
            self.passed.add((str(about.get(SUBJECT)), str(about.get(CHECK))))

    @property
    def whole(self) -> bool:
        """Whether the verdict opened and every docket entry was shown as passed."""
        return self.run.opened and bool(self.planned) and self.planned <= self.passed

    def status(self, status: int) -> int:
        """The exit status to end with: as it is, but never green unless it is the whole pass."""
        if self.whole:
            return status
        judged = self.run.result.status
        if judged is Status.ERROR and status in (0, 1, 5):
            return int(pytest.ExitCode.INTERNAL_ERROR)
        return int(pytest.ExitCode.TESTS_FAILED) if status in (0, 5) else status

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """Force the status after all other hooks, and say the last word."""
        try:
            return (yield)
        finally:
            session.exitstatus = self.status(int(session.exitstatus))
            if session.exitstatus != 0:
                withdraw(self.run)
            self._say_last(session.config, session.exitstatus == 0)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_cmdline_main(self) -> Generator[None, Any, int | pytest.ExitCode | None]:
        """Force the status once more around everything, also around modes that run no session."""
        try:
            status = yield
        except BaseException:
            withdraw(self.run)
            raise
        forced = self.status(int(status or 0))
        if forced != 0:
            withdraw(self.run)
        return status if forced == status else forced

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """One line per gate, then verdict, decision and permit."""
        terminalreporter.section("kfm gates", bold=True)
        for lines in (overview(self.run.result), conclusion(self.run.result)):
            for line in lines:
                for text, role in line:
                    terminalreporter.write(text, **_COLOURS.get(role, {}))
                terminalreporter.write("\n")

    def _say_last(self, config: pytest.Config, clean: bool) -> None:
        reporter = config.pluginmanager.getplugin("terminalreporter")
        line = f"kfm-gates: {self._conclusion(clean)}"
        if reporter is not None:
            green = self.whole and clean
            reporter.write_line(line, **({"green": True} if green else {"red": True, "bold": True}))
        else:
            print(line, file=sys.stderr, flush=True)

    def _conclusion(self, clean: bool) -> str:
        result = self.run.result
        if result.status is None or not self.run.opened:
            ended = [check for subject in result.subjects for check in subject.checks]
            return (
                f"{result.status.name if result.status is not None else 'ERROR'}: {counts(ended)}; no permit"
            )
        missing = len(self.planned - self.passed)
        if missing:
            return f"the gates opened, but {missing} of {len(self.planned)} checks were not shown as passed"
        waived = sum(len(subject.waived) for subject in result.subjects)
        about = f" ({waived} under a waiver)" if waived else ""
        passed = f"{result.status.name}: all {len(self.planned)} checks passed{about}"
        if not clean:
            return f"{passed}, but the session did not; its permit was withdrawn"
        return f"{passed}; permit: {permit_line(result)[0]}"
