# METADATA
# title: Deny a version without a rights holder or an attribution that it needs, or whose catalog gives others.
# description: |
#   Deny a specification that does not say in `rights.rights_holder` whose the data is, or not in
#   `rights.attribution` what must be said about it, and a catalog that does not say exactly the same: in DCAT the
#   name of `dct:rightsHolder` and the text of `dct:rights`, for the dataset and for each distribution; in STAC,
#   where they are given, the providers with the role `licensor` and the field `attribution`. Most open licences
#   let anyone use the data on the condition that its source is named, and the catalog is what users see. The
#   attribution may be left out only if the table `licences` says that the licence asks for none, and no
#   obligation `require_attribution` does. An output may have one of its own in `outputs[].attribution`. Mend the
#   specification first (it makes a new version), then write the catalog from it.
# custom:
#   evidence: [spec, licences, rights_claims]
#   serves: [R-135, R-137]
#   severity: high
#   remediation: Fill rights.rights_holder and rights.attribution in the specification and rebuild the catalog.
#   owner: rights-stewards
package kfm.rights.holder

default allow := false

allow if {
	is_object(rights)
	is_array(input.rights_claims)
	is_array(input.licences)
	every field in demanded {
		says_something(rights[field])
	}
	count(deny) == 0
}

known := data.kfm_data.licences

rights := object.get(input, ["spec", "rights"], null)

licences := object.get(input, "licences", [])

claims := object.get(input, "rights_claims", [])

fields := {"rights_holder", "attribution"}

named(field) := object.get(labels, field, field)

labels := {"rights_holder": "rights holder", "attribution": "attribution"}

said_by := {
	"spec": "the specification",
	"dcat_dataset": "the DCAT dataset",
	"dcat_distribution": "a DCAT distribution",
	"stac_collection": "the STAC collection",
	"stac_item": "a STAC item",
}

empty_words := {"", "-", "?", "n/a", "na", "nil", "none", "null", "unknown", "unspecified"}

says_something(value) if {
	is_string(value)
	not lower(trim_space(value)) in empty_words
}

# A licence that can be kept without naming anybody; what the table does not know can't.
names_nobody(licence) if {
	some alternative in licence.alternatives
	count(alternative) > 0
	every term in alternative {
		known[term.licence].attribution == false
	}
}

# What the specification says for one output alone.
own := {claim.output: claim.value |
	some claim in claims
	claim.source == "spec"
	claim.field == "attribution"
	claim.output != ""
}

nameless := {licence.output | some licence in licences; names_nobody(licence)}

asking contains "the licence" if not "" in nameless

asking contains sprintf("the licence of %s", [licence.output]) if {
	some licence in licences
	licence.output != ""
	not licence.output in nameless
	not licence.output in object.keys(own)
}

asking contains "the obligation require_attribution" if {
	some obligation in object.get(input, ["spec", "policy", "obligations"], [])
	obligation.type == "require_attribution"
}

demanded contains "rights_holder"

demanded contains "attribution" if count(asking) > 0

state(field) := "missing" if {
	not is_object(rights)
	field in demanded
} else := "left out" if {
	not is_object(rights)
} else := "missing" if {
	not field in object.keys(rights)
	field in demanded
} else := "left out" if {
	not field in object.keys(rights)
} else := "not a text" if {
	not is_string(rights[field])
} else := "empty of meaning" if {
	not says_something(rights[field])
} else := "sound"

found(field) := null if {
	state(field) == "missing"
} else := json.marshal(rights[field])

wanted("rights_holder") := "the rights holder as a text"

wanted("attribution") := sprintf("the attribution as a text, for %s asks for it", [concat(" and ", asking)]) if {
	count(asking) > 0
} else := "the attribution as a text"

deny contains {
	"msg": sprintf("`rights.%s` is %s", [field, state(field)]),
	"at": sprintf("spec#/rights/%s", [field]),
	"found": found(field),
	"expected": wanted(field),
	"hint": "Write what the upstream terms say; if they say nothing, leave the version in quarantine.",
} if {
	some field in fields
	not state(field) in {"sound", "left out"}
}

# What a catalog must say: for an output its own attribution, null where nothing is asked for.
expected(claim) := own[claim.output] if {
	claim.field == "attribution"
	claim.output in object.keys(own)
} else := object.get(rights, claim.field, null)

message(claim) := sprintf("%s gives no %s", [said_by[claim.source], named(claim.field)]) if {
	claim.value == null
} else := sprintf("%s gives another %s than the specification", [said_by[claim.source], named(claim.field)])

deny contains {
	"msg": message(claim),
	"at": {"file": claim.place.file, "pointer": claim.place.pointer},
	"found": claim.value,
	"expected": expected(claim),
	"hint": "Write the catalog from the specification, word for word.",
} if {
	is_object(rights)
	some claim in claims
	claim.source != "spec"
	claim.field in fields
	state(claim.field) in {"sound", "left out"}
	claim.value != expected(claim)
}
