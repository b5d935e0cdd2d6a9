"""Promotion and backfill gates for governed geospatial data: a permit, or a reason why not."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from kfm_gates.errors import (
        EngineError,
        EvidenceError,
        GateDenied,
        KfmGatesError,
        LeaseHeld,
        PermitExpired,
        PermitInvalid,
        PermitMismatch,
        PermitStale,
        RunUnsettled,
        UsageError,
    )
    from kfm_gates.front.api import GateDecision, evaluate
    from kfm_gates.front.environment import permit_from_environment
    from kfm_gates.front.guard import Guard, guard
    from kfm_gates.front.guarded_run import GuardedRun
    from kfm_gates.front.parts import Parts, work_on
    from kfm_gates.front.requires_permit import requires_permit
    from kfm_gates.model.finding import Finding, Place, Status
    from kfm_gates.model.permit import Permit
    from kfm_gates.permit.inputs import Inputs
    from kfm_gates.permit.verified_permit import VerifiedPermit

__all__ = [
    "EngineError",
    "EvidenceError",
    "Finding",
    "GateDecision",
    "GateDenied",
    "Guard",
    "GuardedRun",
    "Inputs",
    "KfmGatesError",
    "LeaseHeld",
    "Parts",
    "Permit",
    "PermitExpired",
    "PermitInvalid",
    "PermitMismatch",
    "PermitStale",
    "Place",
    "RunUnsettled",
    "Status",
    "UsageError",
    "VerifiedPermit",
    "evaluate",
    "guard",
    "permit_from_environment",
    "requires_permit",
    "work_on",
]

_HOMES = {
    "GateDecision": "kfm_gates.front.api",
    "evaluate": "kfm_gates.front.api",
    "Guard": "kfm_gates.front.guard",
    "GuardedRun": "kfm_gates.front.guarded_run",
    "guard": "kfm_gates.front.guard",
    "permit_from_environment": "kfm_gates.front.environment",
    "requires_permit": "kfm_gates.front.requires_permit",
    "Parts": "kfm_gates.front.parts",
    "work_on": "kfm_gates.front.parts",
    "Finding": "kfm_gates.model.finding",
    "Place": "kfm_gates.model.finding",
    "Status": "kfm_gates.model.finding",
    "Permit": "kfm_gates.model.permit",
    "Inputs": "kfm_gates.permit.inputs",
    "VerifiedPermit": "kfm_gates.permit.verified_permit",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562): importing the package stays free."""
    if name not in __all__:
        raise AttributeError(f"module 'kfm_gates' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(_HOMES.get(name, "kfm_gates.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
