"""The evidence around the files of a commit, of which only so much is read as a person waits for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kfm_gates.engines.interface import SchemaEngine
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Content
from kfm_gates.evidence.snapshot import Folder, Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.parsed import Parsed

BYTES = 64 << 20
"""How much is read beside the files of the commit, in bytes."""

ITEMS = 500
"""Versions with more STAC items than this are left to the whole run."""


class TooMuch(Exception):
    """Reading on would take longer than a hook may; names the file."""


class Bounded(Folder):
    """The folders of a root in which evidence lies; of their files `left` bytes may be read, and all of `given`."""

    def __init__(self, root: Path, layout: Layout, given: Iterable[str], left: int) -> None:
        super().__init__(root)
        self._zones = [zone.rstrip("/") for zone in layout.zones()]
        self._given = frozenset(given)
        self._left = left

    def listing(self, folder: str = "") -> Mapping[str, str | None]:
        """See Source; of the root only the folders that the layout names."""
        found: dict[str, str | None] = {}
        for zone in (folder,) if folder else self._zones:
            found.update(super().listing(zone))
        return found

    def read(self, path: str) -> Content:
        """See Source. Raises TooMuch for more than may be read."""
        if path not in self._given:
            self._left -= self.size(path)
            if self._left < 0:
                raise TooMuch(path)
        return super().read(path)

    def size(self, path: str) -> int:
        """The size of a file as it lies there, 0 when there is none."""
        try:
            return (self.root / path).lstat().st_size
        except OSError:
            return 0


@dataclass(frozen=True, eq=False)
class Tree:
    """One evidence root as a hook sees it."""

    root: Path
    layout: Layout
    locked: Mapping[str, bytes] | None
    """The schemas that the configuration locks: address to bytes."""
    given: tuple[str, ...]
    """The files of the commit, relative to the root."""

    @cached_property
    def schemas(self) -> SchemaEngine:
        """The engine of STAC's schemas, which compiles all of them when it is first asked for."""
        from kfm_gates.engines.json_schema_engine import JsonSchemaEngine

        return JsonSchemaEngine(self.locked)

    @cached_property
    def snapshot(self) -> Snapshot:
        """The files, each read at most once."""
        return Snapshot(Bounded(self.root, self.layout, self.given, BYTES))

    @cached_property
    def index(self) -> Index:
        """Which file is what."""
        return Index(self.snapshot, self.layout)

    @cached_property
    def parsed(self) -> Parsed:
        """The documents, each parsed at most once."""
        return Parsed(self.snapshot)

    @cached_property
    def _ids(self) -> dict[Subject, Counter[str]]:
        return {}

    def too_large(self, subject: Subject) -> bool:
        """Whether a version has more STAC items than can be looked at together."""
        return len(self.index.of_version("stac_item", subject.slug, subject.version)) > ITEMS

    def shares_id(self, subject: Subject, id: object) -> bool:
        """Whether two STAC items of a version have this `id`."""
        if self.too_large(subject):
            return False
        if subject not in self._ids:
            paths = self.index.of_version("stac_item", subject.slug, subject.version)
            items = [raw for _, raw in self.parsed.readable(paths) if isinstance(raw, dict)]
            self._ids[subject] = Counter(i["id"] for i in items if isinstance(i.get("id"), str))
        return isinstance(id, str) and self._ids[subject][id] > 1
