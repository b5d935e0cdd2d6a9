# METADATA
# title: Deny a rerun whose steps do not begin with the flow that the failure leads to, or do not end in post-run validation.
# description: |
#   Deny steps that send a failure to another procedure than the decision flow of the runbook, or that stop before
#   the validation after the run. A failed connector or transform is run again, a failed catalog generated again, a
#   denied promotion mended and promoted again, a projection out of step rebuilt; a bad version that is published is
#   rolled back before anything else. Whatever was run, validation comes last. What lies between is free.
# custom:
#   evidence: [rerun_request, rerun]
#   needs: [routing.mode]
#   serves: [R-019, R-049]
#   severity: high
#   remediation: Begin with the flow that the failure leads to, and end in post-run validation.
#   owner: pipeline-maintainers
package kfm.routing.next_flow

default allow := false

allow if {
	is_string(first)
	is_string(last)
	begin == first
	end == last
	count(deny) == 0
}

first := object.get(input, ["rerun", "next_flow"], null)

last := object.get(input, ["rerun", "ends_in"], null)

steps := object.get(input, ["rerun_request", "plan", "steps"], [])

# With a word for what is not there, so that no steps have a first and a last one, too.
begin := array.concat(steps, ["nothing"])[0]

end := array.concat(["nothing"], steps)[count(steps)]

# New bytes reach users through the promotion gates alone.
made_new if object.get(input, ["rerun", "mode"], "") in {"Reprocess", "Backfill"}

deny contains {
	"msg": "the first step is not the flow that the failure leads to",
	"at": "rerun_request#/plan/steps/0",
	"found": begin,
	"expected": first,
	"hint": "Begin with the flow of the runbook; `kfm-gates rerun` names it.",
} if {
	begin != first
}

deny contains {
	"msg": "the last step is not the validation after the run",
	"at": "rerun_request#/plan/steps",
	"found": end,
	"expected": last,
	"hint": "End with the validation after the run.",
} if {
	end != last
}

deny contains {
	"msg": "a new version is made, and no step promotes it through the gates",
	"at": "rerun_request#/plan/steps",
	"found": concat(", ", steps),
	"expected": "rerun_promotion among the steps",
	"hint": "Promote the new version before the validation after the run.",
} if {
	made_new
	not "rerun_promotion" in steps
}

deny contains {
	"msg": "no flow follows, so there is nothing to plan",
	"at": "rerun_request#/plan/steps",
	"found": concat(", ", steps),
	"expected": "no steps",
	"hint": "Find out in which mode the run may be repeated.",
} if {
	not is_string(first)
}
