package kfm.survey.cadence_test

import data.kfm.survey.cadence

settings := {"known": ["yearly", "irregular"]}

test_a_known_cadence_passes if {
	cadence.allow with input as {"spec": {"cadence": "yearly"}, "settings": settings}
	count(cadence.deny) == 0 with input as {"spec": {"cadence": "yearly"}, "settings": settings}
}

test_an_unknown_cadence_is_denied if {
	not cadence.allow with input as {"spec": {"cadence": "now and then"}, "settings": settings}
	count(cadence.deny) == 1 with input as {"spec": {"cadence": "now and then"}, "settings": settings}
}

test_nothing_is_not_allowed if {
	not cadence.allow with input as {}
}
