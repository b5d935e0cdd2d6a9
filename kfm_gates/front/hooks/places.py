"""Where a file stands: below which evidence root, under which configuration, and what the layout says it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.evidence.layout import Layout, Match
from kfm_gates.judge.configuration import CONFIGURATION_FILES, Configuration, load_configuration


@dataclass(frozen=True, eq=False)
class Rules:
    """A configuration and its layout."""

    configuration: Configuration
    layout: Layout


@dataclass(frozen=True)
class Site:
    """An evidence root and what holds there."""

    root: Path
    rules: Rules


@dataclass(frozen=True)
class Standing:
    """One file: as it was given, and as evidence. `path` is relative to the root, as findings name it."""

    shown: str
    site: Site
    path: str
    match: Match


class Places:
    """The roots and configurations of the files of one call, each looked for once."""

    def __init__(self) -> None:
        self._rules: dict[Path, Rules] = {}
        self._sites: dict[Path, Site] = {}

    def find(self, file: str, templates: tuple[str, ...]) -> Standing | None:
        """Where a file of one of these templates stands; None when its path fits none of them.

        The root is the one of the nearest configuration, or else follows from the path: it is the deepest
        folder from which the path fits a template. Raises UsageError for a configuration inside of it.
        """
        path = Path(os.path.abspath(file))
        path = path.parent.resolve() / path.name
        rules = self.rules(path.parent)
        for root in _roots(path, rules.configuration):
            name = path.relative_to(root).as_posix()
            match = rules.layout.match(name)
            if match is not None and match.name in templates:
                return Standing(file, self._site(root, path.parent, rules), name, match)
        return None

    def rules(self, folder: Path) -> Rules:
        """What the nearest configuration at a folder or above it says."""
        if folder not in self._rules:
            here = any((folder / name).exists() for name in CONFIGURATION_FILES)
            if here or folder == folder.parent:
                configuration = load_configuration(None, folder, None)
                self._rules[folder] = Rules(configuration, configuration.layout)
            else:
                self._rules[folder] = self.rules(folder.parent)
        return self._rules[folder]

    def _site(self, root: Path, folder: Path, rules: Rules) -> Site:
        if root not in self._sites or self._sites[root].rules is not rules:
            load_configuration(None, folder, root)  # refuses one that lies in the root
            self._sites[root] = Site(root, rules)
        return self._sites[root]


def _roots(path: Path, configuration: Configuration) -> Iterator[Path]:
    root = configuration.root.resolve() if configuration.root else None
    if root is not None and path.is_relative_to(root):
        yield root
    else:
        yield from path.parents
