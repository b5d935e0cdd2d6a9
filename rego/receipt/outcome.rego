# METADATA
# title: Deny a run whose outcome does not follow from its own checks, has no reason, or is not the last word.
# description: |
#   Deny a receipt whose `validation.status` is not what the checks that it lists come to, that passed without
#   having validated anything, that failed without saying why, or that passed and gives a reason for failing;
#   and a version of which the last run of an operation failed. Failed runs are kept, and an early failure
#   does no harm: but it must say why (`reason_code`, and the failing check where the form lists checks), and
#   a run that failed after one that had passed puts in doubt what that one left behind. Let the run write its
#   receipt from its own validation; after a failure, run again until the last word is `pass`. (What follows
#   the promotion, `index_backfill` and `rollback`, is not waited for. That a run passed which fetched, made or
#   promoted the version is judged by `receipt.every_run`, `release.rollup` and `receipt.form`.)
# custom:
#   evidence: [run_outcomes]
#   serves: [R-162, R-171, R-178]
#   severity: high
#   remediation: Run the step again and let it write its receipt; never edit the outcome of a run.
#   owner: data-engineers
package kfm.receipt.outcome

default allow := false

allow if {
	count(input.run_outcomes) > 0
	count(deny) == 0
}

runs := object.get(input, "run_outcomes", [])

# Operations that no other check asks for: nobody else misses a run of them that passed.
optional := {"validate", "catalog"}

later := {"index_backfill", "rollback"}

at(run, name) := {"file": run.place.file, "pointer": sprintf("%s/%s", [run.place.pointer, name])}

recomputed(run) := "fail" if {
	count(run.failing) > 0
} else := "pass"

deny contains {
	"msg": sprintf("the status of the %s run does not follow from its checks", [run.operation]),
	"at": at(run, "status"),
	"found": run.status,
	"expected": recomputed(run),
	"hint": "Let the run write the status that its checks come to.",
} if {
	some run in runs
	run.checks > 0
	run.status != recomputed(run)
}

deny contains {
	"msg": sprintf("the %s run passed without a single check", [run.operation]),
	"at": at(run, "checks"),
	"found": "no checks",
	"expected": "every check that the run made",
	"hint": "Validate what was built, and list the checks.",
} if {
	some run in runs
	run.checks == 0
	run.status == "pass"
}

deny contains {
	"msg": sprintf("the %s run failed and does not say why", [run.operation]),
	"at": at(run, "reason_code"),
	"found": null,
	"expected": "a reason code",
	"hint": "Write the reason that the run ended with; a run that does not know it is investigated first.",
} if {
	some run in runs
	run.status == "fail"
	is_null(run.reason_code)
}

deny contains {
	"msg": sprintf("the %s run passed, and gives a reason why it failed", [run.operation]),
	"at": at(run, "reason_code"),
	"found": run.reason_code,
	"expected": "no reason code of a run that passed",
	"hint": "Find out how the run ended; restore the receipt as the run wrote it.",
} if {
	some run in runs
	run.status == "pass"
	is_string(run.reason_code)
}

deny contains {
	"msg": sprintf("the last %s run failed, after one that had passed", [run.operation]),
	"at": at(run, "status"),
	"found": run.status,
	"expected": "a passed run after the last that failed",
	"hint": "Find out what the failed run left behind, and run the step again.",
} if {
	some run in runs
	run.status == "fail"
	run.passed_before
	not run.passed_after
	not run.operation in later
}

deny contains {
	"msg": sprintf("the %s run failed, and no other has passed since", [run.operation]),
	"at": at(run, "status"),
	"found": run.status,
	"expected": "a passed run after the last that failed",
	"hint": "Run the step again.",
} if {
	some run in runs
	run.status == "fail"
	run.operation in optional
	not run.passed_before
	not run.passed_after
}
