# METADATA
# title: Deny a version whose specification, DCAT and STAC name different licences.
# description: |
#   Deny a licence in STAC or DCAT that is not the one of the specification. A user reads the licence where
#   they find the data; if it differs there, somebody uses the data under terms that nobody granted. Licences
#   are compared as SPDX identifiers; in DCAT they are the IRIs `https://spdx.org/licenses/<identifier>`. That
#   a catalog names a licence at all is judged with its form (`catalog.dcat`, `catalog.stac`). Write the
#   catalogs from the specification.
# custom:
#   evidence: [rights_claims, spec]
#   needs: [rights.license]
#   serves: [R-135, R-137]
#   severity: high
#   remediation: Rebuild the catalogs so that they carry the licence of the specification.
#   owner: rights-stewards
package kfm.rights.agreement

default allow := false

allow if {
	is_string(input.spec.rights.license)
	count(claims) > 1
	count(deny) == 0
}

iri_prefix := "https://spdx.org/licenses/"

names := {
	"spec": "the specification",
	"dcat_dataset": "the DCAT dataset",
	"dcat_distribution": "a DCAT distribution",
	"stac_collection": "the STAC collection",
	"stac_item": "a STAC item",
}

claims := [claim | some claim in input.rights_claims; claim.field == "license"]

# DCAT gives the licence as an IRI, all others as an SPDX identifier.
expected(claim) := concat("", [iri_prefix, input.spec.rights.license]) if {
	startswith(claim.source, "dcat_")
} else := input.spec.rights.license

deny contains {
	"msg": sprintf("%s names another licence than the specification", [names[claim.source]]),
	"at": {"file": claim.place.file, "pointer": claim.place.pointer},
	"found": claim.value,
	"expected": expected(claim),
	"hint": "Write the licence of the specification into the catalogs; DCAT has its SPDX IRI.",
} if {
	some claim in claims
	claim.value != expected(claim)
}

deny contains {
	"msg": "no catalog names the licence",
	"at": "spec#/rights/license",
	"found": "no claim in DCAT and STAC",
	"expected": "the licence in DCAT and STAC",
	"hint": "Write the licence of the specification into the catalogs.",
} if {
	every claim in claims {
		claim.source == "spec"
	}
}
