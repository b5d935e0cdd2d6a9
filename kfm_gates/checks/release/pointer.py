"""`release.pointer`: users who name no version get one that is released and may be served."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.documents import Form
from kfm_gates.facts.given import Clock, Tables
from kfm_gates.facts.releases import Embargoes, Release, Releases
from kfm_gates.model.finding import Finding, Json, Verdict, finding, verdict
from kfm_gates.model.pointer import Pointer
from kfm_gates.model.text import instant

_REPOINT = "point to a version that is promoted and in use, with the tool that publishes"


@check("release.pointer", serves=["R-010", "R-189", "R-284"])
def pointer(
    form: Form[Pointer],
    subject: Subject,
    releases: Releases,
    snapshot: Snapshot,
    tables: Tables,
    embargo: Embargoes,
    clock: Clock,
) -> Verdict:
    """Deny a dataset whose published pointer leads to a version that is not released, or that nobody may be served.

    The pointer says what users get who name no version. It must name a version of this dataset that was
    promoted, by the digest of the manifest that released it, after that release; under a label that the public
    may be served; that no notice takes out of use; and that no version superseded before the pointer was
    written. A pointer that still names the version before the one that is promoted now is no flaw: it is moved
    after the promotion. Where the runbooks say `latest_version_id` they mean this document.
    """
    if form.document is None or form.findings:
        return verdict(form.findings)
    made = form.document
    if made.dataset_slug != subject.slug:
        return verdict([_flaw(made, "dataset_slug", "the pointer is of another dataset", subject.slug)])
    release = releases.get(subject.slug, made.latest_version_id)
    if release is None or not release.promoted:
        message = "the pointer names a version that was never promoted"
        expected = "a version with a manifest and a passed promotion in the ledger"
        return verdict([_flaw(made, "latest_version_id", message, expected)])
    return verdict(
        [
            *_bound(made, release, snapshot),
            *_times(made, release, clock),
            *_served(made, release, tables, embargo),
            *_in_use(made, release, releases),
        ]
    )


def _bound(made: Pointer, release: Release, snapshot: Snapshot) -> Iterator[Finding]:
    if made.manifest.path != release.path:
        message = "the pointer is bound to another manifest than that of the version it names"
        yield _flaw(made, "manifest/path", message, release.path, made.manifest.path)
        return
    try:
        digest = snapshot.content(release.path).digest
    except Unreadable as error:
        digest = str(error)
    if made.manifest.digest != digest:
        message = "the manifest of the version that the pointer names is not the one that was published"
        yield _flaw(made, "manifest/digest", message, digest, made.manifest.digest)


def _times(made: Pointer, release: Release, clock: Clock) -> Iterator[Finding]:
    updated = instant(made.updated_at)
    if updated > instant(clock.evaluated_at):
        message = "the pointer was written in the future"
        yield _flaw(made, "updated_at", message, f"at most {clock.evaluated_at}")
    elif _after(release.released_at, made.updated_at):
        message = "the pointer was written before the version that it names was released"
        yield _flaw(made, "updated_at", message, f"at least {release.released_at}")


def _served(made: Pointer, release: Release, tables: Tables, embargo: Embargoes) -> Iterator[Finding]:
    labels: Json = tables.table("labels")
    label = labels.get(release.label) if isinstance(labels, dict) else None
    served = label.get("served") if isinstance(label, dict) else None
    if served == "after_embargo":
        until = embargo.until(release)
        if until is None or _after(until, made.updated_at):
            message = "the pointer leads the public to a version under embargo"
            yield _flaw(made, "updated_at", message, f"a time after {until or 'an embargo that has an end'}")
    elif served != "yes":
        said = f"with the label {release.label}" if release.label else "without a policy label"
        message = f"the pointer leads the public to a version {said}"
        yield _flaw(made, "latest_version_id", message, "a version that may be served to the public")


def _in_use(made: Pointer, release: Release, releases: Releases) -> Iterator[Finding]:
    if release.notice is not None and release.notice.document is not None:
        status = release.notice.document.status
        message = f"the pointer names a version that is {status}"
        yield _flaw(made, "latest_version_id", message, f"a version in use; see {release.notice.path}")
        return
    for other in releases.of(release.slug):
        replaces = other.supersedes == release.version and other.promoted and other.notice is None
        if replaces and not _after(other.released_at, made.updated_at):
            message = "the pointer was written when another version had taken the place of the one it names"
            yield _flaw(made, "latest_version_id", message, other.version)


def _after(one: str | None, other: str) -> bool:
    """Whether `one` is later; a time that can't be read counts as later: it is denied with its own version."""
    try:
        return one is None or instant(one) > instant(other)
    except ValueError:
        return True


def _flaw(made: Pointer, field: str, message: str, expected: str, found: str | None = None) -> Finding:
    stated = found if found is not None else getattr(made, field)
    return finding(made.at(f"/{field}"), message, found=stated, expected=expected, hint=_REPOINT)
