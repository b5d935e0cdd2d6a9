"""Looking at documents: each alone, then what the documents of a version say of one another."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from kfm_gates.checks.api import PythonCheck
from kfm_gates.evidence.positions import has_lines, line_in
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.subjects import Subject
from kfm_gates.front.hooks.alone import Row, judge_file
from kfm_gates.front.hooks.catalog import Hook
from kfm_gates.front.hooks.lines import Line, Look, line_of
from kfm_gates.front.hooks.places import Places, Site, Standing
from kfm_gates.front.hooks.together import judge_versions
from kfm_gates.front.hooks.tree import TooMuch, Tree


def look(hook: Hook, files: Sequence[str]) -> Look:
    """What is wrong with these files. Raises UsageError for a configuration that can't be used."""
    places = Places()
    found: dict[Line, None] = {}
    notes: list[str] = []
    by_site: dict[Site, list[Standing]] = {}
    for file in dict.fromkeys(files):
        standing = places.find(file, hook.templates)
        if standing is None:
            found[_unfit(hook, file, places)] = None
        else:
            by_site.setdefault(standing.site, []).append(standing)
    for site, standings in by_site.items():
        locked = site.rules.configuration.schemas
        tree = Tree(site.root, site.rules.layout, locked, tuple(each.path for each in standings))
        rows = [row for each in standings for row in judge_file(tree, each.path, each.match)]
        rows += _together(hook, tree, standings, notes)
        if _in_build_log(os.environ):
            from kfm_gates.front.hooks.withheld import without_values

            rows = list(without_values(rows, tree))
        shown = {each.path: each.shown for each in standings}
        found.update(dict.fromkeys(_lines(rows, tree, shown)))
    return Look(tuple(sorted(found)), tuple(notes))


def _in_build_log(environment: Mapping[str, str]) -> bool:
    """Whether this runs in CI, whose services all set this variable."""
    return environment.get("CI", "").lower() not in ("", "0", "false")


def _unfit(hook: Hook, file: str, places: Places) -> Line:
    """A file of which nothing is known must not pass for one that was judged."""
    layout = places.rules(Path(os.path.abspath(file)).parent.resolve()).layout
    wanted = ", ".join(layout.templates[name] for name in hook.templates)
    text = (
        f"the path fits no path template of this hook, so nothing judged it (expected {wanted}); "
        "correct `files:` of the hook, or move the file"
    )
    return Line(file, 0, "", text, hook.id)


def _together(hook: Hook, tree: Tree, standings: Sequence[Standing], notes: list[str]) -> list[Row]:
    subjects = {
        Subject(each.match.variables["slug"], each.match.variables["version"])
        for each in standings
        if {"slug", "version"} <= each.match.variables.keys()
    }
    if not subjects:
        return []
    found = judge_versions(tree, subjects, _checks(hook.checks))
    notes += found.notes
    return found.rows


def _checks(ids: Iterable[str]) -> Mapping[str, PythonCheck]:
    """These checks of the house, by their names; nothing else is imported."""
    modules = {id: importlib.import_module(f"kfm_gates.checks.{id}") for id in ids}
    return {id: getattr(module, id.rpartition(".")[2]).kfm_check for id, module in modules.items()}


def _lines(rows: Iterable[Row], tree: Tree, shown: Mapping[str, str]) -> Iterator[Line]:
    """Findings with the lines of their places, and the files named as seen from the working folder."""
    for check, finding in rows:
        place = finding.place
        file = shown.get(place.file) or os.path.relpath(tree.root / place.file)
        yield line_of(file, place.line or _line(tree, place.file, place.pointer), check, finding)


def _line(tree: Tree, path: str, pointer: str) -> int | None:
    if not has_lines(path) or path not in tree.snapshot:
        return None
    try:
        return line_in(path, tree.snapshot.data(path), pointer)
    except (Unreadable, TooMuch):
        return None
