"""What a builder is given inside `guard`: the permit, the judged files, the decision, and a place for the receipt."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO, final

if TYPE_CHECKING:
    from kfm_gates.front.parts import Parts
    from kfm_gates.model.finding import Json
    from kfm_gates.permit.inputs import Inputs
    from kfm_gates.permit.verified_permit import VerifiedPermit


@final
class GuardedRun:
    """A run that was admitted and has begun; `guard` gives one."""

    def __init__(self, permit: VerifiedPermit, decision: Json, parts: Parts) -> None:
        self.permit = permit
        """What a function with `@requires_permit` takes."""
        self.decision = decision
        """The gate decision: the in-toto Statement, as recorded in decision.json."""
        self.parts = parts
        """Permits for parts of the run, for workers."""

    @property
    def id(self) -> str:
        """The id of the run."""
        return self.permit.run

    @property
    def targets(self) -> tuple[str, ...]:
        """What the run may write to; it holds a lease on each."""
        return self.permit.targets

    @property
    def subjects(self) -> tuple[str, ...]:
        """The ids of the subjects (`slug/version`), sorted."""
        return self.permit.subjects

    @property
    def inputs(self) -> Inputs:
        """The judged files."""
        return self.permit.inputs

    def open(self, path: str | os.PathLike[str]) -> BinaryIO:
        """A file of the judged bytes; raises PermitMismatch or PermitStale for anything else."""
        return self.permit.open(path)

    def record_receipt(self, receipt: Json) -> None:
        """Keep the receipt of what was done (a JSON object); without one the run counts as failed."""
        self.permit.record_receipt(receipt)
