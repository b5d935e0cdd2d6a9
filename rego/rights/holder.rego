# METADATA
# title: Deny a version without a rights holder and an attribution, or whose catalog gives others.
# description: |
#   Deny a specification that does not say in `rights.rights_holder` whose the data is and in
#   `rights.attribution` what must be said about it, and a DCAT catalog that does not say exactly the same:
#   the name of `dct:rightsHolder` and the text of `dct:rights`, for the dataset and for each distribution.
#   Most open licences let anyone use the data on the condition that its source is named, and the catalog is
#   what users see. Mend the specification first (it makes a new version), then write the catalog from it.
# custom:
#   evidence: [spec, rights_claims]
#   serves: [R-135, R-137]
#   severity: high
#   remediation: Fill rights.rights_holder and rights.attribution in the specification and rebuild the catalog.
#   owner: rights-stewards
package kfm.rights.holder

default allow := false

allow if {
	is_object(rights)
	every field in fields {
		says_something(rights[field])
	}
	count(deny) == 0
}

rights := object.get(input, ["spec", "rights"], null)

fields := {"rights_holder", "attribution"}

labels := {"rights_holder": "rights holder", "attribution": "attribution"}

said_by := {"dcat_dataset": "the DCAT dataset", "dcat_distribution": "a DCAT distribution"}

empty_words := {"", "-", "?", "n/a", "na", "nil", "none", "null", "unknown", "unspecified"}

says_something(value) if {
	is_string(value)
	not lower(trim_space(value)) in empty_words
}

state(field) := "missing" if {
	not is_object(rights)
} else := "missing" if {
	not field in object.keys(rights)
} else := "not a text" if {
	not is_string(rights[field])
} else := "empty of meaning" if {
	not says_something(rights[field])
} else := "sound"

found(field) := null if {
	state(field) == "missing"
} else := json.marshal(rights[field])

deny contains {
	"msg": sprintf("`rights.%s` is %s", [field, state(field)]),
	"at": sprintf("spec#/rights/%s", [field]),
	"found": found(field),
	"expected": sprintf("the %s as a text", [labels[field]]),
	"hint": "Write what the upstream terms say; if they say nothing, leave the version in quarantine.",
} if {
	some field in fields
	state(field) != "sound"
}

deny contains {
	"msg": sprintf("%s gives another %s than the specification", [said_by[claim.source], labels[claim.field]]),
	"at": {"file": claim.place.file, "pointer": claim.place.pointer},
	"found": claim.value,
	"expected": rights[claim.field],
	"hint": "Write the catalog from the specification, word for word.",
} if {
	some claim in input.rights_claims
	claim.source in object.keys(said_by)
	claim.field in fields
	state(claim.field) == "sound"
	claim.value != rights[claim.field]
}
