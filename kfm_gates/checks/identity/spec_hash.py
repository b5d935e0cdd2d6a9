"""`identity.spec_hash`: the hash in the spec is the hash of the spec."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.hash_methods import spec_hash as computed_hash
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.model.finding import OK, Verdict, deny
from kfm_gates.model.spec import Spec


@check("identity.spec_hash", needs="identity.spec_form", serves=["R-131", "R-133", "R-257"])
def spec_hash(spec: Spec, snapshot: Snapshot) -> Verdict:
    """Deny a spec whose stated hash is not the one recomputed by the hash method that it names.

    Receipts, manifest and catalogs name the spec by its hash. When the registry drifts, that is when somebody
    edits a spec in place, all of them speak of a spec that is no longer there. Restore the spec as it was
    released, or save the change as a new spec under its new hash and rebuild the version from it.
    """
    try:
        computed = computed_hash(spec.raw, snapshot.data(spec.path), spec.hash_method)
    except EvidenceError as error:
        return deny(
            spec.at("/hash_method"),
            "the spec's hash can't be recomputed",
            found=str(error),
            expected="a spec that its hash method can be applied to",
            hint="write values that canonical JSON can hold",
        )
    if computed == spec.spec_hash:
        return OK
    return deny(
        spec.at("/spec_hash"),
        "the spec was changed after its hash was taken",
        found=spec.spec_hash,
        expected=computed,
        hint="restore the released spec, or save the change as a new spec (`kfm-gates spec-hash`)",
    )
