"""A plan at admission: read before the leases, which it names, and held once they are taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kfm_gates.errors import PermitMismatch, PermitStale, UsageError
from kfm_gates.judge.request import Request
from kfm_gates.permit.admitted import Grant

if TYPE_CHECKING:
    from kfm_gates.permit.plan_apply import HeldPlan

WITHOUT_PLAN = ("rollback", "retire", "rerun")
"""Operations at which a plan can't hold: they are for what has moved since."""


@dataclass(frozen=True)
class Planned:
    """A plan that was read: nothing is known yet but that it is one, and what it writes to."""

    file: Path
    digest: str
    targets: tuple[str, ...]

    @classmethod
    def read(cls, file: Path, request: Request, named: tuple[str, ...]) -> Planned:
        """Read the plan; raises PlanRefused for one that was edited, UsageError beside `--target`."""
        from kfm_gates.planning.documents import read_plan

        if request.operation in WITHOUT_PLAN:
            raise UsageError(
                f"a plan is for build and cutover; a {request.operation} must not wait for one: leave out --plan"
            )
        if named:
            raise UsageError("a plan names its targets itself; leave out --target")
        path = Path(request.folder) / file
        plan = read_plan(path)
        return cls(path, plan.plan_digest, tuple(sorted(target.name for target in plan.targets)))

    def hold(self, request: Request) -> HeldPlan:
        """The plan as it holds now, with what to ask the judge; call this when the leases are taken."""
        from kfm_gates.permit.plan_apply import hold_plan

        held = hold_plan(self.file, request, request.operation or "build")
        if held.digest != self.digest or held.targets != self.targets:
            raise PermitStale(f"{self.file}: became another plan while its leases were taken; run it again")
        return replace(held, request=replace(held.request, plan=str(self.file)))


def refuse_other_plan(grant: Grant, held: HeldPlan | None) -> None:
    """Raise unless the permit is bound to this very plan, or to none when there is none."""
    bound, wanted = grant.permit.plan.digest if grant.permit.plan else None, held.digest if held else None
    if bound != wanted:
        raise PermitMismatch(
            f"the permit is for {_plan(bound)}, not for {_plan(wanted)}; give the plan that it was issued for, "
            "or run the gates again"
        )
    if held is not None:
        held.refuse_other(grant.decision, grant.permit.decision_digest)


def _plan(digest: str | None) -> str:
    return "no plan" if digest is None else f"the plan {digest}"
