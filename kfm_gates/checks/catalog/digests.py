"""The digests and sizes that the catalogs state, against the bytes."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.evidence.digests import normalise
from kfm_gates.facts.digest_claims import DigestClaim
from kfm_gates.model.finding import OK, Verdict, deny


@check("catalog.digests", needs="catalog.cross_links", serves="R-153")
def digests(claim: DigestClaim) -> Verdict:
    """Deny a digest or size in STAC, DCAT or PROV that is not that of the bytes, or that is not stated at all.

    Whoever fetches an artifact checks it against the catalog, so each of the three must state the digest of
    each artifact, STAC and DCAT its size too, and all of that must be what the file's bytes give. The three
    spellings (`1220…` in STAC, `sha256:…` in PROV, bare digits in DCAT) are compared as one. The digests of
    receipts and other files that PROV states count as well; what lies outside the evidence must have the
    digest that the receipt gives it. Build the catalogs anew from the artifacts; don't correct by hand.
    """
    where = f"`{claim.field}` of {claim.of}"
    hint = "Build the catalog again from the files that are released."
    if claim.stated is None:
        message = f"{_NAMES[claim.source]} does not state the {claim.measure} of this artifact"
        return deny(claim.place, message, found="nothing", expected=f"{where}: {claim.actual}", hint=hint)
    if claim.actual is None:
        message = f"`{claim.field}` speaks of something that is neither in the evidence nor in a receipt"
        return deny(
            claim.place, message, found=claim.of, expected="a file, or an input of a receipt", hint=hint
        )
    if _same(claim):
        return OK
    message = f"`{claim.field}` is not the {claim.measure} of what it speaks of"
    return deny(claim.place, message, found=claim.stated, expected=f"{claim.actual} ({claim.of})", hint=hint)


_NAMES = {"stac": "STAC", "dcat": "DCAT", "prov": "PROV"}


def _same(claim: DigestClaim) -> bool:
    stated = claim.stated or ""
    if claim.measure == "digest":
        return normalise(stated) == claim.actual and claim.actual is not None
    return stated.isascii() and stated.isdecimal() and str(int(stated[:30])) == claim.actual
