# METADATA
# title: Deny a version whose specification names no licence that is on the list of open licences.
# description: |
#   Deny a licence that is missing, unclear (`unknown`, `other`, NOASSERTION) or not on the list. Whoever uses
#   the data needs to know that they may; until a rights steward has settled it, the version stays in
#   quarantine. Write one SPDX licence identifier, spelled as SPDX spells it, into `rights.license` of the
#   specification; what `rights` may hold beside it is `rights_holder`, `attribution` and `terms_url`. The
#   list can be shortened by a profile, never lengthened.
# custom:
#   evidence: [spec]
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
#   serves: [R-135, R-137]
#   severity: critical
#   remediation: Put the SPDX identifier of the upstream licence into rights.license of the specification.
#   owner: rights-stewards
package kfm.rights.license

default allow := false

allow if {
	rights.license in input.settings.allowed
	count(deny) == 0
}

rights := object.get(input, ["spec", "rights"], null)

known_fields := {"license", "rights_holder", "attribution", "terms_url"}

# What people and tools write where nobody knows the licence.
unclear_words := {
	"", "-", "?", "all rights reserved", "custom", "licence", "license", "n/a", "na", "noassertion",
	"none", "not specified", "not-specified", "notspecified", "null", "other", "proprietary", "tba",
	"tbd", "todo", "undefined", "unknown", "unlicensed", "unspecified", "various",
}

is_unclear(license) if lower(trim_space(license)) in unclear_words

# Several reasons may fit one licence; the first that does is given.
problem := "no rights" if {
	not is_object(rights)
} else := "missing" if {
	not "license" in object.keys(rights)
} else := "no text" if {
	not is_string(rights.license)
} else := "unclear" if {
	is_unclear(rights.license)
} else := "not listed" if {
	not rights.license in input.settings.allowed
} else := "none"

messages := {
	"no rights": "the specification has no `rights`, so nobody knows who may use the data",
	"missing": "`rights.license` is missing",
	"no text": "`rights.license` is not a text",
	"unclear": "`rights.license` does not say who may use the data",
	"not listed": "the licence is not on the list of open licences",
}

pointer := "spec#/rights" if {
	problem in {"no rights", "missing"}
} else := "spec#/rights/license"

found := json.marshal(rights) if {
	problem == "no rights"
} else := null if {
	problem == "missing"
} else := json.marshal(rights.license)

hint := sprintf("SPDX spells it %s.", [spelled]) if {
	problem == "not listed"
	some spelled in input.settings.allowed
	lower(spelled) == lower(trim_space(rights.license))
} else := "Find out the upstream licence and write its SPDX identifier, or leave the version in quarantine."

deny contains {
	"msg": messages[problem],
	"at": pointer,
	"found": found,
	"expected": sprintf("one of %s", [concat(", ", input.settings.allowed)]),
	"hint": hint,
} if {
	problem != "none"
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
