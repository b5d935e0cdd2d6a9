package kfm.rights.license_test

import data.kfm.rights.license

given(rights) := {"spec": {"rights": rights}, "settings": {"allowed": ["ISC", "CC-BY-4.0"]}}

test_open_licence_passes if {
	license.allow with input as given({"license": "ISC"})
	count(license.deny) == 0 with input as given({"license": "ISC"})
}

test_empty_input_is_denied if {
	not license.allow with input as {}
}

test_missing_rights_are_denied if {
	every rights in [null, [], "ISC", 1] {
		not license.allow with input as given(rights)
		count(license.deny) == 1 with input as given(rights)
	}
}

test_what_is_no_licence_is_denied if {
	every value in [null, "", "  ", "unknown", "NOASSERTION", "other", 7, true, ["ISC"], {}] {
		not license.allow with input as given({"license": value})
		count(license.deny) == 1 with input as given({"license": value})
	}
}

test_missing_licence_is_denied if {
	not license.allow with input as given({"rights_holder": "A"})
	count(license.deny) == 1 with input as given({"rights_holder": "A"})
}

test_licence_that_is_not_listed_is_denied if {
	some reason in license.deny with input as given({"license": "CC-BY-NC-4.0"})
	reason.at == "spec#/rights/license"
}

test_spelling_is_exact if {
	some reason in license.deny with input as given({"license": "isc"})
	reason.hint == "SPDX spells it ISC."
}

test_unknown_field_is_denied if {
	some reason in license.deny with input as given({"license": "ISC", "licence": "MIT"})
	reason.at == "spec#/rights/licence"
}
