"""The release that a version follows: what its thresholds and figures are compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import provides
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.releases import Release, Releases
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.spec import Spec
from kfm_gates.model.text import instant

Relation = Literal["superseded", "earlier", "source"]


@dataclass(frozen=True)
class PriorVersion:
    """One earlier release, with the paths of its documents, whether there is a file or not.

    `relation` is `superseded` when the manifest names it, `earlier` when it is the latest release before this
    one with the same policy label (of the same time slice, if there is any), `source` when the spec derives
    from it and nothing else precedes. `report_digest` is what its manifest states of its QA report, None when
    that is no text.
    """

    subject: Subject
    relation: Relation
    same_slice: bool
    """Whether both versions are about the same `time_slice`."""
    manifest: str
    spec: str
    qa_report: str
    report_digest: str | None


@provides
def prior_versions(
    subject: Subject, layout: Layout, parsed: Parsed, releases: Releases, manifest: Manifest, spec: Spec
) -> tuple[PriorVersion, ...]:
    """The version that this one follows: one, or none when it is the first.

    A version that was withdrawn or quarantined is passed over: nothing is measured by what was wrong. A name in
    `supersedes` or `derived_from` that is no release is for other checks to judge; what would precede without
    it counts then, so that a wrong name never makes a version the first.
    """
    own_slice = subject.version.partition(".")[0]
    others = {each.version: each for each in _in_use(releases, subject)}

    def made(each: Release, relation: Relation) -> tuple[PriorVersion]:
        return (
            PriorVersion(
                Subject(each.slug, each.version),
                relation,
                each.time_slice == own_slice,
                each.path,
                layout.path("spec", slug=each.slug, spec8=each.version.split(".")[1]),
                layout.path("qa_report", slug=each.slug, version=each.version),
                _report_digest(parsed, each.path),
            ),
        )

    if manifest.supersedes in others:
        return made(others[manifest.supersedes], "superseded")
    label, released = manifest.policy.policy_label, instant(manifest.released_at)
    alike = [(at, e) for e in others.values() if e.label == label and (at := _released(e)) and at < released]
    if alike:
        nearest = max(alike, key=lambda each: (each[1].time_slice == own_slice, each[0], each[1].version))
        return made(nearest[1], "earlier")
    source = spec.derived_from.dataset_version_id if spec.derived_from is not None else None
    return made(others[source], "source") if source in others else ()


def _in_use(releases: Releases, subject: Subject) -> Iterator[Release]:
    for each in releases.of(subject.slug):
        named = each.version.count(".") and each.version.split(".")[1]
        notice = each.notice.document if each.notice is not None else None
        if (
            named
            and each.promoted
            and each.version != subject.version
            and (notice is None or notice.status == "superseded")
        ):
            yield each


def _released(release: Release) -> datetime | None:
    try:
        return instant(release.released_at or "")
    except ValueError:
        return None


def _report_digest(parsed: Parsed, manifest: str) -> str | None:
    for _, raw in parsed.readable((manifest,)):
        qa = raw.get("qa") if isinstance(raw, dict) else None
        digest = qa.get("report_digest") if isinstance(qa, dict) else None
        return digest if isinstance(digest, str) else None
    return None
