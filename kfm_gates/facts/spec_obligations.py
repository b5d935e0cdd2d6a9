"""The obligations that the spec puts on a version, one fact per obligation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kfm_gates.facts.container import provides
from kfm_gates.facts.named import name_fact
from kfm_gates.model.finding import Place
from kfm_gates.model.obligation import PARAMETERS
from kfm_gates.model.spec import Spec


@dataclass(frozen=True)
class SpecObligation:
    """One obligation and where the spec lists it; its parameters fit its type."""

    place: Place
    type: str
    parameters: dict[str, Any]

    @property
    def typed(self) -> Any:
        """The parameters as the model of this type."""
        return PARAMETERS[self.type].model_validate(self.parameters)


@provides
def spec_obligations(spec: Spec) -> tuple[SpecObligation, ...]:
    """The spec's obligations, in its order."""
    return tuple(
        SpecObligation(spec.at(f"/policy/obligations/{index}"), each.type, each.parameters)
        for index, each in enumerate(spec.policy.obligations)
    )


name_fact("obligations", SpecObligation, many=True)
