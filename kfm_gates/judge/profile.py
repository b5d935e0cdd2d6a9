"""Profiles: which gates an operation needs, with which checks and settings.

A profile that extends another adds gates and checks and tightens settings; it can't take anything away. Nor
can one that has a built-in profile as a gate, which may be for another operation: all of its checks are judged.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kfm_gates.errors import UsageError
from kfm_gates.judge.profile_rules import refuse_contradictions, refuse_to_plan_less
from kfm_gates.judge.toml_table import did_you_mean, only_keys, parse_toml, take, texts

BUILT_IN = Path(__file__).parent.parent / "profiles"
OPERATIONS = ("promote", "build", "cutover", "rollback", "retire", "rerun")


@dataclass(frozen=True)
class Group:
    """One line of a gate: a check, or several of which one must pass (`any`)."""

    checks: tuple[str, ...]

    @property
    def id(self) -> str:
        """The check's ID, or `any(a, b)`."""
        return self.checks[0] if len(self.checks) == 1 else f"any({', '.join(self.checks)})"


@dataclass(frozen=True)
class Gate:
    """A named set of checks; the letter is a label that this profile gives."""

    name: str
    label: str
    title: str
    groups: tuple[Group, ...]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotPlanned:
    """Checks that do not apply unless a fact is true; the fact is recorded in the decision."""

    checks: tuple[str, ...]
    unless: str


@dataclass(frozen=True)
class Override:
    """Tighter settings for some subjects (`slug/version` patterns)."""

    subjects: tuple[str, ...]
    settings: Mapping[str, Mapping[str, Any]]

    def applies(self, subject: str) -> bool:
        """Whether the override is meant for this subject."""
        return any(fnmatch.fnmatchcase(subject, pattern) for pattern in self.subjects)


@dataclass(frozen=True)
class Profile:
    """A profile with everything that it extends worked in."""

    name: str
    operation: str
    description: str
    gates: tuple[Gate, ...]
    settings: tuple[Mapping[str, Mapping[str, Any]], ...] = ()
    overrides: tuple[Override, ...] = ()
    not_planned: tuple[NotPlanned, ...] = ()
    packs: tuple[str, ...] = ()
    sources: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """The files that it was read from, for its digest."""

    def check_ids(self) -> tuple[str, ...]:
        """Every check of the profile, in order."""
        return tuple(check for gate in self.gates for group in gate.groups for check in group.checks)


def built_in_profiles() -> tuple[str, ...]:
    """The names of the profiles that come with the package."""
    return tuple(sorted(path.stem for path in BUILT_IN.glob("*.toml")))


def load_profile(reference: str, base: Path) -> Profile:
    """A built-in profile by name, or one from a TOML file (relative to `base`)."""
    if not reference.endswith(".toml"):
        path = BUILT_IN / f"{reference}.toml"
        if reference not in built_in_profiles():
            known = built_in_profiles()
            raise UsageError(
                f"unknown profile {reference!r}{did_you_mean(reference, known)}; known: {', '.join(known)}, "
                "or give the path of a .toml file"
            )
    else:
        path = base / reference
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{reference}: the profile can't be read: {error.strerror}") from error
    return _parse(data, reference, path.resolve())


def _parse(data: bytes, where: str, path: Path) -> Profile:
    folder = path.parent
    table = parse_toml(data, where)
    only_keys(table, ("profile", "gates", "settings", "override", "not_planned"), where)
    head = take(table, "profile", dict, where)
    only_keys(head, ("name", "operation", "description", "extends", "packs"), f"{where}: profile")
    base: Profile | None = None
    if "extends" in head:
        base = load_profile(take(head, "extends", str, where), folder)
        for key in ("operation", "not_planned"):
            if key in head or key in table:
                raise UsageError(
                    f"{where}: {key!r} comes from the profile that is extended and can't be changed"
                )
    operation = base.operation if base else take(head, "operation", str, where)
    if operation not in OPERATIONS:
        raise UsageError(
            f"{where}: unknown operation {operation!r}{did_you_mean(operation, OPERATIONS)}; "
            f"known: {', '.join(OPERATIONS)}"
        )
    packs = tuple(str((folder / pack).resolve()) for pack in texts(head, "packs", where))
    gates = take(table, "gates", dict, where, {})
    whole = {
        name: _whole(body, f"{where}: gates.{name}")
        for name, body in gates.items()
        if isinstance(body, dict) and "profile" in body
    }
    bases = (*((base,) if base else ()), *whole.values())
    own = () if base else _not_planned(table, where)
    refuse_to_plan_less(own, whole, where)
    profile = Profile(
        name=take(head, "name", str, where),
        operation=operation,
        description=take(head, "description", str, where, ""),
        gates=_gates(gates, base.gates if base else (), whole, where),
        settings=(
            *(each for other in bases for each in other.settings),
            _settings(table.get("settings", {}), f"{where}: settings"),
        ),
        overrides=(*(each for other in bases for each in other.overrides), *_overrides(table, where)),
        not_planned=(*(each for other in bases for each in other.not_planned), *own),
        packs=(*(each for other in bases for each in other.packs), *packs),
        sources=(*(each for other in bases for each in other.sources), (str(path), data)),
    )
    refuse_contradictions(profile, where)
    return profile


