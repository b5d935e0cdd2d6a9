"""`release.artifacts`: what is released is what was specified and what is there."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.spec import Spec


@check("release.artifacts", serves=["R-184"])
def artifacts(manifest: Manifest, spec: Spec, subject: Subject, index: Index, layout: Layout) -> Verdict:
    """Deny a manifest whose artifacts are not exactly those on disk and those that the specification demands.

    An artifact that is on disk and not in the manifest would be published without ever having been approved;
    an output that the specification demands and the manifest lacks makes the release a partial one. Run the
    pipeline that makes all outputs, list them all, and remove what does not belong to the version. (Their
    media types are judged by `catalog.media_types`.)
    """
    folder = (
        layout.templates["artifact"].format(slug=subject.slug, version=subject.version).removesuffix("**")
    )
    on_disk = set(index.of_version("artifact", subject.slug, subject.version))
    outputs = {folder + output.path: number for number, output in enumerate(spec.outputs)}
    return verdict(
        [
            *_not_listed(manifest, on_disk),
            *_not_specified(manifest, outputs, on_disk),
            *_not_delivered(manifest, spec, outputs),
        ]
    )


def _not_listed(manifest: Manifest, on_disk: set[str]) -> Iterator[Finding]:
    for path in sorted(on_disk - {artifact.path for artifact in manifest.artifacts}):
        yield finding(
            manifest.at("/artifacts"),
            f"{path} is on disk but not in the manifest",
            found="not listed",
            expected="every artifact of the version",
            hint="list it, or remove the file if it does not belong to the version",
        )


def _not_specified(manifest: Manifest, outputs: dict[str, int], on_disk: set[str]) -> Iterator[Finding]:
    for number, artifact in enumerate(manifest.artifacts):
        if artifact.path not in on_disk:
            continue  # `identity.digests` says so
        if artifact.path not in outputs:
            yield finding(
                manifest.at(f"/artifacts/{number}/path"),
                "the manifest releases an artifact that the specification does not know",
                found=artifact.path,
                expected=" or ".join(sorted(outputs)),
                hint="add the output to the specification, which makes a new version, or remove the artifact",
            )


def _not_delivered(manifest: Manifest, spec: Spec, outputs: dict[str, int]) -> Iterator[Finding]:
    listed = {artifact.path for artifact in manifest.artifacts}
    for path, number in outputs.items():
        if path not in listed:
            yield finding(
                spec.at(f"/outputs/{number}/path"),
                "the release lacks an output that the specification demands",
                found="not in the manifest",
                expected=path,
                hint="run the pipeline that makes all outputs; there is no partial release",
            )
