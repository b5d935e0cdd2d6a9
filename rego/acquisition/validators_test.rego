package kfm.acquisition.validators_test

import data.kfm.acquisition.validators

web := {"source": {"url": "https://example.org/counties.json"}, "etag": "\"5f3a\"", "last_modified": null}

none := {"etag": null, "last_modified": null}

from(url) := object.union(none, {"source": {"url": url}})

given(records) := {"acquisitions": records}

test_captured_validators_pass if {
	every record in [
		web,
		object.union(web, {"etag": "W/\"5f3a\""}),
		object.union(web, {"etag": null, "last_modified": "Tue, 01 Sep 2026 09:00:00 GMT"}),
		object.union(web, {"last_modified": "2026-09-01T09:00:00Z"}),
	] {
		validators.allow with input as given([record])
		count(validators.deny) == 0 with input as given([record])
	}
}

test_sources_that_do_not_change_pass if {
	every url in [
		"pkg:npm/us-atlas@3.0.1",
		"pkg:npm/%40scope/name@1.0.0",
		"pkg:deb/debian/tzdata@2026a?arch=all",
		"doc://sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
		"swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2",
		"git+https://example.org/data.git@94a9ed024d3859793618152ea559a168bbcbb5e2",
	] {
		validators.allow with input as given([from(url)])
	}
}

test_a_reason_passes if {
	record := object.union(from("ftp://example.org/a"), {"validators_absent": "The server sends no headers."})
	validators.allow with input as given([record])
}

test_empty_input_is_denied if {
	not validators.allow with input as {}
	not validators.allow with input as given([])
}

test_neither_is_denied if {
	every url in [
		"https://example.org/counties.json",
		"http://example.org/pkg:npm/a@1",
		"ftp://example.org/a",
		"pkg:npm/us-atlas",
		"pkg:npm/us-atlas?version=@3.0.1",
		"doc:counties",
		"git+https://example.org/data.git@main",
		"s3://bucket/key",
		"",
	] {
		not validators.allow with input as given([web, from(url)])
		count(validators.deny) == 1 with input as given([web, from(url)])
	}
}

test_wrong_types_are_denied if {
	every value in [null, 1, false, [], {}] {
		record := object.union(web, {"etag": value, "validators_absent": value})
		not validators.allow with input as given([record])
	}
	not validators.allow with input as given([{}])
}

test_a_reason_beside_a_validator_is_denied if {
	record := object.union(web, {"validators_absent": "none"})
	not validators.allow with input as given([record])
	count(validators.deny) == 1 with input as given([record])
}
