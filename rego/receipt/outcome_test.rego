package kfm.receipt.outcome_test

import data.kfm.receipt.outcome

good := {
	"place": {"file": "r.json", "pointer": "/validation"},
	"operation": "transform",
	"status": "pass",
	"reason_code": null,
	"checks": null,
	"failing": [],
	"passed_before": false,
	"passed_after": false,
}

given(change) := {"run_outcomes": [object.union(good, change)]}

failed := {"status": "fail", "reason_code": "upstream-timeout"}

test_outcomes_that_hold_pass if {
	every change in [
		{},
		{"checks": 3},
		object.union(failed, {"passed_after": true}),
		object.union(failed, {"passed_before": true, "passed_after": true}),
		object.union(failed, {"operation": "index_backfill", "passed_before": true}),
		object.union(failed, {"operation": "index_backfill", "checks": 2, "failing": ["counts"]}),
		object.union(failed, {"operation": "index_backfill", "checks": 0}),
		failed,
	] {
		outcome.allow with input as given(change)
		count(outcome.deny) == 0 with input as given(change)
	}
}

test_empty_input_is_denied if {
	not outcome.allow with input as {}
	not outcome.allow with input as {"run_outcomes": []}
}

test_a_status_that_does_not_follow_is_denied if {
	every change in [
		{"checks": 3, "failing": ["counts"]},
		object.union(failed, {"checks": 3, "passed_after": true}),
		{"checks": 0},
		{"reason_code": "upstream-timeout"},
		{"status": "fail", "passed_after": true},
	] {
		not outcome.allow with input as given(change)
		count(outcome.deny) == 1 with input as given(change)
	}
}

test_a_failure_as_the_last_word_is_denied if {
	every change in [
		object.union(failed, {"passed_before": true}),
		object.union(failed, {"operation": "validate"}),
		object.union(failed, {"operation": "catalog", "passed_before": true}),
	] {
		not outcome.allow with input as given(change)
		count(outcome.deny) == 1 with input as given(change)
	}
}

test_one_failed_check_makes_a_failed_run if {
	count(outcome.deny) == 1 with input as given({"checks": 1, "failing": ["counts"]})
	count(outcome.deny) == 0 with input as given({"checks": null, "failing": ["counts"]})
}

test_a_failure_between_passes_of_an_optional_step_is_denied_once if {
	count(outcome.deny) == 0 with input as given(object.union(failed, {"operation": "validate", "passed_after": true}))
	every change in [{"passed_before": true}, {}] {
		run := object.union(object.union(failed, {"operation": "validate"}), change)
		count(outcome.deny) == 1 with input as given(run)
	}
}
