"""The media types of artifacts: what each document says, and what the table `media_types` knows of each type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.pointers import join
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.artifacts import PRODUCING
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.files import PinnedFile
from kfm_gates.facts.given import Tables
from kfm_gates.facts.link import Ground
from kfm_gates.facts.presence import stand_in
from kfm_gates.facts.statements import DCAT, DcatStatements
from kfm_gates.model.finding import Place
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.spec import Spec
from kfm_gates.model.stac import StacCollection, StacItem

HEAD = 65_536
"""Bytes that are looked at to tell what a file is."""
IANA = "https://www.iana.org/assignments/media-types/"
_GEOJSON = re.compile(
    rb'"type"\s*:\s*"(?:Feature|FeatureCollection|(?:Multi)?(?:Point|LineString|Polygon)|GeometryCollection)"'
    rb'|"features"\s*:'
)


@dataclass(frozen=True)
class TypeClaim:
    """One document's word for the media type of an artifact."""

    place: Place
    source: str
    value: str


@dataclass(frozen=True)
class TypedArtifact:
    """One artifact on disk: how its bytes begin, and what is said of its media type, the spec's word first."""

    path: str
    head: bytes
    claims: tuple[TypeClaim, ...]


@dataclass(frozen=True)
class MediaTypes:
    """The table: media type to its aliases, parameters and extensions, and to how its bytes begin."""

    table: Mapping[str, Mapping[str, Any]]

    def known(self, text: str) -> str | None:
        """The table's own name of a media type, whatever its case, aliases and known parameters."""
        base, *parameters = (part.strip().lower() for part in text.split(";"))
        for name, about in self.table.items():
            if base == name or base in about["aliases"]:
                allowed = about.get("parameters", {})
                return name if all(_allowed(each, allowed) for each in parameters) else None
        return None

    def fits(self, name: str, head: bytes) -> bool:
        """Whether a file that begins like this can be of this type."""
        about = self.table[name]
        if "magic" in about:
            return any(head.startswith(bytes.fromhex(magic)) for magic in about["magic"])
        return _CONTENT[about["content"]](head) and (
            about["content"] != "text" or self._by_magic(head) is None
        )

    def has_extension(self, name: str, path: str) -> bool:
        """Whether a file of this type may be named so."""
        return path.lower().endswith(tuple(self.table[name]["extensions"]))

    def seen(self, head: bytes) -> str:
        """What a file that begins like this looks like, for a person."""
        found = self._by_magic(head)
        kinds = {"geojson": "GeoJSON", "json": "JSON", "xml": "XML", "text": "plain text"}
        words = (kinds[content] for content, fits in _CONTENT.items() if fits(head))
        unknown = f"bytes that begin with {head[:8].hex()}" if head else "an empty file"
        return found or next(words, unknown)

    def _by_magic(self, head: bytes) -> str | None:
        named = (name for name, about in self.table.items() if "magic" in about and self.fits(name, head))
        return next(named, None)


@provides(shared=True)
def media_types(tables: Tables) -> MediaTypes:
    """The pack's table."""
    return MediaTypes(tables.table("media_types"))


@provides
def typed_artifacts(
    subject: Subject,
    index: Index,
    layout: Layout,
    snapshot: Snapshot,
    ground: Ground,
    files: tuple[PinnedFile, ...],
    spec: Spec,
    manifest: Manifest,
    receipts: tuple[Receipt, ...],
    dcat: DcatStatements,
    collection: StacCollection,
    items: tuple[StacItem, ...],
) -> tuple[TypedArtifact, ...]:
    """All artifacts on disk, sorted by path; a version without any is for `evidence.present` to deny.

    Unmet when one is a pointer of Git LFS or DVC, which has no format: `evidence.present` says so.
    """
    paths = index.of_version("artifact", subject.slug, subject.version)
    if not paths:
        raise Unmet("evidence.present")
    if any(file.path in paths and stand_in(snapshot, file) for file in files):
        raise Unmet("evidence.present")
    folder = layout.templates["artifact"].format(slug=subject.slug, version=subject.version).rstrip("*")
    said: dict[str, list[TypeClaim]] = {path: [] for path in paths}
    for path, claim in (
        *_specified(spec, folder),
        *_released(manifest),
        *_written(receipts),
        *_offered(dcat, ground),
        *_assets((collection, *items), ground),
    ):
        if path in said:
            said[path].append(claim)
    return tuple(TypedArtifact(path, _head(path, snapshot), tuple(said[path])) for path in paths)


Said = Iterator[tuple[str, TypeClaim]]


def _specified(spec: Spec, folder: str) -> Said:
    for number, output in enumerate(spec.outputs):
        place = spec.at(join("outputs", number, "media_type"))
        yield folder + output.path, TypeClaim(place, "the specification", output.media_type)


def _released(manifest: Manifest) -> Said:
    for number, artifact in enumerate(manifest.artifacts):
        place = manifest.at(join("artifacts", number, "media_type"))
        yield artifact.path, TypeClaim(place, "the manifest", artifact.media_type)


def _written(receipts: tuple[Receipt, ...]) -> Said:
    """What the last passed run that wrote an artifact says of it, if its receipt has a field for it."""
    found: dict[str, TypeClaim | None] = {}
    for receipt in sorted(receipts, key=lambda each: each.moment):
        if receipt.operation in PRODUCING and receipt.validation.status == "pass":
            for number, output in enumerate(receipt.outputs):
                place, word = receipt.at(join("outputs", number, "media_type")), output.media_type
                who = f"the receipt of the {receipt.operation} run"
                found[output.uri] = None if word is None else TypeClaim(place, who, word)
    yield from ((path, claim) for path, claim in found.items() if claim is not None)


def _offered(dcat: DcatStatements, ground: Ground) -> Said:
    for node in dcat.of_type(DCAT + "Distribution"):
        for url in dcat.values(node.subject, DCAT + "downloadURL"):
            path = ground.follow_iri(url.place, "dcat:downloadURL", url.value).target
            for row in dcat.values(node.subject, DCAT + "mediaType"):
                yield path or "", TypeClaim(row.place, "DCAT", row.value.removeprefix(IANA))


def _assets(documents: tuple[StacCollection | StacItem, ...], ground: Ground) -> Said:
    for document in documents:
        for name, asset in document.assets.items():
            path = ground.follow(document.at(), "asset", asset.href).target
            if asset.type is not None:
                yield path or "", TypeClaim(document.at(join("assets", name, "type")), "STAC", asset.type)


def _head(path: str, snapshot: Snapshot) -> bytes:
    try:
        with snapshot.open(path) as file:
            return file.read(HEAD)
    except Unreadable:
        raise Unmet("evidence.present") from None


def _allowed(parameter: str, allowed: Mapping[str, list[str]]) -> bool:
    name, _, value = parameter.partition("=")
    values = allowed.get(name.strip(), [])
    return "*" in values or value.strip().strip('"') in values


def is_geojson(head: bytes) -> bool:
    """Whether a file that begins like this is GeoJSON: JSON with a GeoJSON type or features near its start."""
    return _json(head) and _GEOJSON.search(head) is not None


def _json(head: bytes) -> bool:
    return head.lstrip(b"\x1e \t\r\n")[:1] in (b"{", b"[")


_CONTENT: Mapping[str, Callable[[bytes], bool]] = {
    "geojson": is_geojson,
    "json": _json,
    "xml": lambda head: head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<",
    "text": lambda head: bool(head) and b"\0" not in head,
}
