# METADATA
# title: Deny a version whose specification names no licence that is on the list of open licences.
# description: |
#   Deny a licence that is missing, unclear (`unknown`, `other`, NOASSERTION), refused or not on the list. Whoever
#   uses the data needs to know that they may; until a rights steward has settled it, the version stays in
#   quarantine. `rights.license` of the specification is an SPDX expression in the spelling of SPDX: one
#   identifier, or several joined by AND, OR and WITH. OR leaves the choice to the user, so one alternative
#   must be open as a whole: each licence in it on the list `allowed`, none on the list `refused`. An exception
#   (WITH) and `+` only add permissions, so the licence itself may be on the list, or the whole text. An output
#   may have a licence of its own in `outputs[].license`, which is judged alike. What `rights` may hold beside
#   `license` is `rights_holder`, `attribution` and `terms_url`. A profile can shorten the list of what is
#   allowed and lengthen the list of what is refused, never the other way.
# custom:
#   evidence: [spec, licences]
#   settings:
#     allowed:
#       stricter: fewer
#       default:
#         - 0BSD
#         - Apache-2.0
#         - BSD-2-Clause
#         - BSD-3-Clause
#         - CC-BY-2.0
#         - CC-BY-2.5
#         - CC-BY-3.0
#         - CC-BY-4.0
#         - CC-BY-SA-2.0
#         - CC-BY-SA-2.5
#         - CC-BY-SA-3.0
#         - CC-BY-SA-4.0
#         - CC-PDM-1.0
#         - CC0-1.0
#         - CDLA-Permissive-1.0
#         - CDLA-Permissive-2.0
#         - CDLA-Sharing-1.0
#         - DL-DE-BY-2.0
#         - DL-DE-ZERO-2.0
#         - etalab-2.0
#         - ISC
#         - MIT
#         - NLOD-2.0
#         - ODC-By-1.0
#         - ODbL-1.0
#         - OGL-Canada-2.0
#         - OGL-UK-3.0
#         - PDDL-1.0
#         - Unlicense
#     refused:
#       stricter: more
#       default:
#         - BUSL-1.1
#         - CC-BY-NC-1.0
#         - CC-BY-NC-2.0
#         - CC-BY-NC-2.5
#         - CC-BY-NC-3.0
#         - CC-BY-NC-4.0
#         - CC-BY-NC-ND-1.0
#         - CC-BY-NC-ND-2.0
#         - CC-BY-NC-ND-2.5
#         - CC-BY-NC-ND-3.0
#         - CC-BY-NC-ND-4.0
#         - CC-BY-NC-SA-1.0
#         - CC-BY-NC-SA-2.0
#         - CC-BY-NC-SA-2.5
#         - CC-BY-NC-SA-3.0
#         - CC-BY-NC-SA-4.0
#         - CC-BY-ND-1.0
#         - CC-BY-ND-2.0
#         - CC-BY-ND-2.5
#         - CC-BY-ND-3.0
#         - CC-BY-ND-4.0
#         - SSPL-1.0
#   serves: [R-135, R-137]
#   severity: critical
#   remediation: Put the SPDX expression of the upstream licence into rights.license of the specification.
#   owner: rights-stewards
package kfm.rights.license

default allow := false

allow if {
	is_object(rights)
	some licence in licences
	licence.output == ""
	every each in licences {
		problem(each) == "none"
	}
	count(deny) == 0
}

rights := object.get(input, ["spec", "rights"], null)

licences := object.get(input, "licences", [])

known_fields := {"license", "rights_holder", "attribution", "terms_url"}

# What people and tools write where nobody knows the licence.
unclear_words := {
	"", "-", "?", "all rights reserved", "custom", "licence", "license", "n/a", "na", "noassertion",
	"none", "not specified", "not-specified", "notspecified", "null", "other", "proprietary", "tba",
	"tbd", "todo", "undefined", "unknown", "unlicensed", "unspecified", "various",
}

is_unclear(text) if lower(trim_space(text)) in unclear_words

open_list := {each | some each in input.settings.allowed}

# In small letters, so that a slip in the list can't let a licence through.
refused_list := {lower(each) | some each in input.settings.refused}

names(term) := {term.text, term.licence}

is_refused(term) if {
	some name in names(term)
	lower(name) in refused_list
}

is_open(term) if {
	some name in names(term)
	name in open_list
	not is_refused(term)
}

leaves_open(licence) if {
	some alternative in licence.alternatives
	count(alternative) > 0
	every term in alternative {
		is_open(term)
	}
}

terms(licence) := {term | some alternative in licence.alternatives; some term in alternative}

refused_in(licence) := {term.text | some term in terms(licence); is_refused(term)}

closed_in(licence) := {term.text | some term in terms(licence); not is_open(term)}

# Several reasons may fit one licence; the first that does is given.
problem(licence) := "unclear" if {
	is_unclear(licence.stated)
} else := "unknown" if {
	licence.problem != ""
} else := "misspelt" if {
	licence.well_spelled != true
} else := "none" if {
	leaves_open(licence)
} else := "refused" if {
	count(refused_in(licence)) > 0
} else := "not listed"

message(licence) := "does not say who may use the data" if {
	problem(licence) == "unclear"
} else := sprintf("is no licence expression of SPDX: %s", [licence.problem]) if {
	problem(licence) == "unknown"
} else := "is not spelled as SPDX spells it" if {
	problem(licence) == "misspelt"
} else := sprintf("leaves no choice that is open; refused here: %s", [concat(", ", refused_in(licence))]) if {
	problem(licence) == "refused"
} else := sprintf("leaves no choice that is open; not on the list: %s", [concat(", ", closed_in(licence))])

hint(licence) := sprintf("SPDX spells it %s.", [licence.canonical]) if {
	problem(licence) == "misspelt"
} else := "Find out the upstream licence and write its SPDX identifier, or leave the version in quarantine."

expected := sprintf("one of %s, or an SPDX expression of them", [concat(", ", sort(open_list))])

deny contains {
	"msg": sprintf("`%s` %s", [replace(substring(licence.pointer, 1, -1), "/", "."), message(licence)]),
	"at": {"file": licence.place.file, "pointer": licence.place.pointer},
	"found": json.marshal(licence.stated),
	"expected": expected,
	"hint": hint(licence),
} if {
	some licence in licences
	problem(licence) != "none"
}

# What is wrong with `rights` before there is a text to read.
gap := "the specification has no `rights`, so nobody knows who may use the data" if {
	not is_object(rights)
} else := "`rights.license` is missing" if {
	not "license" in object.keys(rights)
} else := "`rights.license` is not a text" if {
	not is_string(rights.license)
} else := "none"

gap_pointer := "spec#/rights" if {
	not is_object(rights)
} else := "spec#/rights" if {
	not "license" in object.keys(rights)
} else := "spec#/rights/license"

gap_found := json.marshal(rights) if {
	not is_object(rights)
} else := null if {
	not "license" in object.keys(rights)
} else := json.marshal(rights.license)

deny contains {
	"msg": gap,
	"at": gap_pointer,
	"found": gap_found,
	"expected": expected,
	"hint": "Find out the upstream licence and write its SPDX identifier, or leave the version in quarantine.",
} if {
	gap != "none"
}

deny contains {
	"msg": sprintf("`rights` has the field `%s`, which nothing reads", [field]),
	"at": sprintf("spec#/rights/%s", [replace(replace(field, "~", "~0"), "/", "~1")]),
	"found": field,
	"expected": concat(", ", sort(known_fields)),
	"hint": "Rename the field or remove it.",
} if {
	is_object(rights)
	some field in object.keys(rights)
	not field in known_fields
}
