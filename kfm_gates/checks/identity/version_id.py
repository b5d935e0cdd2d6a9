"""`identity.version_id`: the version id follows from the spec and the inputs."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.facts.version_name import VersionName
from kfm_gates.model.finding import Finding, Place, Verdict, deny, finding, verdict


@check("identity.version_id", serves=["R-130"])
def version_id(name: VersionName) -> Verdict:
    """Deny a version whose id can't be derived again from its spec and its inputs.

    `<slice>.<8 digits of spec_hash>.<8 digits of the inputs' digest>` means that the same spec and the same
    inputs have the same id on every machine, and that other inputs can't hide behind an id that is known.
    The inputs' digest is the SHA-256 of the canonical JSON list of the sorted digests of all raw data and of
    artifacts of other versions that the receipts name as inputs. Ids of two parts are read as they are.
    Rename the version (`kfm-gates seal` does), or correct the spec or the receipt that differs.
    """
    if not name.parts:
        return deny(
            Place(""),
            f"{name.version} is no version id",
            found=name.version,
            expected="<time slice>.<8 hex of spec_hash>.<8 hex of the inputs' digest>",
            hint="name the version by its spec and inputs; `kfm-gates seal` does",
        )
    return verdict(_finding(name, i) for i, part in enumerate(name.parts) if part.found != part.expected)


def _finding(name: VersionName, index: int) -> Finding:
    part = name.parts[index]
    if part.expected is None:
        message = f"the receipts name no data that {name.version} could have been made from"
    else:
        message = f"the {part.name} in {name.version} does not follow from what the version is made of"
    return finding(
        part.place,
        message,
        found=part.found,
        expected=part.expected or "at least one raw artifact, or artifact of another version, as an input",
        hint="rename the version with `kfm-gates seal`, or correct the document that differs",
    )