def _whole(body: Any, at: str) -> Profile:
    """The built-in profile that is a gate as a whole."""
    name = take(body, "profile", str, at)
    if name not in built_in_profiles():
        known = built_in_profiles()
        raise UsageError(
            f"{at}: only a built-in profile can be a gate, not {name!r}{did_you_mean(name, known)}; "
            f"known: {', '.join(known)}"
        )
    return load_profile(name, BUILT_IN)


def _gates(
    table: Mapping[str, Any], base: tuple[Gate, ...], whole: Mapping[str, Profile], where: str
) -> tuple[Gate, ...]:
    gates = {gate.name: gate for gate in base}
    for name, body in table.items():
        at = f"{where}: gates.{name}"
        if not isinstance(body, dict):
            raise UsageError(f"{at}: must be a table")
        only_keys(body, ("label", "title", "needs", "profile" if name in whole else "checks"), at)
        if name in whole:
            groups = tuple(group for gate in whole[name].gates for group in gate.groups)
        else:
            groups = tuple(_group(each, at) for each in take(body, "checks", list, at))
        if not groups:
            raise UsageError(f"{at}: a gate without checks would open without proof; list its checks")
        if name in gates:
            if "label" in body or "title" in body:
                raise UsageError(
                    f"{at}: the gate comes from the profile that is extended; only `checks` and `needs` add to it"
                )
            old = gates[name]
            gates[name] = replace(
                old, groups=(*old.groups, *groups), needs=(*old.needs, *texts(body, "needs", at))
            )
        else:
            title = take(body, "title", str, at, name)
            label = take(body, "label", str, at, "")
            gates[name] = Gate(name, label, title, groups, texts(body, "needs", at))
    return tuple(gates.values())


def _group(entry: Any, at: str) -> Group:
    if isinstance(entry, str) and entry:
        return Group((entry,))
    if isinstance(entry, dict):
        only_keys(entry, ("any",), at)
        checks = texts(entry, "any", at)
        if len(checks) < 2:
            raise UsageError(f"{at}: `any` needs at least two checks")
        return Group(checks)
    raise UsageError(
        f'{at}: a check is a text such as "rights.license" or {{ any = ["…", "…"] }}, not {entry!r}'
    )


def _settings(table: Any, at: str) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(table, dict) or not all(isinstance(each, dict) for each in table.values()):
        raise UsageError(f'{at}: write [settings."check.id"] and below it name = value')
    return table


def _overrides(table: Mapping[str, Any], where: str) -> tuple[Override, ...]:
    found = []
    for number, body in enumerate(take(table, "override", list, where, [])):
        at = f"{where}: override {number + 1}"
        only_keys(body, ("subjects", "checks"), at)
        subjects = (
            (body["subjects"],) if isinstance(body.get("subjects"), str) else texts(body, "subjects", at)
        )
        if not subjects:
            raise UsageError(f"{at}: `subjects` is missing")
        found.append(Override(subjects, _settings(take(body, "checks", dict, at), at)))
    return tuple(found)


def _not_planned(table: Mapping[str, Any], where: str) -> tuple[NotPlanned, ...]:
    found = []
    for number, body in enumerate(take(table, "not_planned", list, where, [])):
        at = f"{where}: not_planned {number + 1}"
        only_keys(body, ("checks", "unless"), at)
        found.append(NotPlanned(texts(body, "checks", at), take(body, "unless", str, at)))
    return tuple(found)
