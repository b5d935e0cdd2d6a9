"""Which engine judges the rules in Rego: `engine` and `[engines.conftest]` of kfm-gates.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kfm_gates.engines.conftest_binary import ConftestChoice, locate
from kfm_gates.errors import UsageError
from kfm_gates.judge.toml_table import did_you_mean, only_keys, take

REGORUS, CONFTEST, BOTH = ENGINES = ("regorus", "conftest", "both")
_DIGEST = re.compile(r"(?:sha256:)?[0-9a-f]{64}")


@dataclass(frozen=True)
class RegoChoice:
    """The engine by name, and which conftest is meant where conftest takes part."""

    name: str = REGORUS
    conftest: ConftestChoice = field(default_factory=ConftestChoice)

    @property
    def takes_conftest(self) -> bool:
        """Whether conftest judges, alone or beside regorus."""
        return self.name in (CONFTEST, BOTH)

    @property
    def described(self) -> str:
        """As decisions name it."""
        return "regorus and conftest" if self.name == BOTH else self.name

    def named(self, name: str | None) -> RegoChoice:
        """The same with the engine of this name, if one is given; raises UsageError for an unknown one."""
        return self if name is None else replace(self, name=_known(name, "engine"))


def read_choice(table: Mapping[str, Any], folder: Path, where: str) -> RegoChoice:
    """The choice that a configuration makes; a path is relative to its folder."""
    name = _known(take(table, "engine", str, where, REGORUS), f"{where}: engine")
    engines = take(table, "engines", dict, where, {})
    only_keys(engines, (CONFTEST,), f"{where}: engines")
    at = f"{where}: engines.{CONFTEST}"
    about = take(engines, CONFTEST, dict, f"{where}: engines", {})
    only_keys(about, ("path", "sha256"), at)
    path, digest = take(about, "path", str, at, ""), take(about, "sha256", str, at, "")
    if digest and not _DIGEST.fullmatch(digest):
        raise UsageError(f"{at}: 'sha256' must be a digest of 64 hexadecimal digits, not {digest!r}")
    return RegoChoice(name, ConftestChoice(folder / path if path else None, digest or None))


def refuse_engine_inside(choice: ConftestChoice, root: Path) -> None:
    """Raise UsageError for a conftest that lies among what it would judge, or is linked from there.

    Asked before it is run for the first time: what lies in the evidence is never run.
    """
    found = locate(choice)
    for place in (found, found.parent.resolve() / found.name, found.resolve()):
        if place.is_relative_to(root):
            raise UsageError(
                f"{place}: an engine is never taken from inside the evidence root ({root}); "
                "install conftest elsewhere, and name it in kfm-gates.toml or on PATH"
            )


def _known(name: str, where: str) -> str:
    if name not in ENGINES:
        known = ", ".join(ENGINES)
        raise UsageError(f"{where}: unknown engine {name!r}{did_you_mean(name, ENGINES)}; known: {known}")
    return name
