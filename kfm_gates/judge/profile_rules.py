"""What a profile must not say: a check twice or not at all, or settings for what is not judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kfm_gates.errors import UsageError
from kfm_gates.judge.toml_table import did_you_mean

if TYPE_CHECKING:
    from kfm_gates.judge.profile import NotPlanned, Profile


def refuse_to_plan_less(own: tuple[NotPlanned, ...], whole: Mapping[str, Profile], where: str) -> None:
    """Refuse entries that would take a check away from a profile that is a gate."""
    checks = {check: name for name, profile in whole.items() for check in profile.check_ids()}
    for check in (check for entry in own for check in entry.checks):
        if check in checks:
            raise UsageError(
                f"{where}: not_planned: {check} comes with gates.{checks[check]} and can't be taken away from it"
            )


def refuse_contradictions(profile: Profile, where: str) -> None:
    """Refuse what would judge a check twice, not at all, or settings for checks that are not judged."""
    checks = profile.check_ids()
    if not checks:
        raise UsageError(f"{where}: the profile has no checks")
    for check in checks:
        if checks.count(check) > 1:
            raise UsageError(f"{where}: {check} is listed twice; a check belongs to one gate")
    names = {gate.name for gate in profile.gates}
    for gate in profile.gates:
        for need in gate.needs:
            if need not in names:
                raise UsageError(
                    f"{where}: gates.{gate.name} needs the unknown gate {need!r}{did_you_mean(need, names)}"
                )
    mentioned = [name for table in profile.settings for name in table]
    mentioned += [name for override in profile.overrides for name in override.settings]
    mentioned += [name for entry in profile.not_planned for name in entry.checks]
    for name in mentioned:
        if name not in checks:
            raise UsageError(f"{where}: {name!r} is not a check of this profile{did_you_mean(name, checks)}")
