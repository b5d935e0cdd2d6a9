package kfm.routing.quarantine_test

import data.kfm.routing.quarantine

given(settled, quarantined, derived) := {
	"rerun_request": {"mode": "Retry"},
	"rerun": {"settled": settled, "quarantined": quarantined, "derived": derived},
}

test_what_is_settled_and_in_use_passes if {
	every mode in ["Retry", "Reprocess", "Backfill", "Rebuild", "NOOP", null] {
		quarantine.allow with input as given("yes", "no", mode)
		count(quarantine.deny) == 0 with input as given("yes", "no", mode)
	}
}

test_a_new_version_from_quarantine_passes if {
	every mode in ["Reprocess", "Backfill"] {
		every settled in ["yes", "no", "unknown"] {
			quarantine.allow with input as given(settled, "yes", mode)
			count(quarantine.deny) == 0 with input as given(settled, "yes", mode)
		}
	}
}

test_empty_input_is_denied if {
	not quarantine.allow with input as {}
	count(quarantine.deny) == 1 with input as {}
	not quarantine.allow with input as {"rerun": given("yes", "no", "Retry").rerun}
}

test_unsettled_outside_quarantine_is_denied if {
	every settled in ["no", "unknown"] {
		every quarantined in ["no", "unknown"] {
			not quarantine.allow with input as given(settled, quarantined, "Backfill")
			count(quarantine.deny) == 1 with input as given(settled, quarantined, "Backfill")
		}
	}
}

test_repeating_what_is_in_quarantine_is_denied if {
	every mode in ["Retry", "Rebuild"] {
		every quarantined in ["yes", "unknown"] {
			not quarantine.allow with input as given("yes", quarantined, mode)
			count(quarantine.deny) == 1 with input as given("yes", quarantined, mode)
		}
	}
}

test_a_word_that_is_no_answer_is_not_allowed if {
	not quarantine.allow with input as given("yes", "maybe", "Backfill")
}
