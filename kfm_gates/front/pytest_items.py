"""Gates as pytest items: `manifest.json::catalog::catalog.stac`. They show the record; they never judge."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from os import PathLike
from typing import Any, Literal

import pytest

from kfm_gates.front.pytest_run import GateRun
from kfm_gates.model.finding import Status
from kfm_gates.reports.harmless import visible
from kfm_gates.reports.result import CheckResult, GateResult, SubjectResult
from kfm_gates.reports.text import SHOWN, because_line, plain, reason_lines, where
from kfm_gates.reports.waived import waiver_lines

SUBJECT, GATE, CHECK, STATUS = "kfm.subject", "kfm.gate", "kfm.check", "kfm.status"
"""Names of the properties by which a report says which docket entry it shows."""


class NotOpen(Exception):
    """The docket entry did not end with a status that opens."""


class GateFile(pytest.File):
    """One subject, at its manifest."""

    subject: SubjectResult
    root: str

    def collect(self) -> Iterator[GateNode]:
        """One node per gate that has checks."""
        for gate in self.subject.gates:
            if gate.checks:
                node: GateNode = GateNode.from_parent(self, name=gate.name)
                node.gate = gate
                for marker in markers(gate):
                    node.add_marker(marker)
                yield node


class GateNode(pytest.Collector):
    """One gate of a subject."""

    parent: GateFile
    gate: GateResult

    def collect(self) -> Iterator[CheckItem]:
        """One item per docket entry."""
        for check in self.gate.checks:
            item: CheckItem = CheckItem.from_parent(self, name=check.id)
            item.show(check, self.gate, self.parent)
            yield item


class CheckItem(pytest.Item):
    """One docket entry, with the status that the judge process gave it."""

    check: CheckResult
    gate: GateResult
    file: GateFile

    def show(self, check: CheckResult, gate: GateResult, file: GateFile) -> None:
        """Take the entry that is shown."""
        self.check, self.gate, self.file = check, gate, file
        self.user_properties += [
            (SUBJECT, file.subject.id),
            (GATE, gate.name),
            (CHECK, check.id),
            ("kfm.label", gate.label),
            (STATUS, check.status.name),
            ("kfm.digest", file.subject.digest),
        ]
        if check.waivers:
            self.user_properties.append(
                ("kfm.waivers", ", ".join(visible(each.id) for each in check.waivers))
            )

    def runtest(self) -> None:
        """Pass if the entry opened; for plugins that run items in a way of their own."""
        if not self.check.status.opens:
            raise NotOpen(self._failure())

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """One line per reason; anything but a denial is shown as the crash that it is."""
        if isinstance(excinfo.value, NotOpen):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reports(self) -> Iterator[pytest.TestReport]:
        """What pytest is told of the entry: how it ended, and that it is done."""
        failure = None if self.check.status.opens else self._failure()
        evidence = [("Captured kfm evidence call", "\n".join(self._evidence()))]
        yield self._report("call", failure, evidence)
        yield self._report("teardown", None, evidence)

    def _report(
        self, when: Literal["call", "teardown"], failure: str | None, sections: list[tuple[str, str]]
    ) -> pytest.TestReport:
        return pytest.TestReport(
            nodeid=self.nodeid,
            location=self.location,
            keywords={name: 1 for name in self.keywords},
            outcome="passed" if failure is None else "failed",
            longrepr=failure,
            when=when,
            sections=sections,
            duration=0.0,
            user_properties=self.user_properties,
        )

    def _failure(self) -> str:
        head = f"{self.check.status.name} {visible(self.check.id)}"
        if not self.check.reasons or self.check.status is Status.ERROR:
            return f"{head}: {because_line(self.check)}"
        reasons = self.check.reasons
        rows = [f"{head}: {where(each, self.file.root)}: {visible(each.message)}" for each in reasons[:SHOWN]]
        more = [f"{head}: … and {len(reasons) - SHOWN} more findings"] if len(reasons) > SHOWN else []
        return "\n".join([*rows, *more])

    def reportinfo(self) -> tuple[PathLike[str] | str, int | None, str]:
        """The manifest, and a headline that names gate, check and subject."""
        label = f"{self.gate.label} " if self.gate.label else ""
        return (
            self.path,
            0,
            visible(f"gate {label}{self.gate.name}: {self.check.id} [{self.file.subject.id}]"),
        )

    def _evidence(self) -> Iterator[str]:
        subject = self.file.subject
        yield f"subject {visible(subject.id)} {subject.digest}, {self.check.examined} examined"
        for waiver in self.check.waivers:
            yield from (f"WAIVED {visible(text)}" for text in waiver_lines(waiver))
        for reason in self.check.reasons[:SHOWN]:
            yield from (plain(line) for line in reason_lines(reason, self.file.root))


def gate_items(run: GateRun, session: pytest.Session) -> Iterator[CheckItem]:
    """Every docket entry as an item, in the order of the docket; reported as collected, file by file."""
    for subject in run.result.subjects:
        path = run.manifest(subject)
        # The name is part of the node id where evidence lies outside pytest's root folder.
        name = os.path.relpath(path, run.result.root)
        file: GateFile = GateFile.from_parent(session, path=path, name=name)
        file.subject, file.root = subject, run.result.root
        found = [item for gate in file.collect() for item in gate.collect()]
        report = pytest.CollectReport(file.nodeid, "passed", None, list(found))
        session.ihook.pytest_collectreport(report=report)
        yield from found


def markers(gate: GateResult) -> tuple[str, ...]:
    """The markers of a gate's items: `kfm_gate`, `kfm_gate_<name>` and `kfm_gate_<label>`."""
    names = [name for name in (gate.name, gate.label.lower()) if name]
    return ("kfm_gate", *(f"kfm_gate_{re.sub('[^a-zA-Z0-9]', '_', name)}" for name in names))
