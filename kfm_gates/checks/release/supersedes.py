"""`release.supersedes`: of two releases of the same thing it is said which one took the place of the other."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.notices import Notices
from kfm_gates.facts.releases import Release, Releases
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.text import instant


@check("release.supersedes", serves=["R-234", "R-240"])
def supersedes(manifest: Manifest, subject: Subject, releases: Releases, notices: Notices) -> Verdict:
    """Deny a version that is out of use, or that replaces another without saying so.

    Whoever cites a version must be able to learn what became of it. Of two releases of one dataset with the
    same time slice and the same policy label, the later one supersedes the earlier and names it in
    `supersedes` of its manifest, directly or through the versions between; and the earlier one gets a notice
    (`release/status/…`) that names its successor. A version with a notice that it was superseded, withdrawn or
    quarantined can't be promoted: it is set aside when a whole root is judged, and denied when it is asked
    for. A notice that does not hold (malformed, about another version, in the future) denies as well.
    """
    return verdict(
        [
            *_notice(subject, notices),
            *_named(manifest, subject, releases),
            *_unnamed(manifest, subject, releases),
            *_replaced(subject, releases, notices),
        ]
    )


def _notice(subject: Subject, notices: Notices) -> Iterator[Finding]:
    notice = notices.at(subject)
    if notice is None:
        return
    yield from notice.findings
    if notice.document is not None and not notice.findings:
        by = f" by {notice.document.superseded_by}" if notice.document.superseded_by else ""
        yield finding(
            notice.document.at("/status"),
            f"the version is {notice.document.status}{by}: {notice.document.reason}",
            found=notice.document.status,
            expected="no notice that the version is out of use",
            hint="promote the version that took its place; a version that was set aside stays so",
        )


def _named(manifest: Manifest, subject: Subject, releases: Releases) -> Iterator[Finding]:
    """What is wrong with the version that the manifest names."""
    if manifest.supersedes is None or manifest.supersedes == subject.version:  # `release.manifest` says so
        return
    at, old = manifest.at("/supersedes"), releases.get(subject.slug, manifest.supersedes)
    if old is None or not old.promoted:
        yield finding(
            at,
            "the version that is said to be superseded was never released",
            found=manifest.supersedes,
            expected=f"a version of {subject.slug} with a manifest and a passed promotion in the ledger",
            hint="name the version that this one replaces, or remove the field",
        )
    elif not _before(old.released_at, manifest.released_at):
        yield finding(
            at,
            "the version that is said to be superseded was not released before this one",
            found=old.released_at,
            expected=f"a time before {manifest.released_at}",
            hint="name an earlier version",
        )


def _unnamed(manifest: Manifest, subject: Subject, releases: Releases) -> Iterator[Finding]:
    """Earlier releases of the same that this one neither names nor leaves to a version that it names."""
    own = releases.get(subject.slug, subject.version)
    if own is None:
        return
    covered = _covered(manifest.supersedes, releases, subject.slug)
    for other in releases.of(subject.slug):
        if other.version in covered or other == own or not other.promoted or not _same_series(other, own):
            continue
        left_to = other.notice.document if other.notice is not None else None
        if left_to is not None and left_to.superseded_by != subject.version:
            continue  # withdrawn, quarantined, or replaced by another version
        if _before(other.released_at, manifest.released_at):
            yield finding(
                manifest.at("/supersedes" if manifest.supersedes else ""),
                f"{other.version} was released before, and this version does not say that it takes its place",
                found=manifest.supersedes or "nothing",
                expected=other.version,
                hint="name it in `supersedes`; if both are to stay in use, they need different time slices or labels",
            )


def _replaced(subject: Subject, releases: Releases, notices: Notices) -> Iterator[Finding]:
    if notices.at(subject) is not None:
        return
    for other in releases.of(subject.slug):
        if other.supersedes == subject.version and other.promoted and other.notice is None:
            yield finding(
                other.place,
                f"{other.version} supersedes this version, and nothing says so here",
                found="no notice",
                expected=f"release/status of {subject.id} with status `superseded`",
                hint="write the notice; catalogs and receipts of the version stay as they are",
            )


def _covered(start: str | None, releases: Releases, slug: str) -> frozenset[str]:
    """The versions that a chain of `supersedes` leads to."""
    found: set[str] = set()
    while start is not None and start not in found:
        found.add(start)
        old = releases.get(slug, start)
        start = old.supersedes if old is not None else None
    return frozenset(found)


def _same_series(one: Release, other: Release) -> bool:
    return one.time_slice == other.time_slice and one.label == other.label


def _before(one: str | None, other: str | None) -> bool:
    try:
        return one is not None and other is not None and instant(one) < instant(other)
    except ValueError:
        return False
