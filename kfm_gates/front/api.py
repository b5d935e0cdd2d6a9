"""The Python API: judge evidence, and get a permit or an exception.

    from kfm_gates import evaluate

    permit = evaluate("fixtures/kansas-counties").require()

The judge process judges; this only carries what it said.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from kfm_gates.errors import EvidenceError, GateDenied
from kfm_gates.judge.launch import Progress, Verdict, judge_in_process
from kfm_gates.judge.request import Request
from kfm_gates.model.finding import Finding, Json, Status
from kfm_gates.reports.result import Result, SubjectResult

if TYPE_CHECKING:
    from kfm_gates.model.permit import Permit


@dataclass(frozen=True, eq=False)
class GateDecision:
    """What the judge process decided. It has no truth value: ask for the permit with `require()`."""

    result: Result
    statement: Json
    """The in-toto Statement, as recorded in decision.json."""
    permit: Permit | None

    def __bool__(self) -> NoReturn:
        raise TypeError("a gate decision is neither true nor false; call .require(), or look at .status")

    @property
    def status(self) -> Status:
        """The worst status of all docket entries."""
        return Status.ERROR if self.result.status is None else self.result.status

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every reason for denial, root causes first."""
        return self.result.reasons

    @property
    def subjects(self) -> tuple[SubjectResult, ...]:
        """Each dataset version with its gates and checks."""
        return self.result.subjects

    def require(self) -> Permit:
        """The permit. Raises GateDenied with the findings when the gates did not open, or yield none."""
        if self.permit is None:
            raise GateDenied(why(self.result), self.findings)
        return self.permit


def evaluate(
    root: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    operation: str = "promote",
    profile: str | None = None,
    *,
    configuration: str | os.PathLike[str] | None = None,
    subjects: Iterable[str] = (),
    gates: Iterable[str] = (),
    checks: Iterable[str] = (),
    changed_since: str | None = None,
    evaluated_at: str | None = None,
    jobs: int = 1,
    record: str | os.PathLike[str] | None = None,
    expect_pack: str | None = None,
    timeout: float | None = None,
    python: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> GateDecision:
    """Judge the evidence below `root` (or of the manifests named) in a judge process of its own.

    `operation` must be that of the profile. `subjects` (`slug/version`), `gates`, `checks` and `changed_since`
    (a revision of the git repository around the root) narrow the run, which then yields no permit. `record` is
    a folder for decision.json, links.json, run.json and permit.json; without one nothing is left on disk.
    `evaluated_at` is an RFC 3339 time with `Z`; `timeout` is in seconds.
    `python` is the interpreter of the judge process, for a host such as Airflow or a notebook whose own
    interpreter has no kfm_gates or none of its engines.

    Raises UsageError for what is asked wrongly, EvidenceError when there is no subject, PermitInvalid when the
    policy pack is not the expected one, EngineError when the judge failed. A denial is no exception here:
    `require()` raises it.
    """
    with tempfile.TemporaryDirectory(prefix="kfm-gates-") as scratch:
        request = Request(
            folder=os.getcwd(),
            targets=paths(root),
            configuration=None if configuration is None else os.fspath(configuration),
            profile=profile,
            operation=operation,
            subjects=names(subjects),
            gates=names(gates),
            checks=names(checks),
            changed_since=changed_since,
            evaluated_at=evaluated_at,
            jobs=jobs,
            record=scratch if record is None else os.fspath(record),
            expect_pack=expect_pack,
        )
        interpreter = None if python is None else os.fspath(python)
        return _decision(judge_in_process(request, progress, timeout=timeout, python=interpreter))


def _decision(verdict: Verdict) -> GateDecision:
    result = Result.of(verdict)
    if result.status is None:
        raise EvidenceError(f"no dataset version was found below {result.root}, so nothing was judged")
    permit = None
    if verdict.permit_path is not None:
        from kfm_gates.permit.verify import read_permit

        permit = read_permit(Path(verdict.permit_path))
    return GateDecision(result, verdict.statement, permit)


def why(result: Result) -> str:
    """Why a result yields no permit, in a sentence."""
    if result.status is not None and result.status.opens:
        return f"the gates opened but there is no permit: {result.no_permit}"
    status = Status.ERROR if result.status is None else result.status
    blocking = [cause for subject in result.subjects for cause in subject.causes]
    if not blocking:
        return f"the gates did not open ({status.name})"
    check = blocking[0].check
    reason = check.reasons[0].message if check.reasons else ", ".join(check.because)
    more = f"; {len(blocking) - 1} more causes are in .findings and .subjects" if len(blocking) > 1 else ""
    return f"the gates did not open ({status.name}): {check.id}: {reason}{more}"


def paths(given: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> tuple[str, ...]:
    """One path or several, as texts."""
    several = (given,) if isinstance(given, str | os.PathLike) else given
    return tuple(os.fspath(each) for each in several)


def names(given: Iterable[str]) -> tuple[str, ...]:
    """One name or several."""
    return (given,) if isinstance(given, str) else tuple(given)
