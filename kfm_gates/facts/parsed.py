"""Documents as parsed values: each file parsed once per root by the strict parsers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar, cast

from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.evidence.strict_yaml import parse_yaml
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.model.finding import Json

T = TypeVar("T")


class Parsed:
    """The parsed files of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._values: dict[str, Json] = {}
        self._errors: dict[str, Malformed] = {}
        self._read: dict[tuple[str, str], object] = {}

    def value(self, path: str) -> Json:
        """The value of a JSON or YAML document.

        Raises Unmet because of `evidence.present` when the file can't be read, because of
        `evidence.wellformed` when a strict parser refuses it.
        """
        if path in self._values:
            return self._values[path]
        if self.error(path) is not None:
            raise Unmet("evidence.wellformed")
        return self._values[path]

    def error(self, path: str) -> Malformed | None:
        """Why the strict parser refuses a document, or None; raises Unmet when it can't be read."""
        if path in self._values:
            return None
        if path not in self._errors:
            try:
                data = self._snapshot.data(path)
            except Unreadable:
                raise Unmet("evidence.present") from None
            try:
                self._values[path] = parse_yaml(data) if is_yaml(path) else parse_json(data)
                return None
            except Malformed as error:
                self._errors[path] = error
        return self._errors[path]

    def forget(self, paths: Iterable[str]) -> None:
        """Let go of documents that are done with."""
        gone = set(paths)
        for path in gone:
            self._values.pop(path, None)
            self._errors.pop(path, None)
        self._read = {key: form for key, form in self._read.items() if key[1] not in gone}

    def once(self, kind: str, path: str, read: Callable[[], T]) -> T:
        """What `read` makes of a document's value as this kind of document, computed once."""
        if (kind, path) not in self._read:
            self._read[kind, path] = read()
        return cast(T, self._read[kind, path])

    def borrow(self, other: Parsed, paths: Iterable[str]) -> None:
        """Take over what another snapshot made of the very same bytes."""
        same = set(paths)
        self._values.update((path, other._values[path]) for path in same if path in other._values)
        self._read.update((key, form) for key, form in other._read.items() if key[1] in same)

    def take(self, values: Mapping[str, Json]) -> None:
        """Take over documents whose bytes were just written from these very values."""
        self._values.update(values)

    def readable(self, paths: tuple[str, ...]) -> Iterator[tuple[str, Json]]:
        """The documents among `paths` that can be read and parsed."""
        for path in paths:
            try:
                yield path, self.value(path)
            except Unmet:
                continue


def is_yaml(path: str) -> bool:
    """Whether a path names a YAML document."""
    return path.endswith((".yaml", ".yml"))


@provides(shared=True)
def parsed(snapshot: Snapshot) -> Parsed:
    """The parser of this snapshot."""
    return Parsed(snapshot)
