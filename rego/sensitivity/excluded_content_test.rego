package kfm.sensitivity.excluded_content_test

import data.kfm.sensitivity.excluded_content

content(phrases) := {
	"place": {"file": "a.parquet", "pointer": "", "line": 0},
	"what": "a column",
	"name": "x",
	"phrases": phrases,
}

given(label, phrases) := {"content_names": [content(phrases)], "spec": {"policy": {"policy_label": label}}}

test_ordinary_names_pass if {
	every label in ["public", "public_generalized", "restricted", "internal"] {
		every phrases in [["geoid"], ["burial", "depth", "burial depth"], ["gravel"], []] {
			excluded_content.allow with input as given(label, phrases)
			count(excluded_content.deny) == 0 with input as given(label, phrases)
		}
	}
}

test_empty_input_is_denied if {
	not excluded_content.allow with input as {}
	not excluded_content.allow with input as {"content_names": [], "spec": {"policy": {"policy_label": "public"}}}
}

test_excluded_content_is_denied_under_any_other_label if {
	every label in ["public", "public_generalized", "restricted", "internal", "embargoed", "secret", null, 5] {
		every phrase in ["human remains", "humanremains", "sacred site"] {
			not excluded_content.allow with input as given(label, ["some", phrase])
			count(excluded_content.deny) == 1 with input as given(label, ["some", phrase])
		}
	}
}

test_label_of_the_table_is_enough if {
	excluded_content.allow with input as given("restricted_sensitive_location", ["human remains"])
	excluded_content.allow with input as given("public_generalized", ["nest sites", "archaeological site"])
	excluded_content.allow with input as given("restricted", ["site trinomial"])
}

test_some_content_has_no_label_at_all if {
	every label, _ in data.kfm_data.labels {
		not excluded_content.allow with input as given(label, ["social security number"])
		not excluded_content.allow with input as given(label, ["api key"])
	}
}

test_two_classes_in_one_name_are_two_reasons if {
	count(excluded_content.deny) == 2 with input as given("public", ["human remains", "burial site", "sacred site"])
}

expected(phrase) := {reason.expected | some reason in excluded_content.deny with input as given("public", [phrase])}

test_reasons_name_the_labels_that_are_enough if {
	expected("api key") == {"under the label public no such content; it may be kept under no label at all"}
	some text in expected("site trinomial")
	contains(text, "may be kept under public_generalized, restricted")
}
