package kfm.sensitivity.fields_in_data_test

import data.kfm.sensitivity.fields_in_data

field(name, phrases, is_place) := {"name": name, "where": "column 1", "phrases": phrases, "is_place": is_place}

plain := field("geoid", ["geoid"], false)

owner := field("Landowner", ["landowner"], false)

lon := field("lon", ["lon"], true)

artifact(problem, names) := {
	"place": {"file": "a.parquet", "pointer": "", "line": 0},
	"format": "Parquet",
	"problem": problem,
	"names": names,
}

given(label, obligations, artifacts) := {
	"artifact_names": artifacts,
	"obligations": obligations,
	"spec": {"policy": {"policy_label": label}},
}

with_names(label, obligations, names) := given(label, obligations, [artifact(null, names)])

redact(fields) := {"type": "redact_fields", "parameters": {"fields": fields}}

grid := {"type": "generalize_geometry", "parameters": {"grid_degrees": 0.1}}

served := ["public", "public_generalized", "embargoed", "secret", null, 5]

kept := ["restricted", "restricted_sensitive_location", "internal"]

test_ordinary_fields_pass if {
	every label in ["public", "public_generalized", "embargoed"] {
		fields_in_data.allow with input as with_names(label, [], [plain])
		count(fields_in_data.deny) == 0 with input as with_names(label, [], [plain])
	}
}

test_empty_input_is_denied if {
	not fields_in_data.allow with input as {}
	not fields_in_data.allow with input as given("public", [], [])
}

test_sensitive_field_is_denied_where_it_is_served if {
	every label in served {
		every phrase in ["landowner", "date of birth", "dateofbirth"] {
			names := [plain, field("x", ["some", phrase], false)]
			not fields_in_data.allow with input as with_names(label, [], names)
			count(fields_in_data.deny) == 1 with input as with_names(label, [], names)
		}
	}
}

test_sensitive_field_passes_where_it_is_not_served if {
	every label in kept {
		fields_in_data.allow with input as with_names(label, [], [owner, lon])
	}
}

test_field_that_is_to_be_redacted_is_judged_elsewhere if {
	fields_in_data.allow with input as with_names("public", [redact(["landowner"])], [owner])
	not fields_in_data.allow with input as with_names("public", [redact(["owner"])], [owner])
	not fields_in_data.allow with input as with_names("public", [grid], [owner])
}

test_coordinates_are_sensitive_where_places_are_generalised if {
	every label in ["public", "embargoed"] {
		fields_in_data.allow with input as with_names(label, [], [lon])
	}
	not fields_in_data.allow with input as with_names("public_generalized", [], [lon])
	not fields_in_data.allow with input as with_names("public_generalized", [redact(["lat"])], [lon])
	fields_in_data.allow with input as with_names("public_generalized", [redact(["LON"])], [lon])
	fields_in_data.allow with input as with_names("public_generalized", [grid], [lon])
}

test_artifact_that_nobody_can_read_is_denied_where_it_is_served if {
	unread := [artifact("it is an archive", [])]
	every label in served {
		not fields_in_data.allow with input as given(label, [], unread)
		count(fields_in_data.deny) == 1 with input as given(label, [], unread)
	}
	every label in kept {
		fields_in_data.allow with input as given(label, [], unread)
	}
}

test_artifact_that_an_obligation_is_looked_for_in_is_judged_elsewhere if {
	unread := [artifact("it is an archive", [])]
	fields_in_data.allow with input as given("public_generalized", [grid], unread)
	notice := {"type": "show_notice", "parameters": {"text": "x"}}
	not fields_in_data.allow with input as given("public_generalized", [notice], unread)
}

test_places_count_only_where_the_data_is_served if {
	table := {"coordinates": {"what": "coordinates", "phrases": ["longitude"]}}
	count(fields_in_data.deny) == 1 with input as with_names("public", [], [lon]) with data.kfm_data.sensitive_fields as table
	fields_in_data.allow with input as with_names("restricted", [], [lon]) with data.kfm_data.sensitive_fields as table
}
