package kfm.receipt.redaction_test

import data.kfm.receipt.redaction

given(label, obligations, values) := {
	"recorded": [{"place": {"file": "r.json", "pointer": ""}, "values": values, "numbers": []}],
	"spec": {"policy": {"policy_label": label, "obligations": obligations}},
	"settings": {"no_addresses": false},
}

value(key, content) := {"pointer": sprintf("/x/%s", [key]), "key": key, "value": content}

listed(label, numbers) := object.union(given(label, [], []), {"recorded": [{
	"place": {"file": "r.json", "pointer": ""},
	"values": [],
	"numbers": [{"pointer": "/environment/params/box", "values": numbers}],
}]})

redacting := [{"type": "redact_fields", "parameters": {"fields": ["centroid_lon", "name"]}}]

harmless := [
	value("run_id", "kfm://run/2026-09-01T10:20:00.125Z.counties-transform"),
	value("principal", "serviceAccount:etl@project-1.iam.gserviceaccount.com"),
	value("uri", "data/processed/kansas-counties/2017.90834627.fdff5ab1/artifacts/counties.parquet"),
	value("uri", "https://example.org/data?version=2017&key=counties"),
	value("uri", "https://user@example.org/data"),
	value("uri", "pkg:npm/us-atlas@3.0.1"),
	value("message", "basic checks passed: 105 features, 0 nulls, 12.125 s"),
	value("api_key", "vault:kv/etl#key"),
	value("password", "${DB_PASSWORD}"),
	value("tokenizer", "standard"),
	value("secretariat", "Topeka"),
	value("grid_degrees", 0.05),
	value("tolerance", 0.000125),
	value("fields", "centroid_lon"),
	value("name", "job-7"),
	value("text", "U.S. Census Bureau, cartographic boundary files 2017; us-atlas 3.0.1"),
]

# What stands beside what must be found, and is nothing.
beside := [value("count", 5), value("message", "105 features"), value("password", false), value("centroid_lon", "")]

test_harmless_records_pass if {
	every label in ["public", "public_generalized", "restricted", "unknown"] {
		redaction.allow with input as given(label, redacting, harmless)
		count(redaction.deny) == 0 with input as given(label, redacting, harmless)
	}
}

test_empty_input_is_denied if {
	not redaction.allow with input as {}
	not redaction.allow with input as {"recorded": []}
	not redaction.allow with input as {"recorded": given("public", [], harmless).recorded}
	not redaction.allow with input as object.union(given("public", [], harmless), {"spec": null})
}

test_secrets_are_denied_under_every_label if {
	every label in ["public", "restricted"] {
		every bad in [
			value("uri", "https://etl:hunter22@example.org/counties"),
			value("uri", "https://example.org/c?X-Amz-Signature=0123456789abcdef"),
			value("uri", "https://example.org/c?sv=2024&sig=abcdefgh%3D"),
			value("run_id", "kfm://run/2026-09-01T10:20:00Z.AKIAIOSFODNN7EXAMPLE"),
			value("message", "-----BEGIN RSA PRIVATE KEY-----"),
			value("message", "Authorization: Bearer abcdefghijklmnop.qrst"),
			value("password", "hunter"),
			value("db_password", "hunter22"),
			value("AUTH_TOKEN", "abcdef"),
		] {
			not redaction.allow with input as given(label, [], array.concat(beside, [bad]))
			count(redaction.deny) == 1 with input as given(label, [], array.concat(beside, [bad]))
		}
	}
}

test_places_are_denied_unless_the_label_is_open if {
	every bad in [
		value("uri", "data/site_38.9717,-95.2353.parquet"),
		value("uri", "tiles/38.9717_-95.2353.png"),
		value("message", "moved POINT (-95.2353 38.9717)"),
		value("message", "at 38°58' N"),
		value("message", "near 86F7X5C7+VG"),
		value("lat", 38.9717),
		value("site_lon", "-95.2353"),
		value("easting", 305412),
	] {
		redaction.allow with input as given("public", [], [bad])
		every label in ["public_generalized", "restricted", "secret", null] {
			not redaction.allow with input as given(label, [], array.concat(beside, [bad]))
			count(redaction.deny) == 1 with input as given(label, [], array.concat(beside, [bad]))
		}
	}
}

test_lists_of_precise_numbers_are_denied_unless_the_label_is_open if {
	every numbers in [[-95.2353, 38.9717], [-102.051, 36.993, -94.588, 40.003], [0.5317, 38.9717], [1.005, 0.005]] {
		redaction.allow with input as listed("public", numbers)
		not redaction.allow with input as listed("restricted", numbers)
	}
	every numbers in [[0, 7], [-102.05, 37, -94.6, 40], [0.125, 0.375], [4096, 256.5], [-95.2353, 40], [180.1234, 180.4321]] {
		redaction.allow with input as listed("restricted", numbers)
	}
}

test_values_of_redacted_fields_are_denied if {
	every bad in [
		value("centroid_lon", -95),
		value("centroid_lon", "west"),
		value("message", "dropped centroid_lon=-95"),
		value("message", "row {\"centroid_lon\": -95}"),
	] {
		not redaction.allow with input as given("public", redacting, array.concat(beside, [bad]))
		count(redaction.deny) == 1 with input as given("public", redacting, array.concat(beside, [bad]))
	}
}

test_addresses_are_denied_where_the_setting_says_so if {
	person := given("public", [], [value("principal", "jane.doe@example.org")])
	service := given("public", [], [value("principal", "etl@project-1.iam.gserviceaccount.com")])
	on := {"settings": {"no_addresses": true}}
	redaction.allow with input as person
	not redaction.allow with input as object.union(person, on)
	redaction.allow with input as object.union(service, on)
	both := given("public", [], [value("count", 5), value("a", "a@b.example.org, etl@project-1.iam.gserviceaccount.com")])
	count(redaction.deny) == 1 with input as object.union(both, on)
}

test_numbers_that_are_no_coordinates_pass if {
	every number in [1000, 12.34, 500.5, 180.1234] {
		redaction.allow with input as given("restricted", [], [value("lat", number)])
	}
	every number in [180.0001, -180] {
		count(redaction.deny) == 0 with input as given("restricted", [], [value("lat", number)])
	}
	every number in [179.9999, 1001] {
		count(redaction.deny) == 1 with input as given("restricted", [], [value("lat", number)])
	}
}
