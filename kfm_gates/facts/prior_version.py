"""The release that a version follows: what its thresholds and figures are compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.parsed import Parsed
from kfm_gates.model.finding import Json
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


@dataclass(frozen=True)
class _Release:
    """One manifest as it is written, without trust in its form."""

    version: str
    path: str
    label: Json
    released_at: datetime
    report_digest: str | None

    @property
    def time_slice(self) -> str:
        return self.version.partition(".")[0]


class EarlierReleases:
    """The releases of each dataset that are in use, read when they are asked for and at most once."""

    def __init__(self, index: Index, parsed: Parsed) -> None:
        self._index, self._parsed = index, parsed
        self._paths: dict[str, list[str]] = defaultdict(list)
        for path in index.named("manifest"):
            self._paths[index.variables[path][1]["slug"]].append(path)
        self._known: dict[str, tuple[_Release, ...]] = {}

    def of(self, slug: str) -> tuple[_Release, ...]:
        """What the manifests of a dataset say; one that can't be read is denied with its own version."""
        if slug not in self._known:
            self._known[slug] = tuple(self._read(slug))
        return self._known[slug]

    def _read(self, slug: str) -> Iterator[_Release]:
        for path, raw in self._parsed.readable(tuple(self._paths[slug])):
            version = self._index.variables[path][1]["version"]
            if not isinstance(raw, dict) or not version.partition(".")[2].partition(".")[0]:
                continue
            try:
                released_at = instant(raw.get("released_at", ""))
            except (TypeError, ValueError):
                continue
            policy, qa = raw.get("policy"), raw.get("qa")
            label = policy.get("policy_label") if isinstance(policy, dict) else None
            digest = qa.get("report_digest") if isinstance(qa, dict) else None
            if not self._set_aside(slug, version):
                yield _Release(version, path, label, released_at, digest if isinstance(digest, str) else None)

    def _set_aside(self, slug: str, version: str) -> bool:
        """Whether a notice says that the version was wrong: nothing is measured by that."""
        for path in self._index.of_version("status", slug, version):
            try:
                notice = self._parsed.value(path)
            except Unmet:
                return True  # a notice that nobody can read is no reason to rely on the version
            if not isinstance(notice, dict) or notice.get("status") != "superseded":
                return True
        return False


@provides(shared=True)
def earlier_releases(index: Index, parsed: Parsed) -> EarlierReleases:
    """See EarlierReleases."""
    return EarlierReleases(index, parsed)


@provides
def prior_versions(
    subject: Subject, layout: Layout, releases: EarlierReleases, manifest: Manifest, spec: Spec
) -> tuple[PriorVersion, ...]:
    """The version that this one follows: one, or none when it is the first.

    A name in `supersedes` or `derived_from` that is no release in use is for other checks to judge; what
    would precede without it counts then, so that a wrong name never makes a version the first.
    """
    released = instant(manifest.released_at)
    others = {each.version: each for each in releases.of(subject.slug) if each.version != subject.version}
    own_slice = subject.version.partition(".")[0]

    def made(each: _Release, relation: Relation) -> tuple[PriorVersion]:
        spec8 = each.version.split(".")[1]
        return (
            PriorVersion(
                Subject(subject.slug, each.version),
                relation,
                each.time_slice == own_slice,
                each.path,
                layout.path("spec", slug=subject.slug, spec8=spec8),
                layout.path("qa_report", slug=subject.slug, version=each.version),
                each.report_digest,
            ),
        )

    if manifest.supersedes in others:
        return made(others[manifest.supersedes], "superseded")
    label = manifest.policy.policy_label
    alike = [each for each in others.values() if each.label == label and each.released_at < released]
    if alike:
        nearest = max(alike, key=lambda each: (each.time_slice == own_slice, each.released_at, each.version))
        return made(nearest, "earlier")
    source = spec.derived_from.dataset_version_id if spec.derived_from is not None else None
    return made(others[source], "source") if source in others else ()
