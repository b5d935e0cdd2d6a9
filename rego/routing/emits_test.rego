package kfm.routing.emits_test

import data.kfm.routing.emits

given(mode, planned, needed) := {
	"rerun_request": {"plan": {"emits": planned}},
	"rerun": {"mode": mode, "emits": needed},
}

backfill := ["superseding_acquisition", "new_version", "run_receipt", "ledger_entry"]

test_what_is_needed_passes_in_any_order if {
	every each in [
		["Retry", ["ledger_entry", "run_receipt"], ["run_receipt", "ledger_entry"]],
		["Rebuild", ["rebuild_receipt", "ledger_entry"], ["rebuild_receipt", "ledger_entry"]],
		["Backfill", backfill, ["ledger_entry", "run_receipt", "new_version", "superseding_acquisition"]],
	] {
		emits.allow with input as given(each[0], each[1], each[2])
		count(emits.deny) == 0 with input as given(each[0], each[1], each[2])
	}
}

test_empty_input_is_denied if {
	not emits.allow with input as {}
	count(emits.deny) == 1 with input as {}
	not emits.allow with input as given("REFUSE", [], [])
	count(emits.deny) == 1 with input as given("REFUSE", [], [])
}

test_each_that_is_missing_is_denied if {
	every index in [0, 1, 2, 3] {
		planned := [each | some i, each in backfill; i != index]
		not emits.allow with input as given("Backfill", planned, backfill)
		count(emits.deny) == 1 with input as given("Backfill", planned, backfill)
	}
	count(emits.deny) == 4 with input as given("Backfill", [], backfill)
}

test_each_that_is_too_much_is_denied if {
	needed := ["run_receipt", "ledger_entry"]
	not emits.allow with input as given("Retry", backfill, needed)
	count(emits.deny) == 2 with input as given("Retry", backfill, needed)
}

test_a_reason_says_where if {
	needed := ["run_receipt", "ledger_entry"]
	places := {reason.at | some reason in emits.deny} with input as given("Retry", backfill, needed)
	places == {"rerun_request#/plan/emits/0", "rerun_request#/plan/emits/1"}
}
