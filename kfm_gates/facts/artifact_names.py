"""The names in the artifacts of a version: of columns, attributes, properties, keys and layers, each once per file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.pointers import walk
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.facts.artifact_content import ArtifactContent
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.data_formats import CantVerify, Flaw
from kfm_gates.facts.files import PinnedFile
from kfm_gates.facts.named import name_fact
from kfm_gates.facts.place_names import PlaceNames
from kfm_gates.facts.presence import stand_in
from kfm_gates.facts.words import phrases
from kfm_gates.model.finding import Place

LONGEST = 4
"""Words of a phrase."""
MOST = 10_000
"""Names of one artifact; what has more uses values as names, and nobody reads them."""
HEADER = 1 << 16
"""Bytes that the header of a CSV file may have."""
LARGEST = 64 << 20
"""JSON is read as a whole; more bytes than this are not."""
_PICTURES = (
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
    b"\x89PNG\r\n",
    b"\xff\xd8\xff",
    b"\0\0\0\x0cjP  ",
    b"%PDF-",
)
_TEXTS = (".md", ".txt")
_TABLES = {".csv": ",", ".tsv": "\t"}
_MVT = 1


@dataclass(frozen=True)
class ArtifactName:
    """One name, where it was found first, and what it says: see `phrases`."""

    name: str
    where: str
    phrases: tuple[str, ...]
    is_place: bool
    """Whether numbers under this name are coordinates."""


@dataclass(frozen=True)
class ArtifactNames:
    """The names in one artifact; `problem` is why nobody can see them all, or None."""

    place: Place
    format: str
    problem: str | None
    names: tuple[ArtifactName, ...]


@provides
def artifact_names(
    contents: tuple[ArtifactContent, ...],
    snapshot: Snapshot,
    places: PlaceNames,
    files: tuple[PinnedFile, ...],
) -> tuple[ArtifactNames, ...]:
    """One entry per artifact. Pictures and texts for people have no names in them."""
    unread = {content.path for content in contents if content.reader is None}
    if any(file.path in unread and stand_in(snapshot, file) for file in files):
        raise Unmet("evidence.present")  # a pointer to the artifact, which is said there
    return tuple(_names(content, snapshot, places) for content in contents)


def _names(content: ArtifactContent, snapshot: Snapshot, places: PlaceNames) -> ArtifactNames:
    found: dict[str, ArtifactName] = {}
    problem = None
    try:
        for flaw in _found(content, snapshot):
            if flaw.found not in found:
                said, is_place = phrases(flaw.found, LONGEST), places.names_a_place(flaw.found)
                found[flaw.found] = ArtifactName(flaw.found, flaw.where, said, is_place)
            if len(found) > MOST:
                raise CantVerify(f"it has more than {MOST} names")
    except CantVerify as error:
        problem = str(error)
    return ArtifactNames(Place(content.path), content.format, problem, tuple(found.values()))


def _found(content: ArtifactContent, snapshot: Snapshot) -> Iterable[Flaw]:
    if content.reader is not None:
        return content.reader.names()
    with snapshot.open(content.path) as file:
        head = file.read(HEADER)
        suffix = f".{content.path.rpartition('.')[2].casefold()}"
        if _is_picture(head) or suffix in _TEXTS:
            return ()
        if suffix in _TABLES:
            return _columns(head, _TABLES[suffix])
        if head.lstrip()[:1] in (b"{", b"["):
            return _keys(head + file.read(LARGEST))
    raise CantVerify(content.problem or "nobody can look into it")


def _is_picture(head: bytes) -> bool:
    """A picture or a page, or tiles that are pictures (byte 99 of PMTiles is their type, 0 where it is not said)."""
    if head.startswith(b"PMTiles") and len(head) > 99:
        return head[99] not in (0, _MVT)
    return head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def _columns(head: bytes, separator: str) -> Iterable[Flaw]:
    """The first row of a table."""
    line = head.partition(b"\n")[0]
    try:
        (names,) = csv.reader(
            io.StringIO(line.decode("utf-8-sig").rstrip("\r")), delimiter=separator, strict=True
        )
    except (ValueError, csv.Error):
        raise CantVerify("its first row is no header in UTF-8") from None
    if len(line) == HEADER:
        raise CantVerify("its first row is too long")
    return [Flaw(f"column {number}", name) for number, name in enumerate(names, 1)]


def _keys(data: bytes) -> Iterable[Flaw]:
    """All keys of a JSON document."""
    if len(data) > LARGEST:
        raise CantVerify(f"it is larger than {LARGEST >> 20} MiB, the most that is read of JSON")
    try:
        document = parse_json(data)
    except Malformed as error:
        raise CantVerify(f"it can't be read as JSON: {error}") from error
    return [
        Flaw(pointer or "the document", key)
        for pointer, value in walk(document)
        if isinstance(value, dict)
        for key in value
    ]


name_fact("artifact_names", ArtifactNames, many=True)
