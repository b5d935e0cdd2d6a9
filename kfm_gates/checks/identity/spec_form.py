"""`identity.spec_form`: the spec says all that a spec must say."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.evidence.index import Index
from kfm_gates.facts.documents import Form
from kfm_gates.model.finding import OK, Verdict, deny, verdict
from kfm_gates.model.spec import Spec


@check("identity.spec_form", serves=["R-100", "R-159"])
def spec_form(form: Form[Spec], index: Index) -> Verdict:
    """Deny a spec that lacks its schema, thresholds, cadence or promotion requirements, or is misnamed.

    The spec is what a version is judged against: columns and types, the thresholds of quality, who must
    approve. What it leaves open, each run decides for itself. Its file is named by the first eight digits of
    its hash, so that a version id leads to exactly one spec. Complete the spec; since that changes its hash,
    the version gets a new id (`kfm-gates seal` renames both). Rights and policy label have checks of their own.
    """
    if form.document is None or form.findings:
        return verdict(form.findings)
    spec = form.document
    name = index.variables[form.path][1]["spec8"]
    expected = spec.spec_hash.removeprefix("sha256:")[:8]
    if name == expected:
        return OK
    return deny(
        spec.at("/spec_hash"),
        f"the spec lies in {name}.yaml, which is not the name that its hash gives it",
        found=name,
        expected=expected,
        hint="a released spec is never edited: write the change to a new file, named by its hash",
    )
