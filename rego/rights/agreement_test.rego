package kfm.rights.agreement_test

import data.kfm.rights.agreement

place := {"file": "f", "pointer": "/x", "line": 0}

claim(source, value, means) := {
	"place": place,
	"source": source,
	"field": "license",
	"value": value,
	"means": means,
	"output": "",
}

mention(value, means) := object.union(claim("stac_item", value, means), {"field": "license_mention"})

of_output(each, output) := object.union(each, {"output": output})

isc := {"output": "", "canonical": "ISC", "normal": "ISC", "alternatives": [[{"text": "ISC", "licence": "ISC"}]]}

good := [
	claim("spec", "ISC", "ISC"),
	claim("dcat_dataset", "https://spdx.org/licenses/ISC", "ISC"),
	claim("dcat_distribution", "https://opensource.org/licenses/ISC", "ISC"),
	claim("stac_collection", "ISC", "ISC"),
	claim("stac_item", "isc", "ISC"),
]

given(claims) := {
	"rights_claims": claims,
	"licences": [isc],
	"spec": {"rights": {"license": "ISC", "terms_url": "https://example.org/terms"}},
}

test_one_licence_passes if {
	agreement.allow with input as given(good)
	count(agreement.deny) == 0 with input as given(good)
}

test_empty_input_is_denied if {
	not agreement.allow with input as {}
	count(agreement.deny) == 1 with input as {}
}

test_nothing_claimed_is_denied if {
	every claims in [[], [claim("spec", "ISC", "ISC")]] {
		not agreement.allow with input as given(claims)
		count(agreement.deny) == 1 with input as given(claims)
	}
}

test_other_licence_is_denied if {
	every other in [
		claim("dcat_dataset", "https://spdx.org/licenses/MIT", "MIT"),
		claim("dcat_distribution", "https://example.org/licence", ""),
		claim("stac_collection", "other", ""),
		claim("stac_item", "ISC OR MIT", "ISC OR MIT"),
		claim("stac_item", null, ""),
	] {
		not agreement.allow with input as given(array.concat(good, [other]))
		count(agreement.deny) == 1 with input as given(array.concat(good, [other]))
	}
}

test_output_with_a_licence_of_its_own_needs_that_one if {
	mit := object.union(isc, {"output": "a.csv", "canonical": "MIT", "normal": "MIT"})
	both := object.union(given(good), {"licences": [isc, mit]})
	right := of_output(claim("stac_item", "MIT", "MIT"), "a.csv")
	agreement.allow with input as object.union(both, {"rights_claims": array.concat(good, [right])})
	wrong := of_output(claim("stac_item", "ISC", "ISC"), "a.csv")
	count(agreement.deny) == 1 with input as object.union(both, {"rights_claims": array.concat(good, [wrong])})
}

test_output_without_one_has_that_of_the_version if {
	right := of_output(claim("stac_item", "ISC", "ISC"), "b.csv")
	agreement.allow with input as given(array.concat(good, [right]))
	wrong := of_output(claim("stac_item", "MIT", "MIT"), "b.csv")
	count(agreement.deny) == 1 with input as given(array.concat(good, [wrong]))
}

test_links_to_the_licence_or_the_terms_pass if {
	every each in [mention("https://spdx.org/licenses/ISC", "ISC"), mention("https://example.org/terms", "")] {
		agreement.allow with input as given(array.concat(good, [each]))
		count(agreement.deny) == 0 with input as given(array.concat(good, [each]))
	}
}

test_links_to_other_terms_are_denied if {
	every each in [mention("https://spdx.org/licenses/MIT", "MIT"), mention("https://example.org/eula", "")] {
		not agreement.allow with input as given(array.concat(good, [each]))
		count(agreement.deny) == 1 with input as given(array.concat(good, [each]))
	}
}

reasons(claims, licences) := {[reason.msg, reason.expected, reason.hint] |
	all_given := object.union(given(array.concat(good, claims)), {"licences": licences})
	some reason in agreement.deny with input as all_given
}

anew := "Write the licence of the specification into the catalogs."

table := "Write the SPDX address or identifier of the licence, or have a steward add this one to the table."

test_reasons_say_how_to_write_the_licence if {
	reasons([claim("stac_item", "MIT", "MIT")], [isc]) == {["a STAC item names another licence than the specification", "ISC", anew]}
	reasons([claim("dcat_dataset", "MIT", "MIT")], [isc]) == {[
		"the DCAT dataset names another licence than the specification",
		"https://spdx.org/licenses/ISC",
		anew,
	]}
	reasons([claim("stac_item", "odd", "")], [isc]) == {[
		"a STAC item names a licence that neither SPDX nor the table of licences knows",
		"ISC",
		table,
	]}
	own := object.union(isc, {"output": "a.csv", "canonical": "MIT", "normal": "MIT"})
	reasons([of_output(claim("stac_item", "ISC", "ISC"), "a.csv")], [isc, own]) == {[
		"a STAC item names another licence than the specification for its output a.csv",
		"MIT",
		anew,
	]}
	reasons([of_output(claim("stac_item", null, ""), "a.csv")], [isc, own]) == {[
		"a STAC item leaves out that a.csv has a licence of its own",
		"MIT",
		anew,
	]}
	reasons([of_output(claim("stac_item", "MIT", "MIT"), "b.csv")], [isc, own]) == {[
		"a STAC item names another licence than the specification",
		"ISC",
		anew,
	]}
}

test_reasons_say_how_to_write_an_expression if {
	both := object.union(isc, {"canonical": "ISC OR MIT", "normal": "ISC"})
	reasons([claim("stac_item", "MIT", "MIT")], [both]) == {[
		"a STAC item names another licence than the specification",
		"other, with ISC OR MIT in kfm:license",
		anew,
	]}
	reasons([claim("dcat_dataset", "MIT", "MIT")], [both]) == {[
		"the DCAT dataset names another licence than the specification",
		"a dct:LicenseDocument with the licenseExpression ISC OR MIT",
		anew,
	]}
}

test_several_addresses_of_terms_are_known if {
	terms := {"spec": {"rights": {"license": "ISC", "terms_url": ["https://example.org/a", "https://example.org/b"]}}}
	every address in ["https://example.org/a", "https://example.org/b"] {
		known := object.union(given(array.concat(good, [mention(address, "")])), terms)
		count(agreement.deny) == 0 with input as known
	}
	other := object.union(given(array.concat(good, [mention("https://example.org/c", "")])), terms)
	count(agreement.deny) == 1 with input as other
}

test_unknown_licence_makes_no_unknown_address_known if {
	strange := object.union(isc, {"output": "a.csv", "canonical": "", "normal": "", "alternatives": []})
	claims := array.concat(good, [mention("https://example.org/eula", "")])
	count(agreement.deny) == 1 with input as object.union(given(claims), {"licences": [isc, strange]})
}
