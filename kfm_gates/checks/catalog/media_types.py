"""Media type, bytes and name of an artifact belong together."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.facts.media_types import MediaTypes, TypedArtifact
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict


@check("catalog.media_types", needs="catalog.cross_links", serves="R-153")
def media_types(artifact: TypedArtifact, types: MediaTypes) -> Verdict:
    """Deny an artifact whose media type is unknown, or not the same in all documents, its bytes and its name.

    The media type is what programs open a file with: where STAC says one thing and DCAT another, or both name
    a format that the bytes are not in, readers fail or, worse, read something else. The specification, the
    manifest, the receipt, DCAT and STAC must name one type of the table `media_types` (aliases and parameters
    that are listed there count as the same), the file must begin as that type does, and its extension must
    be one of the type's. Correct the document that differs; if the bytes differ, run the step that wrote them.
    """
    return verdict([*_unknown(artifact, types), *_differing(artifact, types)])


def _unknown(artifact: TypedArtifact, types: MediaTypes) -> Iterator[Finding]:
    said = set()
    for claim in artifact.claims:
        if types.known(claim.value) is None and claim.value not in said:
            said.add(claim.value)  # the others repeat it
            yield finding(
                claim.place,
                f"{claim.source} names a media type that the table `media_types` does not know",
                found=claim.value,
                expected="a media type of the table, with parameters that it allows",
                hint="write the registered type; the catalog steward adds types that are missing",
            )


def _differing(artifact: TypedArtifact, types: MediaTypes) -> Iterator[Finding]:
    known = [(claim, name) for claim in artifact.claims if (name := types.known(claim.value)) is not None]
    if not known:
        return
    fitting = [name for _, name in known if types.fits(name, artifact.head)]
    right = fitting[0] if fitting else known[0][1]
    for claim, name in known:
        if name != right:
            yield finding(
                claim.place,
                f"{claim.source} names another media type for {artifact.path} than the others",
                found=claim.value,
                expected=right,
                hint="write the media type that the file is of into every document",
            )
    if not fitting:
        yield finding(
            Place(artifact.path),
            f"{artifact.path} is not of the media type that the documents name",
            found=types.seen(artifact.head),
            expected=right,
            hint="run the step that wrote the file again, or name the media type that it is of",
        )
    elif not types.has_extension(right, artifact.path):
        yield finding(
            Place(artifact.path),
            f"{artifact.path} is not named as files of its media type are",
            found=artifact.path.rpartition("/")[2],
            expected=f"{right}: {' or '.join(types.table[right]['extensions'])}",
            hint="have the step that writes the file give it the extension of its type",
        )
