package kfm.routing.scope_guard_test

import data.kfm.routing.scope_guard

given(job, canonical) := {"rerun_request": {"job": job}, "rerun": {"canonical": canonical}}

test_a_rerun_passes if {
	every canonical in ["intact", "damaged", "none yet", "unknown"] {
		scope_guard.allow with input as given("rerun", canonical)
		count(scope_guard.deny) == 0 with input as given("rerun", canonical)
	}
}

test_empty_input_is_denied if {
	not scope_guard.allow with input as {}
	not scope_guard.allow with input as {"rerun_request": {"job": "rerun"}}
	not scope_guard.allow with input as {"rerun": {"canonical": "intact"}}
	count(scope_guard.deny) == 1 with input as {}
}

test_another_job_is_denied if {
	every job in ["onboarding", "disaster_recovery", "hotfix", "promotion", "reruns", ""] {
		not scope_guard.allow with input as given(job, "intact")
		count(scope_guard.deny) == 1 with input as given(job, "intact")
	}
}

test_the_table_says_what_to_do_instead if {
	some reason in scope_guard.deny with input as given("hotfix", "intact")
	startswith(reason.hint, "Data is never edited in place")
	reason.found == "hotfix"
}

test_a_job_that_the_table_allows_without_saying_so_is_denied if {
	table := {"rerun": {"allowed": "yes", "instead": ""}}
	not scope_guard.allow with input as given("rerun", "intact") with data.kfm_data.rerun_jobs as table
	count(scope_guard.deny) == 1 with input as given("rerun", "intact") with data.kfm_data.rerun_jobs as table
}

test_nothing_left_is_denied if {
	not scope_guard.allow with input as given("rerun", "lost")
	count(scope_guard.deny) == 1 with input as given("rerun", "lost")
}
