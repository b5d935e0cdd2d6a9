"""What each document says of the rights in a version: its licence, who holds the rights, what must be said."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.facts.container import provides
from kfm_gates.facts.dcat_rights import DcatRights
from kfm_gates.facts.named import name_fact
from kfm_gates.facts.rights_claim import Field, RightsClaim
from kfm_gates.facts.spec_licences import SpecLicence
from kfm_gates.facts.stac_rights import StacRights
from kfm_gates.model.spec import Spec


@provides
def rights_claims(
    spec: Spec, licences: tuple[SpecLicence, ...], dcat: DcatRights, stac: StacRights
) -> tuple[RightsClaim, ...]:
    """Every claim: the spec's first, then the catalogs'. What a catalog must say at all is judged with its form."""
    return (*_of_spec(spec, licences), *dcat.claims, *stac.claims)


def _of_spec(spec: Spec, licences: tuple[SpecLicence, ...]) -> Iterator[RightsClaim]:
    for each in licences:
        yield RightsClaim(each.place, "spec", "license", each.stated, each.normal, each.output)
    rights = spec.raw.get("rights")
    fields: tuple[Field, ...] = ("rights_holder", "attribution")
    for field in fields:
        value = rights.get(field) if isinstance(rights, dict) else None
        if isinstance(value, str):
            yield RightsClaim(spec.at(f"/rights/{field}"), "spec", field, value)
    for index, output in enumerate(spec.outputs):
        if output.attribution is not None:
            place = spec.at(f"/outputs/{index}/attribution")
            yield RightsClaim(place, "spec", "attribution", output.attribution, output=output.path)


name_fact("rights_claims", RightsClaim, many=True)
