"""The register of principals: who may act in which role, where the policy keeps one (table `principals`).

Rules get it with their input and not among the data, so that the known-answer samples are judged without it: who
acts in them is in nobody's register.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kfm_gates.errors import UsageError
from kfm_gates.facts.container import provides
from kfm_gates.facts.given import Tables
from kfm_gates.facts.named import name_fact
from kfm_gates.model.finding import Json

TABLE = "principals"


@dataclass(frozen=True)
class Register:
    """Each registered principal with the roles in which it may act; empty when no register is kept."""

    principals: Mapping[str, tuple[str, ...]]


@provides(shared=True)
def register(tables: Tables) -> Register:
    """The table as the policy has it. Raises UsageError for one of another form."""
    table: Json = tables.values.get(TABLE, {})
    if not isinstance(table, dict):
        raise UsageError(f"the table `{TABLE}` must be an object: each principal with a list of its roles")
    for name, roles in table.items():
        if not name.strip() or not isinstance(roles, list) or not roles:
            raise UsageError(f"the table `{TABLE}` must have a list of roles for {name!r}")
        if not all(isinstance(role, str) and role for role in roles):
            raise UsageError(f"the table `{TABLE}` has a role of {name!r} that is no text")
    return Register({name: tuple(roles) for name, roles in table.items()})


name_fact("register", Register, many=False)
