# METADATA
# title: Deny a rerun that does not plan what its mode must leave behind, or that plans what its mode does not make.
# description: |
#   Deny a plan whose `emits` differs from what the mode asks for. Every run leaves a receipt and an entry in the
#   ledger. A Reprocess leaves a new version, a Backfill also the acquisition that supersedes the old one (unless that
#   is on record already), a Rebuild the receipt of the rebuild instead. What is not planned is not made, and what a
#   mode does not make is a sign that another mode is meant.
# custom:
#   evidence: [rerun_request, rerun]
#   needs: [routing.mode]
#   serves: [R-015, R-040, R-044]
#   severity: high
#   remediation: Plan what the mode emits.
#   owner: pipeline-maintainers
package kfm.routing.emits

default allow := false

allow if {
	count(needed) > 0
	planned == needed
	count(deny) == 0
}

needed := {each | some each in object.get(input, ["rerun", "emits"], [])}

plan := object.get(input, ["rerun_request", "plan", "emits"], [])

planned := {each | some each in plan}

deny contains {
	"msg": sprintf("the plan of the %s does not emit `%s`", [input.rerun.mode, missing]),
	"at": "rerun_request#/plan/emits",
	"found": concat(", ", plan),
	"expected": concat(", ", sort(needed)),
	"hint": "Add what is missing to `plan.emits`, and let the rerun make it.",
} if {
	some missing in needed - planned
}

deny contains {
	"msg": sprintf("the plan of the %s emits `%s`, which this mode does not make", [input.rerun.mode, extra]),
	"at": sprintf("rerun_request#/plan/emits/%d", [index]),
	"found": concat(", ", plan),
	"expected": concat(", ", sort(needed)),
	"hint": "Remove it from `plan.emits`, or find out whether another mode is meant.",
} if {
	some index, extra in plan
	not extra in needed
}

deny contains {
	"msg": "the mode emits nothing",
	"at": "rerun_request#/plan/emits",
	"found": "nothing",
	"expected": "a receipt and an entry in the ledger",
	"hint": "Find out in which mode the run may be repeated.",
} if {
	count(needed) == 0
}
