"""`release.whole`: a release stands on versions that are released themselves."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.facts.notices import Notices
from kfm_gates.facts.origins import Origins
from kfm_gates.facts.releases import Releases
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.manifest import Manifest


@check("release.whole", serves=["R-001", "R-011", "R-012"])
def whole(manifest: Manifest, origins: Origins, releases: Releases, notices: Notices) -> Verdict:
    """Deny a release that is made from a version which is not released, or was withdrawn or quarantined.

    There is no partial promotion: what a version is made from is published through it. Every version on the
    way back to the acquisitions must have a passed promotion in the ledger, and no notice that it was
    withdrawn or quarantined; that it was superseded does no harm. Promote the source first; when the source was
    withdrawn, withdraw what was made from it, and make it anew from a version that holds. (That all outputs
    are released is judged by `release.artifacts`; of several versions that are judged together all get a
    permit, or none.)
    """
    return verdict(
        [
            *_unreleased(manifest, origins, releases),
            *_out_of_use(manifest, origins, notices),
        ]
    )


def _unreleased(manifest: Manifest, origins: Origins, releases: Releases) -> Iterator[Finding]:
    for source in origins.versions:
        release = releases.get(source.slug, source.version)
        if release is None or not release.promoted:
            yield finding(
                manifest.at("/dataset_version_id"),
                f"the version is made from {source.id}, which was never promoted",
                found="no passed promotion in the ledger",
                expected=f"a promotion of {source.id} before this one",
                hint="promote the source first, or make the version from one that is released",
            )


def _out_of_use(manifest: Manifest, origins: Origins, notices: Notices) -> Iterator[Finding]:
    for source in origins.versions:
        notice = notices.of(source)
        status = notice.document.status if notice is not None and notice.document is not None else None
        if notice is not None and status in ("withdrawn", "quarantined"):
            yield finding(
                manifest.at("/dataset_version_id"),
                f"the version is made from {source.id}, which is {status}",
                found=f"{status} by {notice.path}",
                expected="a source that is in use",
                hint="withdraw this version as well, and make it anew from a source that holds",
            )
