"""`kfm-gates list`: the gates of a profile with their checks, and the profiles that there are."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from kfm_gates.engines.rego_metadata import read_metadata
from kfm_gates.errors import EngineError, UsageError
from kfm_gates.front.sources import HOUSE, Setting, find, read_python
from kfm_gates.judge.configuration import load_configuration
from kfm_gates.judge.profile import Gate, Profile, built_in_profiles
from kfm_gates.judge.profile_file import load_profile


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print the profile."""
    file = Path(arguments.config) if arguments.config else None
    configuration = load_configuration(file, Path.cwd(), None)
    profile = load_profile(arguments.profile or configuration.profile, configuration.folder)
    listing = described(profile)
    if arguments.format == "json":
        out.write(json.dumps(listing, indent=2) + "\n")
    else:
        out.writelines(f"{line}\n" for line in _lines(listing))
    return 0


def described(profile: Profile) -> dict[str, Any]:
    """A profile as JSON: gates with labels, checks with kind, title, needs, serves and settings."""
    return {
        "profile": profile.name,
        "operation": profile.operation,
        "description": profile.description,
        "gates": [_gate(gate, profile) for gate in profile.gates],
        "not_planned": [{"checks": list(e.checks), "unless": e.unless} for e in profile.not_planned],
        "built_in_profiles": list(built_in_profiles()),
    }


def _gate(gate: Gate, profile: Profile) -> dict[str, Any]:
    return {
        "name": gate.name,
        "label": gate.label,
        "title": gate.title,
        "needs": list(gate.needs),
        "checks": [
            _check(check, profile) | ({"entry": group.id} if len(group.checks) > 1 else {})
            for group in gate.groups
            for check in group.checks
        ],
    }


def _check(id: str, profile: Profile) -> dict[str, Any]:
    source, day = find(id, (HOUSE, *profile.packs)), ""
    if source.kind == "python":
        about = read_python(source)
        title, needs, serves, settings = about.title, about.needs, about.serves, about.settings
    else:
        try:
            metadata = read_metadata(source.path, Path(source.path).read_text("utf-8"))
        except EngineError as error:
            raise UsageError(str(error)) from error
        title, needs, serves, day = metadata.title, metadata.needs, metadata.serves, metadata.effective_on
        settings = tuple(
            Setting(name, each.default, each.stricter) for name, each in metadata.settings.items()
        )
    changed = {name: value for table in profile.settings for name, value in table.get(id, {}).items()}
    return {
        "id": id,
        "title": title,
        "kind": source.kind,
        "needs": list(needs),
        "serves": list(serves),
        **({"effective_on": day} if day else {}),
        "waivable": not profile.forbids_waiving(id),
        "settings": {
            each.name: {"value": changed.get(each.name, each.default), "stricter": each.stricter}
            for each in settings
        },
    }


def _lines(listing: dict[str, Any]) -> Iterator[str]:
    yield f"{listing['profile']}, for the operation {listing['operation']}"
    if listing["description"]:
        yield listing["description"]
    for gate in listing["gates"]:
        needs = f"  (after {', '.join(gate['needs'])})" if gate["needs"] else ""
        yield ""
        yield f"{gate['label'] or '·':2} {gate['name']}: {gate['title']}{needs}"
        for check in gate["checks"]:
            entry = f"  [{check['entry']}]" if "entry" in check else ""
            entry += f"  [from {check['effective_on']}]" if "effective_on" in check else ""
            fixed = "" if check["waivable"] else "  [can't be waived]"
            yield f"     {check['id']:32} {check['kind']:7} {check['title']}{entry}{fixed}"
            for name, setting in check["settings"].items():
                way = f"stricter: {setting['stricter']}" if setting["stricter"] else "fixed"
                yield f"       {name} = {json.dumps(setting['value'], default=str)}  ({way})"
    for entry in listing["not_planned"]:
        yield ""
        yield f"not planned unless {entry['unless']}: {', '.join(entry['checks'])}"
    yield ""
    yield f"built-in profiles: {', '.join(listing['built_in_profiles'])}"
