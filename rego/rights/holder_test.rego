package kfm.rights.holder_test

import data.kfm.rights.holder

sound := {"rights_holder": "A. Person", "attribution": "Data by A. Person"}

claim(source, field, value) := {
	"place": {"file": "dcat.jsonld", "pointer": "/x", "line": 0},
	"source": source,
	"field": field,
	"value": value,
}

given(rights, claims) := {"spec": {"rights": rights}, "rights_claims": claims}

good_claims := [
	claim("spec", "license", "ISC"),
	claim("dcat_dataset", "rights_holder", "A. Person"),
	claim("dcat_dataset", "attribution", "Data by A. Person"),
	claim("dcat_distribution", "attribution", "Data by A. Person"),
]

test_same_words_everywhere_pass if {
	holder.allow with input as given(sound, good_claims)
	count(holder.deny) == 0 with input as given(sound, good_claims)
}

test_empty_input_is_denied if {
	not holder.allow with input as {}
	count(holder.deny) == 2 with input as {}
}

test_missing_null_empty_and_wrong_type_are_denied if {
	every value in [null, "", " ", "unknown", 5, ["A. Person"], {}] {
		rights := object.union(sound, {"rights_holder": value})
		not holder.allow with input as given(rights, good_claims)
		count(holder.deny) == 1 with input as given(rights, good_claims)
	}
	count(holder.deny) == 1 with input as given({"rights_holder": "A. Person"}, good_claims)
	count(holder.deny) == 2 with input as given(null, good_claims)
}

test_other_words_in_the_catalog_are_denied if {
	every changed in [["dcat_dataset", "rights_holder"], ["dcat_distribution", "attribution"]] {
		claims := array.concat(good_claims, [claim(changed[0], changed[1], "Someone else")])
		not holder.allow with input as given(sound, claims)
		count(holder.deny) == 1 with input as given(sound, claims)
	}
}
