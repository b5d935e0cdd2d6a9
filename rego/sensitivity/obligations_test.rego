package kfm.sensitivity.obligations_test

import data.kfm.sensitivity.obligations

place := {"file": "spec.yaml", "pointer": "/policy/obligations/0", "line": 0}

grid := {"type": "generalize_geometry", "parameters": {"grid_degrees": 0.05}}

demanded := [object.union(grid, {"place": place})]

run(operation, status, applied) := {
	"operation": operation,
	"validation": {"status": status},
	"dataset_version_ids": ["v1"],
	"policy": {"obligations_applied": applied},
}

given(wanted, receipts) := {"obligations": wanted, "receipts": receipts, "subject": {"version": "v1"}}

test_applied_obligation_passes if {
	every operation in ["transform", "rebuild", "ingest+publish"] {
		obligations.allow with input as given(demanded, [run(operation, "pass", [grid])])
		count(obligations.deny) == 0 with input as given(demanded, [run(operation, "pass", [grid])])
	}
}

test_empty_input_is_denied if {
	not obligations.allow with input as {}
	not obligations.allow with input as given([], [])
}

test_obligation_that_no_run_applied_is_denied if {
	every receipts in [
		[],
		[run("transform", "pass", [])],
		[run("transform", "fail", [grid])],
		[run("promote", "pass", [grid])],
		[object.union(run("transform", "pass", [grid]), {"dataset_version_ids": ["v2"]})],
		[run("transform", "pass", [{"type": "generalize_geometry", "parameters": {"grid_degrees": 0.01}}])],
		[run("transform", "pass", [{"type": "generalize_geometry", "parameters": {}}])],
		[run("transform", "pass", [{"type": "redact_fields", "parameters": {"grid_degrees": 0.05}}])],
	] {
		not obligations.allow with input as given(demanded, receipts)
		count(obligations.deny) == 1 with input as given(demanded, receipts)
	}
}

test_reasons_tell_apart_what_was_not_done_and_what_was_done_otherwise if {
	undone := obligations.deny with input as given(demanded, [])
	{each.msg | some each in undone} == {"generalize_geometry: no receipt of the run that made the data records it as applied"}
	coarse := {"type": "generalize_geometry", "parameters": {"grid_degrees": 0.01}}
	otherwise := obligations.deny with input as given(demanded, [run("transform", "pass", [coarse])])
	{each.msg | some each in otherwise} == {"generalize_geometry: the run that made the data applied it with other parameters"}
}
