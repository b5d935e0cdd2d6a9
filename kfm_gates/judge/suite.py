"""A suite: profile, checks, settings and engines put together, ready to judge subjects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from kfm_gates.checks.api import Check
from kfm_gates.checks.pack import HOUSE, FolderPack, open_packs, tables
from kfm_gates.checks.registry import find_checks
from kfm_gates.checks.rego_check import RegoCheck
from kfm_gates.checks.settings import configured
from kfm_gates.checks.shacl_check import ShaclCheck
from kfm_gates.errors import UsageError
from kfm_gates.facts.applicability import APPLICABILITY
from kfm_gates.facts.given import ShapeChecks, Tables
from kfm_gates.judge import pins
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.profile import BUILT_IN, Profile, load_profile
from kfm_gates.judge.toml_table import did_you_mean


@dataclass(frozen=True)
class Suite:
    """What judges: made once per run, the same for every subject."""

    configuration: Configuration
    profile: Profile
    checks: Mapping[str, Check]
    packs: tuple[FolderPack, ...]
    tables: Tables = field(default_factory=lambda: Tables({}))

    @property
    def shapes(self) -> ShapeChecks:
        """The SHACL checks among the suite's checks."""
        found = {id: check for id, check in sorted(self.checks.items()) if isinstance(check, ShaclCheck)}
        return ShapeChecks({i: c.file for i, c in found.items()}, {i: c.evidence for i, c in found.items()})

    @property
    def rules(self) -> tuple[RegoCheck, ...]:
        """The Rego checks among the suite's checks."""
        return tuple(check for check in self.checks.values() if isinstance(check, RegoCheck))

    def policy_files(self) -> tuple[Path, ...]:
        """The profiles and packs that do not come with the package."""
        profiles = [Path(path) for path, _ in self.profile.sources if Path(path).parent != BUILT_IN.resolve()]
        return (*profiles, *(pack.root.resolve() for pack in self.packs))

    def described(self) -> list[dict[str, str]]:
        """Every check of the profile in its order: id, gate, title and description."""
        return [
            {"id": id, "gate": gate.name, "title": about.title, "description": about.description}
            for gate in self.profile.gates
            for group in gate.groups
            for id in group.checks
            for about in (self.checks[id].about,)
        ]

    def with_needs(self, checks: Iterable[str]) -> set[str]:
        """These checks, and all that they need before they can be judged."""
        found: set[str] = set()
        pending = list(checks)
        while pending:
            check = pending.pop()
            if check not in found:
                found.add(check)
                pending += self.checks[check].about.needs
        return found

    def settings(self, id: str, subject: str | None) -> dict[str, Any]:
        """The settings of a check for one subject (`slug/version`), or before any override for None."""
        about = self.checks[id].about
        values = configured(id, about.settings, {})
        tables = [table.get(id, {}) for table in self.profile.settings]
        tables += [
            override.settings.get(id, {})
            for override in self.profile.overrides
            if subject is not None and override.applies(subject)
        ]
        for changes in tables:
            values = configured(id, about.settings, changes, values)
        return values

    @cached_property
    def pack_digest(self) -> str:
        """The digest of the policy pack: everything that decides, the house's and that of packs."""
        return self.pack_digest_now()

    def pack_digest_now(self) -> str:
        """The same, of the files as they are at this moment."""
        return pins.pack_digest(self.packs)

    @cached_property
    def profile_digest(self) -> str:
        """The digest of the profile's files, those that it extends first."""
        return pins.profile_digest(self.profile)

    @cached_property
    def engines(self) -> dict[str, str]:
        """Name and version of everything that takes part in a verdict."""
        return pins.engines()


def assemble(configuration: Configuration, profile: str | None = None) -> Suite:
    """Load a profile with its checks and packs; every mistake in them is a UsageError before judging."""
    loaded = load_profile(profile or configuration.profile, configuration.folder)
    packs = open_packs(loaded.packs)
    checks = find_checks(loaded.check_ids(), packs)
    suite = Suite(
        configuration, loaded, checks, packs, Tables(tables((HOUSE, *(pack.root for pack in packs))))
    )
    for id, check in checks.items():
        suite.settings(id, None)
        for override in loaded.overrides:
            configured(id, check.about.settings, override.settings.get(id, {}), suite.settings(id, None))
        for need in check.about.needs:
            if need not in checks:
                raise UsageError(f"{id} needs {need!r}, which is not in the profile {loaded.name}")
    for entry in loaded.not_planned:
        if entry.unless not in APPLICABILITY:
            raise UsageError(
                f"profile {loaded.name}: unknown fact {entry.unless!r} in not_planned"
                f"{did_you_mean(entry.unless, APPLICABILITY)}; known: {', '.join(sorted(APPLICABILITY))}"
            )
    _refuse_cycles(checks)
    return suite


def _refuse_cycles(checks: Mapping[str, Check]) -> None:
    import graphlib

    try:
        graphlib.TopologicalSorter({id: check.about.needs for id, check in checks.items()}).prepare()
    except graphlib.CycleError as error:
        raise UsageError(f"checks need each other in a circle: {' → '.join(error.args[1])}") from error
