"""Reading profiles from TOML: what one extends and takes whole is worked in; every mistake is a UsageError."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kfm_gates.errors import UsageError
from kfm_gates.evidence.layout import KFM_V1
from kfm_gates.judge.profile import (
    BUILT_IN,
    OPERATIONS,
    Gate,
    Group,
    NotPlanned,
    Override,
    Profile,
    built_in_profiles,
)
from kfm_gates.judge.profile_rules import refuse_contradictions, refuse_to_plan_less
from kfm_gates.judge.toml_table import did_you_mean, only_keys, parse_toml, take, texts


def load_profile(reference: str, base: Path) -> Profile:
    """A built-in profile by name, or one from a TOML file (relative to `base`)."""
    return _load(reference, base, ())


def _load(reference: str, base: Path, extending: tuple[Path, ...]) -> Profile:
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
    if path.resolve() in extending:
        circle = " → ".join(each.name for each in (*extending, path))
        raise UsageError(
            f"{reference}: the profile extends itself ({circle}); let one of them extend another"
        )
    return _parse(data, reference, path.resolve(), extending)


def _parse(data: bytes, where: str, path: Path, extending: tuple[Path, ...]) -> Profile:
    folder = path.parent
    table = parse_toml(data, where)
    only_keys(table, ("profile", "gates", "settings", "override", "not_planned"), where)
    head = take(table, "profile", dict, where)
    only_keys(
        head,
        ("name", "operation", "description", "extends", "packs", "unwaivable", "subjects_with"),
        f"{where}: profile",
    )
    base: Profile | None = None
    if "extends" in head:
        base = _load(take(head, "extends", str, where), folder, (*extending, path))
        for key in ("operation", "not_planned", "subjects_with"):
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
        unwaivable=(
            *(each for other in bases for each in other.unwaivable),
            *texts(head, "unwaivable", f"{where}: profile"),
        ),
        subjects_with=base.subjects_with if base else _template(head, where),
        sources=(*(each for other in bases for each in other.sources), (str(path), data)),
    )
    refuse_contradictions(profile, where)
    return profile


def _template(head: Mapping[str, Any], where: str) -> str:
    name = take(head, "subjects_with", str, where, "")
    if name and "{version}" not in KFM_V1.get(name, ""):
        meant = did_you_mean(name, [each for each, path in KFM_V1.items() if "{version}" in path])
        raise UsageError(f"{where}: subjects_with names {name!r}, which is no document of a version{meant}")
    return name


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
