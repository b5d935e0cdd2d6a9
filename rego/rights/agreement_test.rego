package kfm.rights.agreement_test

import data.kfm.rights.agreement

claim(source, value) := {
	"place": {"file": "f", "pointer": "/x", "line": 0},
	"source": source,
	"field": "license",
	"value": value,
}

good := [
	claim("spec", "ISC"),
	claim("dcat_dataset", "https://spdx.org/licenses/ISC"),
	claim("dcat_distribution", "https://spdx.org/licenses/ISC"),
	claim("stac_collection", "ISC"),
	claim("stac_item", "ISC"),
]

given(claims) := {"rights_claims": claims, "spec": {"rights": {"license": "ISC"}}}

test_one_licence_passes if {
	agreement.allow with input as given(good)
	count(agreement.deny) == 0 with input as given(good)
}

test_empty_input_is_denied if {
	not agreement.allow with input as {}
}

test_nothing_claimed_is_denied if {
	every claims in [[], [claim("spec", "ISC")]] {
		not agreement.allow with input as given(claims)
		count(agreement.deny) == 1 with input as given(claims)
	}
}

test_other_licence_is_denied if {
	every other in [
		claim("dcat_dataset", "https://spdx.org/licenses/MIT"),
		claim("dcat_distribution", "ISC"),
		claim("dcat_distribution", "http://spdx.org/licenses/ISC"),
		claim("stac_collection", "other"),
		claim("stac_item", "isc"),
	] {
		not agreement.allow with input as given(array.concat(good, [other]))
		count(agreement.deny) == 1 with input as given(array.concat(good, [other]))
	}
}
