package kfm.release.approvals_test

import data.kfm.release.approvals

approval(role, principal, approved_at) := {"role": role, "principal": principal, "approved_at": approved_at}

noon := "2026-09-02T12:00:00Z"

given(label, roles, listed) := {
	"spec": {"policy": {"policy_label": label}, "promotion": {"approval_roles": roles}},
	"manifest": {
		"approvals": listed,
		"released_at": "2026-09-02T15:00:00Z",
		"requested_by": {"principal": "svc:requester", "role": "pipeline"},
	},
	"qa_report": {"created_at": "2026-09-01T10:00:00.5Z"},
	"receipts": [
		{"operation": "transform", "actor": {"principal": "svc:pipeline", "role": "pipeline"}},
		{"operation": "promote", "actor": null},
	],
	"register": {"principals": {}},
	"evaluated_at": "2026-10-01T00:00:00Z",
}

registered_in(principals, one) := object.union(one, {"register": {"principals": principals}})

test_needed_approvals_pass if {
	one := given("public", ["reviewer"], [approval("reviewer", "p:1", noon)])
	approvals.allow with input as one
	count(approvals.deny) == 0 with input as one
	two := given("restricted_sensitive_location", ["steward"], [approval("steward", "p:1", noon), approval("sensitivity_reviewer", "p:2", noon)])
	approvals.allow with input as two
}

test_empty_input_is_denied if {
	not approvals.allow with input as {}
}

test_without_the_register_nothing_passes if {
	one := given("public", ["reviewer"], [approval("reviewer", "p:1", noon)])
	not approvals.allow with input as object.remove(one, ["register"])
	not approvals.allow with input as object.union(one, {"register": null})
}

test_missing_role_is_denied if {
	every bad in [
		given("public", ["reviewer"], []),
		given("public", ["reviewer"], [approval("steward", "p:1", noon)]),
		given("public_generalized", ["reviewer"], [approval("reviewer", "p:1", noon)]),
		given("public", ["reviewer", "steward"], [approval("reviewer", "p:1", noon)]),
	] {
		not approvals.allow with input as bad
		count(approvals.deny) == 1 with input as bad
	}
}

test_unknown_label_and_no_roles_are_denied if {
	not approvals.allow with input as given("secret", [], [])
	count(approvals.deny) == 1 with input as given("secret", [], [])
}

test_approval_that_is_none_is_denied if {
	every bad in [
		approval("reviewer", "svc:pipeline", noon),
		approval("reviewer", "SVC:Pipeline", noon),
		approval("reviewer", "svc:requester", noon),
		approval("reviewer", "", noon),
		approval("reviewer", "p:1", "2026-09-02T15:00:00.000001Z"),
		approval("reviewer", "p:1", "2026-09-01T10:00:00.4Z"),
	] {
		not approvals.allow with input as given("public", ["reviewer"], [bad])
		count(approvals.deny) == 1 with input as given("public", ["reviewer"], [bad])
	}
}

test_future_approval_is_denied if {
	early := object.union(given("public", ["reviewer"], [approval("reviewer", "p:1", noon)]), {"evaluated_at": "2026-09-02T11:00:00Z"})
	not approvals.allow with input as early
	count(approvals.deny) == 1 with input as early
}

test_one_person_under_two_roles_is_denied if {
	both := given("public", ["reviewer", "steward"], [approval("reviewer", "p:1", noon), approval("steward", "P:1", noon)])
	not approvals.allow with input as both
	count(approvals.deny) == 1 with input as both
}

test_a_request_in_a_role_that_may_not_is_denied if {
	early := given("public", ["reviewer"], [approval("reviewer", "p:1", noon)])
	asked := object.union(early, {"manifest": object.union(early.manifest, {"requested_by": {"principal": "p:9", "role": "reviewer"}})})
	not approvals.allow with input as asked
	count(approvals.deny) == 1 with input as asked
}

test_a_registry_that_is_kept_holds if {
	one := given("public", ["reviewer"], [approval("reviewer", "p:1", noon)])
	registry := {"p:1": ["reviewer", "steward"], "svc:requester": ["pipeline"]}
	approvals.allow with input as registered_in(registry, one)
	every principals in [
		{"p:1": ["reviewer"]},
		{"p:1": ["steward"], "svc:requester": ["pipeline"]},
		{"p:1": ["reviewer"], "svc:requester": []},
		{"P:1": ["reviewer"], "svc:requester": ["pipeline"]},
	] {
		not approvals.allow with input as registered_in(principals, one)
		count(approvals.deny) == 1 with input as registered_in(principals, one)
	}
}

test_registered_only_demands_a_registry if {
	one := object.union(given("public", ["reviewer"], [approval("reviewer", "p:1", noon)]), {"settings": {"registered_only": true}})
	not approvals.allow with input as one
	count(approvals.deny) == 2 with input as one
}

test_approvals_at_the_very_moments_pass if {
	every moment in ["2026-09-01T10:00:00.5Z", "2026-09-02T15:00:00Z"] {
		at_once := object.union(
			given("public", ["reviewer"], [approval("reviewer", "p:1", moment)]),
			{"evaluated_at": "2026-09-02T15:00:00Z"},
		)
		approvals.allow with input as at_once
		count(approvals.deny) == 0 with input as at_once
	}
}

test_approval_that_is_listed_twice_passes if {
	twice := given("public", ["reviewer"], [approval("reviewer", "p:1", noon), approval("reviewer", "p:1", noon)])
	count(approvals.deny) == 0 with input as twice
}

test_missing_role_is_denied_with_who_asks_for_it if {
	by_label := approvals.deny with input as given("public_generalized", [], [])
	"the label public_generalized needs the approval of a steward, and there is none" in {each.msg | some each in by_label}
	by_spec := approvals.deny with input as given("secret", ["auditor"], [])
	{each.msg | some each in by_spec} == {"the specification needs the approval of a auditor, and there is none"}
}

test_release_that_nobody_requested_by_name_passes if {
	one := given("public", ["reviewer"], [approval("reviewer", "p:1", noon)])
	unasked := object.union(one, {"manifest": {"requested_by": null}})
	approvals.allow with input as unasked
	count(approvals.deny) == 0 with input as unasked
}
