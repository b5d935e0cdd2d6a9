"""Every error that a user can meet. A message is one sentence: what is wrong, where, and the way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kfm_gates.model.finding import Finding


class KfmGatesError(Exception):
    """Base of all errors of this package; `exit_code` is what a command line ends with."""

    exit_code = 3


class UsageError(KfmGatesError):
    """A command line, configuration, profile or root that can't be used as asked."""

    exit_code = 2


class EvidenceError(KfmGatesError):
    """Evidence that can't be read as what it should be; `file` and `line` say where, when known."""

    exit_code = 1

    def __init__(self, message: str, *, file: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.file = file
        self.line = line


class EngineError(KfmGatesError):
    """An engine is missing, failed its known-answer tests, crashed, or ran out of its limits."""

    exit_code = 3


class GateDenied(KfmGatesError):
    """The gates did not open; `findings` are the reasons."""

    exit_code = 1

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class PermitInvalid(KfmGatesError):
    """A permit that must not be acted upon."""

    exit_code = 1


class PermitStale(PermitInvalid):
    """The evidence, policy, configuration or engines are no longer those that the permit names."""


class PermitExpired(PermitInvalid):
    """The permit's time is over, or has not begun."""


class PermitMismatch(PermitInvalid):
    """The permit is for another operation, subject or policy pack."""


class LeaseHeld(KfmGatesError):
    """Another run holds the lease of a target; try again when it has ended."""

    exit_code = 75


class RunUnsettled(GateDenied):
    """The last run of a target failed, and nobody recorded yet how it was repaired or rolled back."""


class CommandNotFound(KfmGatesError):
    """The command that was to run is not there, or can't be executed."""

    exit_code = 127
