"""`release.waivers`: what is waived is in order, and is said."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.errors import EngineError
from kfm_gates.facts.waiver_reading import ReadWaiver
from kfm_gates.facts.waivers import Ended, ListedWaivers, Waiving
from kfm_gates.model.finding import Finding, Status, Verdict, finding, verdict
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.text import instant

ID = "release.waivers"


@check(ID, serves="R-011", last=True)
def waivers(waiving: Waiving, listed: ListedWaivers) -> Verdict:
    """Deny a release under a waiver that is not in order, is not needed, or is not said.

    A waiver is the one way past a denial, so it must say who opened what, why and until when; and it must go
    when it has done its work, or it lies there and opens the next mistake. Denied is a waiver that can't be
    read, has expired, was approved by its own owner, is for a check that can't be waived, for other bytes, or
    for a check that failed or was not judged; and one whose denial does not happen (any more). The manifest
    lists in `waivers` the waivers that were issued before its release and are used, and no others. Mend what
    is denied and take the waiver out of the configuration, or have another one approved.
    """
    found = [*waiving.flaws, *_unused(waiving)]
    if listed.manifest is not None:
        found += [*_unsaid(listed.manifest, waiving), *_misnamed(listed.manifest, waiving)]
    return verdict(found)


def _unused(waiving: Waiving) -> Iterator[Finding]:
    if waiving.ended is None and waiving.sound:
        raise EngineError("nothing says what the waivers opened")
    for each in waiving.sound:
        ended = (waiving.ended or {}).get(each.waiver.check)
        if ended is not None:
            yield from _orphaned(each, ended)


def _orphaned(each: ReadWaiver, ended: Ended) -> Iterator[Finding]:
    check = each.waiver.check
    if ended.status in (Status.ERROR, Status.ABSTAIN):
        why = f" ({', '.join(ended.because)})" if ended.because else ""
        yield each.finding(
            "/check",
            f"is for {check}, which ended {ended.status.name}{why}, and only a denial can be opened",
            found=ended.status.name,
            expected="DENY",
            hint="mend what keeps the check from judging",
        )
    elif not ended.needed:
        yield each.finding(
            "/check",
            f"is not needed: {check} is one of several checks, and another of them passed",
            found="PASS",
            expected="a denial that blocks",
            hint="take the waiver out",
        )
    else:
        for index, fingerprint in enumerate(each.waiver.findings):
            if fingerprint not in ended.fingerprints:
                yield each.finding(
                    f"/findings/{index}",
                    f"is orphaned: {check} has no such finding (any more)",
                    found=fingerprint,
                    expected=", ".join(sorted(ended.fingerprints)) or "nothing: the check passes",
                    hint="take it out of the waiver, or the waiver out of the configuration",
                )


def _unsaid(manifest: Manifest, waiving: Waiving) -> Iterator[Finding]:
    """A waiver that was there when the manifest was written belongs in it; a later one can't be in it."""
    for each in waiving.used():
        before = instant(each.waiver.issued) <= instant(manifest.released_at)
        if before and each.waiver.id not in (manifest.waivers or ()):
            yield finding(
                manifest.at("/waivers" if manifest.waivers is not None else ""),
                f"the manifest does not list the waiver {each.waiver.id}, under which the version is released",
                found=", ".join(manifest.waivers or ()),
                expected=each.waiver.id,
                hint="list it in `waivers` and seal the version anew",
            )


def _misnamed(manifest: Manifest, waiving: Waiving) -> Iterator[Finding]:
    """A name in the manifest that no waiver has; what else is wrong with one is said of the waiver."""
    for index, name in enumerate(manifest.waivers or ()):
        if name not in waiving.names:
            yield finding(
                manifest.at(f"/waivers/{index}"),
                f"the manifest lists the waiver {name}, and there is none of this name for the version",
                found=name,
                expected=", ".join(sorted(waiving.names)) or "no waiver",
                hint="take it out and seal the version anew; of a released version, make a new one",
            )
