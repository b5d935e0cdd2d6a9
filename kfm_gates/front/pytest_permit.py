"""The permit of a pytest session, for builders under test."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import pytest

from kfm_gates.errors import PermitInvalid
from kfm_gates.front.pytest_run import RUN, GateRun
from kfm_gates.model.permit import Permit
from kfm_gates.model.text import instant
from kfm_gates.permit.verify import read_permit


@dataclass(frozen=True)
class IssuedPermit:
    """A permit file and what it says."""

    path: Path
    permit: Permit


def issued(config: pytest.Config) -> IssuedPermit:
    """The permit that the judge process issued for this session; fails the test without one."""
    run = config.stash.get(RUN, None)
    if run is None:
        pytest.fail("kfm_permit: no gates were judged; run pytest with --kfm-gates", pytrace=False)
    if run.verdict.permit_path is None:
        pytest.fail(f"kfm_permit: there is no permit: {run.result.no_permit}", pytrace=False)
    path = Path(run.verdict.permit_path)
    try:
        permit = read_permit(path)
    except PermitInvalid as error:
        pytest.fail(f"kfm_permit: {error}", pytrace=False)
    if reason := _other(permit, run):
        pytest.fail(f"kfm_permit: {path} {reason}", pytrace=False)
    return IssuedPermit(path, permit)


def hold_back(config: pytest.Config, marker: pytest.Mark) -> None:
    """Fail the test of a builder unless this session has a permit for the operation that the marker names."""
    operations = [each for each in marker.args if isinstance(each, str)]
    if len(operations) != 1 or len(marker.args) != 1 or marker.kwargs:
        pytest.fail('kfm_builder: name one operation: @pytest.mark.kfm_builder("build")', pytrace=False)
    operation = issued(config).permit.operation
    if operation != operations[0]:
        pytest.fail(
            f"kfm_builder: the permit of this session is for {operation!r}, not for {operations[0]!r}; "
            "judge a profile that is for that operation",
            pytrace=False,
        )


def withdraw(run: GateRun) -> None:
    """Take the session's permit away again, as far as it is still the one that was issued for it."""
    if run.verdict.permit_path is None:
        return
    path = Path(run.verdict.permit_path)
    try:
        if read_permit(path).decision_digest == run.verdict.decision_digest:
            path.unlink()
    except (PermitInvalid, OSError):
        return  # it is gone, or no permit: nothing is left that could be used


def _other(permit: Permit, run: GateRun) -> str | None:
    """Why this is not the permit that this session's gates yielded, if it is not."""
    if permit.decision_digest != run.verdict.decision_digest:
        return "is not of the decision that this session's gates came to"
    if datetime.datetime.now(datetime.UTC) >= instant(permit.expires_at):
        return f"expired at {permit.expires_at}; run the session again"
    return None
