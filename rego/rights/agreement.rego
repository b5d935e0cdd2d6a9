# METADATA
# title: Deny a version whose specification, DCAT and STAC name different licences.
# description: |
#   Deny a licence in STAC or DCAT that is not the one of the specification. A user reads the licence where
#   they find the data; if it differs there, somebody uses the data under terms that nobody granted. Licences
#   are compared as SPDX expressions, whatever the order and spelling. In DCAT an address stands for the
#   licence that the table `licences` says, `https://spdx.org/licenses/<identifier>` for the identifier, and an
#   expression stands in a node of class dct:LicenseDocument; in STAC it stands in `kfm:license`, with `license`
#   as `other`. Any other address or word stands for nothing and is denied. An output with a licence of its own
#   in the specification needs exactly that one in its distribution and its item; no catalog can give it one.
#   A web link `license` in STAC must lead to one of the licences or to `rights.terms_url`. That a catalog names
#   a licence at all is judged with its form (`catalog.dcat`, `catalog.stac`). Write the catalogs from the
#   specification.
# custom:
#   evidence: [rights_claims, licences, spec]
#   needs: [rights.license]
#   serves: [R-135, R-137]
#   severity: high
#   remediation: Rebuild the catalogs so that they carry the licence of the specification.
#   owner: rights-stewards
package kfm.rights.agreement

default allow := false

allow if {
	is_object(input.spec)
	whole.normal != ""
	count(catalog_claims) > 0
	every claim in catalog_claims {
		claim.means == expected(claim.output).normal
	}
	count(deny) == 0
}

names := {
	"dcat_dataset": "the DCAT dataset",
	"dcat_distribution": "a DCAT distribution",
	"stac_collection": "the STAC collection",
	"stac_item": "a STAC item",
}

claims := object.get(input, "rights_claims", [])

licences := object.get(input, "licences", [])

catalog_claims := [claim |
	some claim in claims
	claim.field == "license"
	claim.source in object.keys(names)
]

mentions := [claim | some claim in claims; claim.field == "license_mention"]

own := {licence.output: licence | some licence in licences}

whole := object.get(own, "", {"normal": "", "canonical": ""})

expected(output) := object.get(own, output, whole)

is_expression(licence) if contains(licence.canonical, " ")

# How the licence of the specification is written in a catalog.
written(source, licence) := sprintf("a dct:LicenseDocument with the licenseExpression %s", [licence.canonical]) if {
	startswith(source, "dcat_")
	is_expression(licence)
} else := concat("", ["https://spdx.org/licenses/", licence.canonical]) if {
	startswith(source, "dcat_")
} else := sprintf("other, with %s in kfm:license", [licence.canonical]) if {
	is_expression(licence)
} else := licence.canonical

whose(output) := "the specification" if {
	not output in object.keys(own)
} else := "the specification" if {
	output == ""
} else := sprintf("the specification for its output %s", [output])

message(claim) := sprintf("%s leaves out that %s has a licence of its own", [names[claim.source], claim.output]) if {
	claim.value == null
} else := sprintf("%s names a licence that neither SPDX nor the table of licences knows", [names[claim.source]]) if {
	claim.means == ""
} else := sprintf("%s names another licence than %s", [names[claim.source], whose(claim.output)])

hint(claim) := "Write the SPDX address or identifier of the licence, or have a steward add this one to the table." if {
	claim.means == ""
	claim.value != null
} else := "Write the licence of the specification into the catalogs."

deny contains {
	"msg": message(claim),
	"at": {"file": claim.place.file, "pointer": claim.place.pointer},
	"found": claim.value,
	"expected": written(claim.source, expected(claim.output)),
	"hint": hint(claim),
} if {
	some claim in catalog_claims
	claim.means != expected(claim.output).normal
}

deny contains {
	"msg": "no catalog names the licence",
	"at": "spec#/rights/license",
	"found": "no claim in DCAT and STAC",
	"expected": "the licence in DCAT and STAC",
	"hint": "Write the licence of the specification into the catalogs.",
} if {
	count(catalog_claims) == 0
}

# What a link or a summary may name: an expression of the specification as a whole, or one licence in it.
mentionable contains licence.normal if some licence in licences

mentionable contains term.licence if {
	some licence in licences
	some alternative in licence.alternatives
	some term in alternative
}

terms_url := object.get(input, ["spec", "rights", "terms_url"], null)

is_terms(address) if address == terms_url

is_terms(address) if address in terms_url

is_known(claim) if {
	claim.means != ""
	claim.means in mentionable
}

is_known(claim) if is_terms(claim.value)

deny contains {
	"msg": sprintf("%s mentions a licence that the specification does not name", [names[claim.source]]),
	"at": {"file": claim.place.file, "pointer": claim.place.pointer},
	"found": claim.value,
	"expected": sprintf("one of %s, or rights.terms_url", [concat(", ", mentionable)]),
	"hint": "Lead to the licence at spdx.org or to the terms that were kept, or leave it out.",
} if {
	some claim in mentions
	not is_known(claim)
}
