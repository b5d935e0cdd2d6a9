"""One named way around the gates: what an attacker wants by it, what must happen, and how it is tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.bypass.arena import Arena
from tests.support.running import Ran

Try = Callable[[Arena], Ran | None]


@dataclass(frozen=True)
class Scenario:
    """A way in. `trying` returns how the attacked program ended; None when an exception was the answer."""

    name: str
    door: str
    wants: str
    must: str
    says: str
    """A regular expression for what is said: a refusal for another reason would prove nothing."""
    trying: Try
    marks: tuple[str, ...] = ()
    """`stores` for one that needs another user, which there is not in a namespace."""


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    door: str, *, wants: str, must: str, says: str, marks: tuple[str, ...] = ()
) -> Callable[[Try], Try]:
    """Enter a function as a scenario; its name in plain words is the scenario's."""

    def enter(trying: Try) -> Try:
        name = f"{door}: {trying.__name__.replace('_', ' ')}"
        if name in SCENARIOS:
            raise ValueError(f"{name} is there twice")
        SCENARIOS[name] = Scenario(name, door, wants, must, says, trying, marks)
        return trying

    return enter
