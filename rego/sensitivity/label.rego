# METADATA
# title: Deny a version whose policy label is missing, unknown, quarantine, or lacks what the label demands.
# description: |
#   Deny a label that is not one of the table `labels`, or without what the table demands for it. The label
#   decides who may see the data, so doubt about it means that nobody may. A generalised version must say what
#   was generalised, by at least one obligation, and from which version it was made; restricted data must name
#   the rule by which access is given (`policy.access_rule`); embargoed data the moment at which the embargo
#   ends (`policy.embargo_until`). A label that is served to everyone has no access rule, and only an embargoed one
#   an end of the embargo: then the label, or the rule, is a mistake. An embargo that was over when the version was
#   released is one too, most often a wrong year, and the data would be served at once. One that ends later stays
#   valid when it is over: whoever serves the data compares it with the clock, and the label stays as it was
#   approved. The specification must use the word of the table; other spellings (table `label_spellings`) are
#   refused here with the right one, since all other rules look up what this word demands. The label `quarantine`
#   is never promoted: settle rights and sensitivity, then label the data anew.
# custom:
#   evidence: [spec, embargoes]
#   serves: [R-003, R-013, R-138, R-142]
#   severity: critical
#   remediation: Set policy.policy_label in the specification, with what the label demands.
#   owner: sensitivity-stewards
package kfm.sensitivity.label

default allow := false

allow if {
	labels[policy.policy_label].promoted == true
	is_array(input.embargoes)
	count(deny) == 0
}

labels := data.kfm_data.labels

policy := object.get(input, ["spec", "policy"], {})

label := object.get(policy, "policy_label", null)

known := [name | some name, each in labels; each.promoted == true]

plain := lower(trim_space(label)) if {
	is_string(label)
} else := ""

# The word of the table for what is written here, empty when no table knows one.
spelling := plain if {
	plain in object.keys(labels)
} else := object.get(data.kfm_data.label_spellings.labels, plain, "")

problem := "is missing" if {
	not "policy_label" in object.keys(policy)
} else := "is not a text" if {
	not is_string(label)
} else := sprintf("is spelled %s here", [spelling]) if {
	not label in object.keys(labels)
	spelling != ""
} else := "is not a label that there is" if {
	not label in object.keys(labels)
} else := "keeps the version from being promoted" if {
	not label in known
} else := "none"

found := null if {
	problem == "is missing"
} else := json.marshal(label)

demands := labels[label] if problem == "none"

given(field) if {
	is_string(policy[field])
	trim_space(policy[field]) != ""
}

hint := sprintf("Write %s, if that is what is meant.", [spelling]) if {
	spelling != ""
} else := "Have the sensitivity steward decide; until then the version stays in quarantine."

deny contains {
	"msg": sprintf("the policy label %s", [problem]),
	"at": "spec#/policy/policy_label",
	"found": found,
	"expected": concat(", ", known),
	"hint": hint,
} if {
	problem != "none"
}

deny contains {
	"msg": sprintf("the label %s needs at least one obligation", [label]),
	"at": "spec#/policy/obligations",
	"found": "no obligation",
	"expected": "what was done to the data, such as generalize_geometry",
	"hint": "List the obligations that make the data fit for the public, or label it otherwise.",
} if {
	demands.needs_obligation
	count(object.get(policy, "obligations", [])) == 0
}

deny contains {
	"msg": sprintf("the label %s needs the version that the data is derived from", [label]),
	"at": "spec#/derived_from",
	"found": null,
	"expected": "derived_from with dataset_version_id and reason",
	"hint": "Name the version whose data was generalised in `derived_from`.",
} if {
	demands.needs_derived_from
	not is_string(object.get(input, ["spec", "derived_from", "dataset_version_id"], null))
}

deny contains {
	"msg": sprintf("the label %s needs an access rule", [label]),
	"at": "spec#/policy/access_rule",
	"found": null,
	"expected": "policy.access_rule with the name of the rule",
	"hint": "Name the rule by which access is given in `policy.access_rule`.",
} if {
	demands.needs_access_rule
	not given("access_rule")
}

deny contains {
	"msg": sprintf("the label %s needs the end of the embargo", [label]),
	"at": "spec#/policy/embargo_until",
	"found": null,
	"expected": "policy.embargo_until with a time",
	"hint": "Write the moment from which the data may be served into `policy.embargo_until`.",
} if {
	demands.needs_embargo
	not given("embargo_until")
}

deny contains {
	"msg": sprintf("the label %s is served to everyone, yet `access_rule` is given", [label]),
	"at": "spec#/policy/access_rule",
	"found": json.marshal(policy.access_rule),
	"expected": "a label that is not served to everyone, or no such field",
	"hint": "Decide which of the two is meant: the label or the restriction.",
} if {
	demands.served == "yes"
	"access_rule" in object.keys(policy)
}

deny contains {
	"msg": sprintf("the label %s knows no embargo, yet `embargo_until` is given", [label]),
	"at": "spec#/policy/embargo_until",
	"found": json.marshal(policy.embargo_until),
	"expected": "the label embargoed, or no such field",
	"hint": "Decide which of the two is meant: the label or the embargo.",
} if {
	demands.needs_embargo == false
	"embargo_until" in object.keys(policy)
}

deny contains {
	"msg": "the embargo was over when the version was released",
	"at": {"file": embargo.place.file, "pointer": embargo.place.pointer},
	"found": embargo.until,
	"expected": sprintf("a time after the release at %s", [embargo.released_at]),
	"hint": "Correct the end of the embargo, or label the data by who may see it now.",
} if {
	demands.needs_embargo
	some embargo in object.get(input, "embargoes", [])
	is_number(embargo.seconds)
	embargo.seconds <= 0
}
