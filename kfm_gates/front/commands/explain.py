"""`kfm-gates explain`: what a check denies, what it looks at and how it can be set, as its own file says."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from kfm_gates.front.sources import HOUSE, Source, find, metadata_text, read_python


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print what is known about one check."""
    source = find(arguments.check, _roots(arguments))
    out.writelines(f"{line}\n" for line in _lines(source))
    return 0


def _lines(source: Source) -> Iterator[str]:
    yield f"{source.id}  ({source.kind})"
    yield ""
    yield from _python(source) if source.kind == "python" else metadata_text(source).splitlines()
    yield ""
    house = os.path.dirname(HOUSE)
    yield f"judged by  {os.path.relpath(source.path, house) if source.root == HOUSE else source.path}"
    yield from (f"denies     for example: {why}" for why in _denied(source))
    yield from (f"profile    {place}" for place in _profiles(source.id))


def _roots(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The house, and the packs of a profile when one is named."""
    if arguments.profile is None:
        return (HOUSE,)
    from pathlib import Path

    from kfm_gates.judge.configuration import load_configuration
    from kfm_gates.judge.profile_file import load_profile

    file = Path(arguments.config) if arguments.config else None
    configuration = load_configuration(file, Path.cwd(), None)
    return (HOUSE, *load_profile(arguments.profile, configuration.folder).packs)


def _python(source: Source) -> Iterator[str]:
    about = read_python(source)
    yield about.title
    if about.description:
        yield ""
        yield from about.description.splitlines()
    yield ""
    yield f"reads      {', '.join(f'{name}: {kind}' for name, kind in about.reads)}"
    yield f"needs      {', '.join(about.needs) or 'nothing first'}"
    yield f"serves     {', '.join(about.serves) or '-'}"
    for setting in about.settings:
        way = f"may only be made stricter: {setting.stricter}" if setting.stricter else "can't be changed"
        yield f"setting    {setting.name} = {setting.default!r} ({way})"


def _denied(source: Source) -> Iterator[str]:
    """The reasons in the samples that this check must deny before every run."""
    single = os.path.join(source.root, "samples", "denials", f"{source.id}.json")
    folder = os.path.join(source.root, "denials", source.id)
    paths = [single] if os.path.isfile(single) else []
    if os.path.isdir(folder):
        paths += [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".json")]
    for path in paths:
        with open(path, encoding="utf-8") as file:
            if why := json.load(file).get("why"):
                yield why


def _profiles(id: str) -> Iterator[str]:
    """Where the built-in profiles judge this check."""
    import tomllib

    folder = os.path.join(HOUSE, "profiles")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".toml"):
            with open(os.path.join(folder, name), "rb") as file:
                profile = tomllib.load(file)
            for gate, body in profile.get("gates", {}).items():
                if id in _listed(body.get("checks", ())):
                    label = f" ({body['label']})" if body.get("label") else ""
                    fixed = {id, f"{id.partition('.')[0]}.*"} & set(profile["profile"].get("unwaivable", ()))
                    waived = ", can't be waived" if fixed else ", can be waived"
                    yield f"{name.removesuffix('.toml')}, gate {gate}{label}{waived}"


def _listed(entries: Iterable[Any]) -> Iterator[str]:
    """The checks of a gate, also those of which only one must pass."""
    for entry in entries:
        yield from entry.get("any", ()) if isinstance(entry, dict) else (entry,)
