package kfm.sensitivity.label_agreement_test

import data.kfm.sensitivity.label_agreement

kinds := ["spec", "policy_decision", "manifest", "receipt", "stac_collection", "stac_item", "dcat"]

claim(source, label) := meaning(source, label, [label])

meaning(source, label, means) := {
	"place": {"file": source, "pointer": "/x", "line": 0},
	"source": source,
	"label": label,
	"means": means,
}

good := [claim(kind, "public") | some kind in kinds]

given(claims) := {"label_claims": claims, "spec": {"policy": {"policy_label": "public"}}}

test_one_label_passes if {
	label_agreement.allow with input as given(good)
	count(label_agreement.deny) == 0 with input as given(good)
}

test_empty_input_is_denied if {
	not label_agreement.allow with input as {}
	count(label_agreement.deny) == 3 with input as {}
}

test_other_label_in_any_document_is_denied if {
	every kind in kinds {
		claims := array.concat(good, [claim(kind, "restricted")])
		not label_agreement.allow with input as given(claims)
		count(label_agreement.deny) == 1 with input as given(claims)
	}
}

test_document_that_must_state_a_label_and_does_not_is_denied if {
	claims := [each | some each in good; each.source != "manifest"]
	not label_agreement.allow with input as given(claims)
	count(label_agreement.deny) == 1 with input as given(claims)
}

test_spelling_that_the_table_knows_passes if {
	every each in [
		meaning("receipt", "open", ["public"]),
		meaning("access_rights", "https://example.org/PUBLIC", ["public", "public_generalized"]),
	] {
		claims := array.concat(good, [each])
		label_agreement.allow with input as given(claims)
		count(label_agreement.deny) == 0 with input as given(claims)
	}
}

test_what_the_table_does_not_know_is_denied if {
	every source in ["receipt", "access_rights"] {
		claims := array.concat(good, [meaning(source, "free", [])])
		not label_agreement.allow with input as given(claims)
		count(label_agreement.deny) == 1 with input as given(claims)
	}
}

test_access_rights_of_another_label_are_denied if {
	claims := array.concat(good, [meaning("access_rights", "https://example.org/RESTRICTED", ["restricted"])])
	not label_agreement.allow with input as given(claims)
	count(label_agreement.deny) == 1 with input as given(claims)
}

test_other_spelling_where_rules_look_it_up_is_denied if {
	every source in ["spec", "manifest", "policy_decision"] {
		claims := array.concat(good, [meaning(source, "open", ["public"])])
		not label_agreement.allow with input as given(claims)
		some reason in label_agreement.deny with input as given(claims)
		endswith(reason.msg, "spells the policy label otherwise")
	}
}

reasons(each) := {[reason.msg, reason.expected] |
	some reason in label_agreement.deny with input as given(array.concat(good, [each]))
}

test_reasons_say_how_a_statement_differs if {
	reasons(claim("receipt", "restricted")) == {["a receipt states another policy label than the specification", "public"]}
	reasons(claim("manifest", "restricted")) == {["the manifest states another policy label than the specification", "public"]}
	reasons(meaning("manifest", "open", ["public"])) == {["the manifest spells the policy label otherwise", "public"]}
	reasons(meaning("receipt", "free", [])) == {["a receipt states what the table of spellings does not know", "public"]}
	rights := reasons(meaning("access_rights", "https://example.org/R", ["restricted"]))
	some [message, expected] in rights
	message == "dct:accessRights in DCAT does not go with the policy label"
	startswith(expected, "one of http")
}
