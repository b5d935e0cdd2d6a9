package kfm.quality.threshold_approval_test

import data.kfm.quality.threshold_approval

place := {"file": "spec.yaml", "pointer": "/qa/thresholds/0", "line": 0}

change := {"place": place, "id": "count", "kind": "loosened", "before": "at least 5", "after": "at least 3"}

given(changes, problem, roles) := {
	"threshold_changes": {"place": place, "prior": "2016.aaaaaaaa", "problem": problem, "changes": changes},
	"manifest": {"approvals": [{"role": role, "principal": "a:b"} | some role in roles]},
	"settings": {"approver_roles": ["steward"]},
}

test_unchanged_thresholds_pass if {
	every roles in [[], ["reviewer"], ["steward"]] {
		threshold_approval.allow with input as given([], null, roles)
		count(threshold_approval.deny) == 0 with input as given([], null, roles)
	}
}

test_changes_that_a_steward_approved_pass if {
	threshold_approval.allow with input as given([change], null, ["reviewer", "steward"])
	count(threshold_approval.deny) == 0 with input as given([change], null, ["reviewer", "steward"])
}

test_changes_without_a_steward_are_denied if {
	every roles in [[], ["reviewer"], ["Steward"], [null]] {
		not threshold_approval.allow with input as given([change, object.union(change, {"id": "x"})], null, roles)
		count(threshold_approval.deny) == 2 with input as given([change, object.union(change, {"id": "x"})], null, roles)
	}
}

test_what_can_not_be_compared_is_denied_even_when_approved if {
	not threshold_approval.allow with input as given([], "it is not there", ["steward"])
	count(threshold_approval.deny) == 1 with input as given([], "it is not there", ["steward"])
}

test_empty_input_is_denied if {
	not threshold_approval.allow with input as {}
	not threshold_approval.allow with input as {"threshold_changes": {}, "manifest": {}}
	not threshold_approval.allow with input as {"threshold_changes": {"problem": null, "changes": null}}
}
