package kfm.sensitivity.label_test

import data.kfm.sensitivity.label

given(policy) := {"spec": {"policy": policy}, "embargoes": []}

obligation := {"type": "redact_fields", "parameters": {"fields": ["a"]}}

source := {"dataset_version_id": "2017.aaaaaaaa.bbbbbbbb", "reason": "x"}

test_labels_with_what_they_need_pass if {
	every policy in [
		{"policy_label": "public", "obligations": []},
		{"policy_label": "internal", "obligations": []},
		{"policy_label": "restricted", "obligations": [], "access_rule": "r"},
		{"policy_label": "restricted_sensitive_location", "obligations": [], "access_rule": "r"},
		{"policy_label": "embargoed", "obligations": [], "embargo_until": "2027-01-01T00:00:00Z"},
	] {
		label.allow with input as given(policy)
		count(label.deny) == 0 with input as given(policy)
	}
}

test_generalised_data_with_obligation_and_source_passes if {
	spec := {"policy": {"policy_label": "public_generalized", "obligations": [obligation]}, "derived_from": source}
	label.allow with input as {"spec": spec, "embargoes": []}
}

test_empty_input_is_denied if {
	not label.allow with input as {}
	count(label.deny) == 1 with input as {}
}

test_what_is_no_label_is_denied if {
	every value in [null, "", "Public", "unknown", "quarantine", "secret", 1, false, ["public"], {}] {
		policy := {"policy_label": value, "obligations": []}
		not label.allow with input as given(policy)
		count(label.deny) == 1 with input as given(policy)
	}
	count(label.deny) == 1 with input as given({"obligations": []})
}

test_what_a_label_needs_is_demanded if {
	every policy in [
		{"policy_label": "restricted", "obligations": []},
		{"policy_label": "restricted", "obligations": [], "access_rule": " "},
		{"policy_label": "restricted_sensitive_location", "obligations": []},
		{"policy_label": "embargoed", "obligations": []},
	] {
		not label.allow with input as given(policy)
		count(label.deny) == 1 with input as given(policy)
	}
	count(label.deny) == 2 with input as given({"policy_label": "public_generalized", "obligations": []})
}

test_public_data_has_no_restriction if {
	every field in ["access_rule", "embargo_until"] {
		policy := {"policy_label": "public", "obligations": [], field: "2027-01-01T00:00:00Z"}
		not label.allow with input as given(policy)
		count(label.deny) == 1 with input as given(policy)
	}
}

test_only_embargoed_data_has_an_embargo if {
	every name in ["restricted", "internal"] {
		policy := {"policy_label": name, "access_rule": "r", "embargo_until": "2027-01-01T00:00:00Z"}
		not label.allow with input as given(policy)
		count(label.deny) == 1 with input as given(policy)
	}
}

embargoed(seconds) := {
	"spec": {"policy": {"policy_label": "embargoed", "embargo_until": "2027-01-01T00:00:00Z"}},
	"embargoes": [{
		"place": {"file": "spec.yaml", "pointer": "/policy/embargo_until", "line": 0},
		"until": "2027-01-01T00:00:00Z",
		"released_at": "2026-09-01T00:00:00Z",
		"seconds": seconds,
	}],
}

test_embargo_that_ends_after_the_release_passes if {
	every seconds in [1, 0.5, 10540800, null] {
		label.allow with input as embargoed(seconds)
		count(label.deny) == 0 with input as embargoed(seconds)
	}
}

test_embargo_that_was_over_at_the_release_is_denied if {
	every seconds in [0, -0.5, -31536000] {
		not label.allow with input as embargoed(seconds)
		count(label.deny) == 1 with input as embargoed(seconds)
	}
}

test_other_spelling_is_denied_with_the_right_one if {
	some reason in label.deny with input as given({"policy_label": "sensitive-location"})
	reason.msg == "the policy label is spelled restricted_sensitive_location here"
	reason.hint == "Write restricted_sensitive_location, if that is what is meant."
}

test_capitals_are_denied_with_the_right_spelling if {
	some reason in label.deny with input as given({"policy_label": " PUBLIC"})
	reason.msg == "the policy label is spelled public here"
}

test_past_embargo_of_another_label_is_denied_once if {
	odd := object.union(embargoed(-1), {"spec": {"policy": {
		"policy_label": "restricted",
		"access_rule": "r",
		"embargo_until": "2027-01-01T00:00:00Z",
	}}})
	count(label.deny) == 1 with input as odd
}

test_reasons_show_what_was_found if {
	missing := label.deny with input as given({"obligations": []})
	{[each.msg, each.found, each.hint] | some each in missing} == {[
		"the policy label is missing",
		null,
		"Have the sensitivity steward decide; until then the version stays in quarantine.",
	]}
	wrong := label.deny with input as given({"policy_label": 1})
	{[each.msg, each.found] | some each in wrong} == {["the policy label is not a text", "1"]}
	strange := label.deny with input as given({"policy_label": "secret"})
	{[each.msg, each.found] | some each in strange} == {["the policy label is not a label that there is", "\"secret\""]}
	kept := label.deny with input as given({"policy_label": "quarantine"})
	{each.msg | some each in kept} == {"the policy label keeps the version from being promoted"}
}

test_rule_of_access_is_a_text if {
	every value in [5, null, ["r"]] {
		count(label.deny) == 1 with input as given({"policy_label": "restricted", "access_rule": value})
	}
}
