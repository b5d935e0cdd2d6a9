package kfm.quality.thresholds_test

import data.kfm.quality.thresholds

threshold := {"id": "count", "metric": "feature_count", "min": 3, "max": 5}

check := {"id": "count", "metric": "feature_count", "min": 3, "max": 5, "value": 4, "status": "pass", "message": "m"}

given(thresholds, checks) := {"spec": {"qa": {"thresholds": thresholds}}, "qa_report": {"checks": checks}}

test_met_threshold_passes if {
	every value in [3, 4, 5, 3.0] {
		checks := [object.union(check, {"value": value})]
		thresholds.allow with input as given([threshold], checks)
		count(thresholds.deny) == 0 with input as given([threshold], checks)
	}
}

test_one_bound_passes if {
	one := object.remove(threshold, ["min"])
	checks := [object.union(object.remove(check, ["min"]), {"value": -9})]
	thresholds.allow with input as given([one], checks)
}

test_empty_input_is_denied if {
	not thresholds.allow with input as {}
	not thresholds.allow with input as given([], [])
}

test_threshold_without_check_is_denied if {
	not thresholds.allow with input as given([threshold], [])
	count(thresholds.deny) == 1 with input as given([threshold], [])
}

test_two_checks_are_denied if {
	count(thresholds.deny) == 1 with input as given([threshold], [check, check])
}

test_what_differs_or_fails_is_denied if {
	every change in [
		{"metric": "null_count"},
		{"min": 2},
		{"max": null},
		{"value": 2},
		{"value": 6},
		{"value": 2, "status": "fail"},
		{"value": "4"},
		{"value": null},
		{"value": true},
		{"status": "fail"},
		{"status": null},
	] {
		checks := [object.union(check, change)]
		not thresholds.allow with input as given([threshold], checks)
		count(thresholds.deny) == 1 with input as given([threshold], checks)
	}
}

test_check_without_threshold_is_denied if {
	checks := [check, object.union(check, {"id": "own"})]
	not thresholds.allow with input as given([threshold], checks)
	count(thresholds.deny) == 1 with input as given([threshold], checks)
}

test_value_that_is_no_number_is_denied_under_a_lower_bound_alone if {
	one := object.remove(threshold, ["max"])
	every value in ["4", [4], {"value": 4}] {
		checks := [object.union(object.remove(check, ["max"]), {"value": value})]
		not thresholds.allow with input as given([one], checks)
		count(thresholds.deny) == 1 with input as given([one], checks)
	}
}
