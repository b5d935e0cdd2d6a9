"""The files that `seal` works on: documents by their bytes, all others by digest and size."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.layout import Layout, Match

DATA = frozenset({"raw_artifact", "artifact", "quarantined", "terms", "environment"})
"""The templates whose files are pinned and moved, but never rewritten."""


@dataclass
class Evidence:
    """The files at work, and what moved where (`moved`: path at first -> path now)."""

    layout: Layout
    documents: dict[str, bytes]
    others: dict[str, tuple[str, int]]
    kept: set[str]
    subjects: frozenset[str] | None = None
    moved: dict[str, str] = field(default_factory=dict)
    _origins: dict[str, str] = field(default_factory=dict)
    _matches: dict[str, Match | None] = field(default_factory=dict)
    _versions: list[tuple[str, str]] | None = None
    _named: dict[str, list[tuple[str, Match]]] = field(default_factory=dict)

    def match(self, path: str) -> Match | None:
        """Which template a path fits."""
        if path not in self._matches:
            self._matches[path] = self.layout.match(path)
        return self._matches[path]

    def named(self, name: str) -> list[tuple[str, Match]]:
        """The files of a template, sorted by path."""
        if name not in self._named:
            paths = sorted([*self.documents, *self.others])
            self._named[name] = [(p, match) for p in paths if (match := self.match(p)) and match.name == name]
        return self._named[name]

    def versions(self) -> list[tuple[str, str]]:
        """Slug and version id of every dataset version that a path names and that was chosen, sorted."""
        if self._versions is None:
            found = set()
            for path in [*self.documents, *self.others]:
                match = self.match(path)
                if match is not None and {"slug", "version"} <= match.variables.keys() and self.chosen(match):
                    found.add((match.variables["slug"], match.variables["version"]))
            self._versions = sorted(found)
        return self._versions

    def writable(self, path: str) -> bool:
        """Whether the document may be rewritten: it is not kept, and of a chosen subject or of none."""
        match = self.match(path) if path in self.documents and path not in self.kept else None
        return match is not None and self.chosen(match)

    def chosen(self, match: Match) -> bool:
        """Whether a file belongs to a chosen subject, or to no single one."""
        slug, version = match.variables.get("slug"), match.variables.get("version")
        if self.subjects is None or slug is None:
            return True
        if version is None:
            return any(subject.partition("/")[0] == slug for subject in self.subjects)
        return f"{slug}/{version}" in self.subjects

    def replace(self, old: str, new: str, among: Iterable[str] | None = None) -> None:
        """Put `new` for the whole word `old` into all documents, and into all paths or those in `among`."""
        tail = r"(?![0-9A-Za-z]|\.[0-9a-f]{8}(?![0-9A-Za-z]))"
        word = re.compile(r"(?<![0-9A-Za-z])" + re.escape(old) + tail)
        in_bytes = re.compile(word.pattern.encode())
        for path, data in self.documents.items():
            if self.writable(path):
                self.documents[path] = in_bytes.sub(lambda _: new.encode(), data)
        for path in sorted([*self.documents, *self.others]) if among is None else among:
            self._move(path, word.sub(lambda _: new, path))

    def _move(self, path: str, target: str) -> None:
        """Rename one file, unless nothing changes or the place is taken."""
        if path == target or target in self.documents or target in self.others:
            return
        if path in self.documents:
            self.documents[target] = self.documents.pop(path)
        else:
            self.others[target] = self.others.pop(path)
        if path in self.kept:
            self.kept.add(target)
        origin = self._origins.pop(path, path)
        self._origins[target], self.moved[origin] = origin, target
        self._versions = None
        self._named.clear()

    def digest(self, path: str) -> str | None:
        """The digest of a file's bytes as they are now."""
        if path in self.documents:
            return sha256(self.documents[path])
        return self.others[path][0] if path in self.others else None

    def size(self, path: str) -> int | None:
        """The size of a file in bytes as it is now."""
        if path in self.documents:
            return len(self.documents[path])
        return self.others[path][1] if path in self.others else None
