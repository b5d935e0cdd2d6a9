"""Which file of a snapshot is what: every path matched against the layout once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Snapshot


class Index:
    """The files of a snapshot by template, and those that no template accounts for."""

    def __init__(self, snapshot: Snapshot, layout: Layout, gone: Iterable[str] = ()) -> None:
        """`gone` are paths that had a file; they are listed as if they still had."""
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_version: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        self._environments: dict[str, str] = {}
        self._by_acquisition: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        self.variables: dict[str, tuple[str, dict[str, str]]] = {}
        unknown = []
        gone = frozenset(gone).difference(snapshot.paths)
        for path in sorted((*snapshot.paths, *gone)) if gone else snapshot.paths:
            match = layout.match(path)
            if match is None:
                unknown.append(path)
                continue
            variables = dict(match.variables)
            self.variables[path] = (match.name, variables)
            self._by_name[match.name].append(path)
            slug = variables.get("slug", "")
            if "version" in variables:
                self._by_version[match.name, slug, variables["version"]].append(path)
            if match.name == "environment":
                self._environments[variables["digest"]] = path
            if "acquisition_id" in variables:
                self._by_acquisition[match.name, slug, variables["acquisition_id"]].append(path)
        self.unaccounted: tuple[str, ...] = tuple(unknown)

    def named(self, name: str) -> tuple[str, ...]:
        """All files of a template, sorted by path."""
        return tuple(self._by_name.get(name, ()))

    def of_version(self, name: str, slug: str, version: str) -> tuple[str, ...]:
        """The files of a template that belong to one dataset version."""
        return tuple(self._by_version.get((name, slug, version), ()))

    def all_of_version(self, slug: str, version: str) -> tuple[str, ...]:
        """The files of all templates that belong to one dataset version."""
        return tuple(path for name in self._by_name for path in self.of_version(name, slug, version))

    def environment(self, digest: str) -> str | None:
        """The environment document that is named by a digest (`sha256:…`), if there is one."""
        return self._environments.get(digest.removeprefix("sha256:"))

    def of_acquisition(self, name: str, slug: str, acquisition_id: str) -> tuple[str, ...]:
        """The files of a template that belong to one acquisition."""
        return tuple(self._by_acquisition.get((name, slug, acquisition_id), ()))

    def name_of(self, path: str) -> str | None:
        """The template that a path matches, or None."""
        known = self.variables.get(path)
        return known[0] if known else None
