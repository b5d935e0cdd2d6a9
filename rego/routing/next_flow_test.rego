package kfm.routing.next_flow_test

import data.kfm.routing.next_flow

given(mode, flow, steps) := {
	"rerun_request": {"plan": {"steps": steps}},
	"rerun": {"mode": mode, "next_flow": flow, "ends_in": "post_run_validation"},
}

whole := ["retry_ingestion", "rerun_catalog", "rerun_promotion", "post_run_validation"]

test_the_flow_and_validation_pass if {
	every each in [
		["Retry", "rerun_catalog", ["rerun_catalog", "post_run_validation"]],
		["Rebuild", "rebuild_projections", ["rebuild_projections", "warm_caches", "post_run_validation"]],
		["Backfill", "retry_ingestion", whole],
		["Reprocess", "rollback", array.concat(["rollback"], whole)],
	] {
		next_flow.allow with input as given(each[0], each[1], each[2])
		count(next_flow.deny) == 0 with input as given(each[0], each[1], each[2])
	}
}

test_empty_input_is_denied if {
	not next_flow.allow with input as {}
	count(next_flow.deny) > 0 with input as {}
	not next_flow.allow with input as given("Retry", "rerun_catalog", [])
	count(next_flow.deny) == 2 with input as given("Retry", "rerun_catalog", [])
}

test_no_flow_is_denied if {
	not next_flow.allow with input as given("REFUSE", null, whole)
	count(next_flow.deny) == 2 with input as given("REFUSE", null, whole)
}

test_another_flow_is_denied if {
	every flow in ["rerun_catalog", "rerun_promotion", "rollback"] {
		not next_flow.allow with input as given("Retry", flow, whole)
		count(next_flow.deny) == 1 with input as given("Retry", flow, whole)
	}
}

test_steps_without_validation_at_the_end_are_denied if {
	every steps in [
		["retry_ingestion", "rerun_promotion"],
		["retry_ingestion", "post_run_validation", "rerun_promotion"],
	] {
		not next_flow.allow with input as given("Retry", "retry_ingestion", steps)
		count(next_flow.deny) == 1 with input as given("Retry", "retry_ingestion", steps)
	}
}

test_a_new_version_without_promotion_is_denied if {
	steps := ["retry_ingestion", "rerun_catalog", "post_run_validation"]
	next_flow.allow with input as given("Retry", "retry_ingestion", steps)
	every mode in ["Reprocess", "Backfill"] {
		not next_flow.allow with input as given(mode, "retry_ingestion", steps)
		count(next_flow.deny) == 1 with input as given(mode, "retry_ingestion", steps)
	}
}
