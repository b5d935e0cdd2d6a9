"""`identity.digests`: an artifact is what its documents say it is."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.artifacts import ArtifactRecord
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict

_SAID = {
    "checksums": "checksums.json",
    "receipt": "the receipt of the run that wrote it",
    "manifest": "the manifest",
}


@check("identity.digests", serves=["R-008", "R-017", "R-124", "R-132", "R-174"])
def digests(artifact: ArtifactRecord, subject: Subject, layout: Layout) -> Verdict:
    """Deny an artifact whose bytes are not those that its documents state, or that is not listed, or missing.

    The digest is the artifact's identity: approvals, quality and policy were decided about these bytes and no
    others. Checksums and the receipt of the run that wrote it must list every artifact on disk; wherever a
    document lists one, it must be there and have that digest. Never make the documents follow a file that
    changed: find out why it did, restore it from the run that made it, or run the pipeline again.
    """
    return verdict(_findings(artifact, subject, layout))


def _findings(artifact: ArtifactRecord, subject: Subject, layout: Layout) -> Iterator[Finding]:
    match = layout.match(artifact.path)
    own = match is not None and match.name == "artifact" and dict(match.variables) == _names(subject)
    if not own:
        for document, place in artifact.listed:
            yield finding(
                place,
                f"{_SAID[document]} lists a file that is no artifact of this version",
                found=artifact.path,
                expected=f"paths such as {layout.templates['artifact'].format(**_names(subject))}",
                hint="list artifacts by their path from the evidence root, and only the version's own",
            )
        return
    if artifact.on_disk is None:
        yield _missing(artifact)
        return
    for document in ("checksums", "receipt", "manifest"):
        stated = getattr(artifact, document)
        if stated is not None and stated != artifact.on_disk:
            yield finding(
                artifact.listing(document) or artifact.place,
                f"the bytes of {artifact.path} are not those that {_SAID[document]} states",
                found=artifact.on_disk,
                expected=stated,
                hint="restore the file, or run the pipeline again; never only adapt the digest",
            )
    unlisted = [document for document in ("checksums", "receipt") if getattr(artifact, document) is None]
    if unlisted:
        yield finding(
            Place(artifact.path),
            f"{artifact.path} is not listed in {' nor in '.join(_SAID[each] for each in unlisted)}",
            found="an artifact that is not listed",
            expected="every artifact in checksums.json and in the outputs of a run that passed",
            hint="remove the file if no run made it, else run the step that lists it",
        )


def _missing(artifact: ArtifactRecord) -> Finding:
    said = ", ".join(_SAID[document] for document, _ in artifact.listed)
    return finding(
        artifact.place,
        f"{artifact.path} is listed but is not there",
        found=None,
        expected=f"the file that is listed in {said}",
        hint="restore the file, or run the pipeline again",
    )


def _names(subject: Subject) -> dict[str, str]:
    return {"slug": subject.slug, "version": subject.version}
