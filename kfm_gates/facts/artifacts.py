"""The artifacts of a version, and what its documents claim of each: one record per path."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.pointers import join
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.named import name_fact
from kfm_gates.model.checksums import Checksums
from kfm_gates.model.finding import Place
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.receipt import Receipt

PRODUCING = frozenset({"transform", "rebuild", "ingest+publish"})
"""Operations that write artifacts."""


@dataclass(frozen=True)
class ArtifactRecord:
    """One artifact path that is on disk or that a document names.

    `on_disk` and `size` (bytes) are None when there is no such file; `checksums`, `receipt` and `manifest`
    are the digests that these documents state, None when they do not list the path. `media_type` is the
    manifest's. `place` is the file, or, when there is none, where it is listed.
    """

    path: str
    place: Place
    on_disk: str | None
    size: int | None
    checksums: str | None
    receipt: str | None
    manifest: str | None
    media_type: str | None
    listed: tuple[tuple[str, Place], ...] = ()
    """Where it is listed: `checksums`, `receipt`, `manifest`, with the place of the digest."""

    def listing(self, document: str) -> Place | None:
        """The place at which `checksums`, `receipt` or `manifest` lists it."""
        return dict(self.listed).get(document)


@provides
def artifact_records(
    subject: Subject,
    index: Index,
    layout: Layout,
    snapshot: Snapshot,
    checksums: Checksums,
    receipts: tuple[Receipt, ...],
    manifest: Manifest,
) -> tuple[ArtifactRecord, ...]:
    """The union of what is on disk and what checksums, receipts and manifest list, sorted by path.

    Of receipts, the outputs of a run that writes artifacts count, as far as they lie where artifacts lie.
    """
    claims: dict[str, dict[str, tuple[str, Place]]] = {
        path: {} for path in index.of_version("artifact", subject.slug, subject.version)
    }
    for path, digest in checksums.artifacts.items():
        claims.setdefault(path, {})["checksums"] = (digest, checksums.at(join("artifacts", path)))
    for path, claim in produced(receipts, layout).items():
        claims.setdefault(path, {})["receipt"] = claim
    media_types: dict[str, str] = {}
    for number, artifact in enumerate(manifest.artifacts):
        place = manifest.at(join("artifacts", number, "digest"))
        claims.setdefault(artifact.path, {})["manifest"] = (artifact.digest, place)
        media_types[artifact.path] = artifact.media_type
    return tuple(_record(path, claims[path], media_types.get(path), snapshot) for path in sorted(claims))


def produced(receipts: tuple[Receipt, ...], layout: Layout) -> dict[str, tuple[str, Place]]:
    """Artifact path to the digest that the last run which wrote it states, and the place of the statement.

    Runs that did not pass wrote nothing that counts.
    """
    found: dict[str, tuple[str, Place]] = {}
    for receipt in sorted(receipts, key=lambda each: each.moment):
        if receipt.operation in PRODUCING and receipt.validation.status == "pass":
            for number, output in enumerate(receipt.outputs):
                match = layout.match(output.uri)
                if match is not None and match.name == "artifact":
                    found[output.uri] = (output.digest, receipt.at(join("outputs", number, "digest")))
    return found


def _record(
    path: str, claims: dict[str, tuple[str, Place]], media_type: str | None, snapshot: Snapshot
) -> ArtifactRecord:
    digest, size = _on_disk(path, snapshot)
    stated = {document: claim[0] for document, claim in claims.items()}
    listed = tuple((document, claim[1]) for document, claim in claims.items())
    place = listed[0][1] if digest is None and listed else Place(path)
    return ArtifactRecord(
        path,
        place,
        digest,
        size,
        stated.get("checksums"),
        stated.get("receipt"),
        stated.get("manifest"),
        media_type,
        listed,
    )


def _on_disk(path: str, snapshot: Snapshot) -> tuple[str | None, int | None]:
    if path not in snapshot:
        return None, None
    try:
        content = snapshot.content(path)
    except Unreadable:
        raise Unmet("evidence.present") from None
    return content.digest, content.size


name_fact("artifacts", ArtifactRecord, many=True)
