package kfm.rights.license_test

import data.kfm.rights.license

settings := {"allowed": ["ISC", "CC-BY-4.0", "ODbL-1.0", "MIT"], "refused": ["cc-by-nc-4.0", "ODbL-1.0 WITH x"]}

place := {"file": "spec.yaml", "pointer": "/rights/license", "line": 0}

term(text, id) := {"text": text, "licence": id}

# One licence as the fact has it.
licence(stated, alternatives) := {
	"place": place,
	"pointer": "/rights/license",
	"output": "",
	"stated": stated,
	"problem": "",
	"canonical": stated,
	"well_spelled": true,
	"alternatives": alternatives,
}

one(id) := licence(id, [[term(id, id)]])

unknown(stated) := object.union(licence(stated, []), {"problem": "SPDX has no such licence"})

given(rights, licences) := {"spec": {"rights": rights}, "licences": licences, "settings": settings}

stated(each) := given({"license": each.stated}, [each])

test_open_licence_passes if {
	license.allow with input as stated(one("ISC"))
	count(license.deny) == 0 with input as stated(one("ISC"))
}

test_open_expressions_pass if {
	every each in [
		licence("CC-BY-4.0 AND ODbL-1.0", [[term("CC-BY-4.0", "CC-BY-4.0"), term("ODbL-1.0", "ODbL-1.0")]]),
		licence("GPL-3.0-only OR MIT", [[term("GPL-3.0-only", "GPL-3.0-only")], [term("MIT", "MIT")]]),
		licence("CC-BY-NC-4.0 OR CC-BY-4.0", [[term("CC-BY-NC-4.0", "CC-BY-NC-4.0")], [term("CC-BY-4.0", "CC-BY-4.0")]]),
		licence("ODbL-1.0+", [[term("ODbL-1.0+", "ODbL-1.0")]]),
		licence("MIT WITH LLVM-exception", [[term("MIT WITH LLVM-exception", "MIT")]]),
	] {
		license.allow with input as stated(each)
		count(license.deny) == 0 with input as stated(each)
	}
}

test_closed_expressions_are_denied if {
	every each in [
		licence("GPL-3.0-only OR AFL-3.0", [[term("GPL-3.0-only", "GPL-3.0-only")], [term("AFL-3.0", "AFL-3.0")]]),
		licence("MIT AND GPL-3.0-only", [[term("GPL-3.0-only", "GPL-3.0-only"), term("MIT", "MIT")]]),
		licence("ODbL-1.0 WITH x", [[term("ODbL-1.0 WITH x", "ODbL-1.0")]]),
		licence("nothing to choose", []),
		licence("an empty alternative", [[]]),
	] {
		not license.allow with input as stated(each)
		count(license.deny) == 1 with input as stated(each)
	}
}

test_refused_licence_is_named if {
	some reason in license.deny with input as stated(one("CC-BY-NC-4.0"))
	reason.msg == "`rights.license` leaves no choice that is open; refused here: CC-BY-NC-4.0"
}

test_what_is_refused_is_not_allowed_by_the_other_list if {
	both := object.union(stated(one("ISC")), {"settings": {"allowed": ["ISC"], "refused": ["ISC"]}})
	not license.allow with input as both
	count(license.deny) == 1 with input as both
}

test_output_with_a_licence_of_its_own_is_judged_alike if {
	own := object.union(one("GPL-3.0-only"), {"output": "a.csv", "pointer": "/outputs/0/license"})
	not license.allow with input as given({"license": "ISC"}, [one("ISC"), own])
	some reason in license.deny with input as given({"license": "ISC"}, [one("ISC"), own])
	reason.msg == "`outputs.0.license` leaves no choice that is open; not on the list: GPL-3.0-only"
}

test_empty_input_is_denied if {
	not license.allow with input as {}
	not license.allow with input as {"settings": settings}
	count(license.deny) == 1 with input as {"settings": settings}
}

test_missing_rights_are_denied if {
	every rights in [null, [], "ISC", 1] {
		not license.allow with input as given(rights, [])
		count(license.deny) == 1 with input as given(rights, [])
	}
}

test_what_is_no_text_is_denied if {
	every value in [null, 7, true, ["ISC"], {}] {
		not license.allow with input as given({"license": value}, [])
		count(license.deny) == 1 with input as given({"license": value}, [])
	}
}

test_what_is_no_licence_is_denied if {
	every value in ["", "  ", "unknown", "NOASSERTION", "other", "Foo-1.0"] {
		not license.allow with input as stated(unknown(value))
		count(license.deny) == 1 with input as stated(unknown(value))
	}
}

test_missing_licence_is_denied if {
	not license.allow with input as given({"rights_holder": "A"}, [])
	count(license.deny) == 1 with input as given({"rights_holder": "A"}, [])
}

test_licence_that_is_not_listed_is_denied if {
	some reason in license.deny with input as stated(one("GPL-3.0-only"))
	reason.at.pointer == "/rights/license"
}

test_spelling_is_exact if {
	isc := object.union(one("isc"), {"canonical": "ISC", "well_spelled": false})
	some reason in license.deny with input as stated(isc)
	reason.hint == "SPDX spells it ISC."
}

test_unknown_field_is_denied if {
	some reason in license.deny with input as given({"license": "ISC", "licence": "MIT"}, [one("ISC")])
	reason.at == "spec#/rights/licence"
}

test_every_unclear_word_is_told_apart_from_an_unknown_licence if {
	every value in ["", " NOASSERTION", "other", "proprietary"] {
		some reason in license.deny with input as stated(unknown(value))
		reason.msg == "`rights.license` does not say who may use the data"
	}
	strange := license.deny with input as stated(unknown("Foo-1.0"))
	{each.msg | some each in strange} == {"`rights.license` is no licence expression of SPDX: SPDX has no such licence"}
	misspelt := license.deny with input as stated(object.union(one("isc"), {"well_spelled": false}))
	{each.msg | some each in misspelt} == {"`rights.license` is not spelled as SPDX spells it"}
}

gaps(rights) := {[reason.msg, reason.at, reason.found] | some reason in license.deny with input as given(rights, [])}

test_reasons_say_what_is_missing_where if {
	gaps([]) == {["the specification has no `rights`, so nobody knows who may use the data", "spec#/rights", "[]"]}
	gaps({"rights_holder": "A"}) == {["`rights.license` is missing", "spec#/rights", null]}
	gaps({"license": 7}) == {["`rights.license` is not a text", "spec#/rights/license", "7"]}
}
