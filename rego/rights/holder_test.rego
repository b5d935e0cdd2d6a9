package kfm.rights.holder_test

import data.kfm.rights.holder

sound := {"rights_holder": "A. Person", "attribution": "Data by A. Person"}

# The alternatives of a licence: each is a list of terms.
licence(output, alternatives) := {"output": output, "alternatives": alternatives}

term(id) := {"text": id, "licence": id}

isc := licence("", [[term("ISC")]])

cc0 := licence("", [[term("CC0-1.0")]])

claim(source, field, value) := {
	"place": {"file": "dcat.jsonld", "pointer": "/x", "line": 0},
	"source": source,
	"field": field,
	"value": value,
	"output": "",
}

under(licences, rights, claims) := {"spec": {"rights": rights}, "licences": licences, "rights_claims": claims}

given(rights, claims) := under([isc], rights, claims)

good_claims := [
	claim("spec", "license", "ISC"),
	claim("dcat_dataset", "rights_holder", "A. Person"),
	claim("dcat_dataset", "attribution", "Data by A. Person"),
	claim("dcat_distribution", "attribution", "Data by A. Person"),
	claim("stac_collection", "rights_holder", "A. Person"),
]

silent_claims := [
	claim("dcat_dataset", "rights_holder", "A. Person"),
	claim("dcat_dataset", "attribution", null),
	claim("dcat_distribution", "attribution", null),
]

nameless := {"rights_holder": "A. Person"}

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
	count(holder.deny) == 1 with input as given(nameless, good_claims)
	count(holder.deny) == 2 with input as given(null, good_claims)
}

test_other_words_in_the_catalog_are_denied if {
	every changed in [
		["dcat_dataset", "rights_holder"],
		["dcat_distribution", "attribution"],
		["stac_collection", "rights_holder"],
		["stac_item", "attribution"],
	] {
		claims := array.concat(good_claims, [claim(changed[0], changed[1], "Someone else")])
		not holder.allow with input as given(sound, claims)
		count(holder.deny) == 1 with input as given(sound, claims)
	}
}

test_silence_in_the_catalog_is_denied if {
	claims := array.concat(good_claims, [claim("dcat_distribution", "attribution", null)])
	not holder.allow with input as given(sound, claims)
	count(holder.deny) == 1 with input as given(sound, claims)
}

test_licence_that_names_nobody_needs_no_attribution if {
	every each in [[cc0], [licence("", [[term("ISC")], [term("CC0-1.0")]])], [cc0, licence("a.csv", [[term("CC0-1.0")]])]] {
		holder.allow with input as under(each, nameless, silent_claims)
		count(holder.deny) == 0 with input as under(each, nameless, silent_claims)
	}
}

test_attribution_that_nobody_asked_for_still_agrees if {
	holder.allow with input as under([cc0], sound, good_claims)
	not holder.allow with input as under([cc0], nameless, good_claims)
	count(holder.deny) == 2 with input as under([cc0], nameless, good_claims)
	not holder.allow with input as under([cc0], object.union(sound, {"attribution": null}), silent_claims)
}

test_every_other_licence_needs_an_attribution if {
	every licences in [
		[],
		[isc],
		[licence("", [])],
		[licence("", [[]])],
		[licence("", [[term("Foo-1.0")]])],
		[licence("", [[term("CC0-1.0"), term("ISC")]])],
		[cc0, licence("a.csv", [[term("ISC")]])],
	] {
		not holder.allow with input as under(licences, nameless, silent_claims)
		count(holder.deny) == 1 with input as under(licences, nameless, silent_claims)
	}
}

test_obligation_needs_an_attribution if {
	asked := {"policy": {"obligations": [{"type": "require_attribution", "parameters": {"text": "A"}}]}}
	given_obligation := object.union(under([cc0], nameless, silent_claims), {"spec": asked})
	not holder.allow with input as given_obligation
	count(holder.deny) == 1 with input as given_obligation
}

test_output_may_have_an_attribution_of_its_own if {
	own := object.union(claim("spec", "attribution", "By B"), {"output": "a.csv"})
	said := object.union(claim("dcat_distribution", "attribution", "By B"), {"output": "a.csv"})
	holder.allow with input as given(sound, array.concat(good_claims, [own, said]))
	other := object.union(said, {"value": "Data by A. Person"})
	count(holder.deny) == 1 with input as given(sound, array.concat(good_claims, [own, other]))
	licences := [cc0, licence("a.csv", [[term("ISC")]])]
	holder.allow with input as under(licences, nameless, array.concat(silent_claims, [own, said]))
}

test_only_what_the_catalog_says_of_these_fields_is_compared if {
	claims := array.concat(good_claims, [
		claim("spec", "rights_holder", "Someone else"),
		claim("dcat_dataset", "license", "MIT"),
	])
	count(holder.deny) == 0 with input as given(sound, claims)
	count(holder.deny) == 1 with input as under([cc0], null, good_claims)
}

test_reasons_name_what_differs_and_who_asks if {
	silence := array.concat(good_claims, [claim("dcat_distribution", "attribution", null)])
	silent := holder.deny with input as given(sound, silence)
	{each.msg | some each in silent} == {"a DCAT distribution gives no attribution"}
	other := holder.deny with input as given(sound, array.concat(good_claims, [claim("stac_item", "attribution", "B")]))
	{each.msg | some each in other} == {"a STAC item gives another attribution than the specification"}
	asked := holder.deny with input as given(nameless, silent_claims)
	{each.expected | some each in asked} == {"the attribution as a text, for the licence asks for it"}
	unasked := holder.deny with input as under([cc0], object.union(sound, {"attribution": 5}), [])
	{each.expected | some each in unasked} == {"the attribution as a text"}
	own := holder.deny with input as under([cc0, licence("a.csv", [[term("ISC")]])], nameless, silent_claims)
	{each.expected | some each in own} == {"the attribution as a text, for the licence of a.csv asks for it"}
}
