# METADATA
# title: Deny a dataset whose cadence is none that the survey plans its work by.
# description: |
#   Deny a cadence that nobody can plan with. The survey's scheduler knows the words of this list and no others;
#   a dataset with another one would never be fetched again, and nobody would notice. Write one of the words into
#   `cadence` of the specification, which makes a new version.
# custom:
#   evidence: [spec]
#   settings:
#     known:
#       stricter: fewer
#       default: [daily, monthly, yearly, irregular]
#   serves: [R-100]
#   severity: medium
#   remediation: Write one of the words that the scheduler knows into `cadence`.
#   owner: survey-stewards
package kfm.survey.cadence

default allow := false

allow if {
	input.spec.cadence in input.settings.known
	count(deny) == 0
}

deny contains {
	"msg": "the scheduler does not know this cadence",
	"at": "spec#/cadence",
	"found": input.spec.cadence,
	"expected": concat(", ", input.settings.known),
	"hint": "Write one of the words that the scheduler knows.",
} if {
	not input.spec.cadence in input.settings.known
}
