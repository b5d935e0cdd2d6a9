package kfm.identity.agreement_test

import data.kfm.identity.agreement

claim(document, field, value) := {"document": document, "field": field, "value": value, "place": {"file": concat("", [document, ".json"]), "pointer": concat("/", ["", field])}}

good := [
	claim("spec", "dataset_id", "kansas_counties"),
	claim("spec", "dataset_slug", "kansas-counties"),
	claim("spec", "spec_hash", "sha256:ab"),
	claim("manifest", "dataset_version_id", "2017.ab.cd"),
	claim("manifest", "spec_hash", "sha256:ab"),
]

given(claims) := {"identity_claims": claims, "subject": {"slug": "kansas-counties", "version": "2017.ab.cd"}}

test_agreeing_documents_pass if {
	agreement.allow with input as given(good)
	count(agreement.deny) == 0 with input as given(good)
}

test_one_other_value_is_denied if {
	every odd in [
		claim("dcat", "dataset_id", "other"),
		claim("spec", "dataset_slug", "other"),
		claim("receipts", "dataset_slug", ""),
		claim("qa_report", "dataset_version_id", "2017.ab.ce"),
		claim("stac_items", "spec_hash", null),
		claim("stac_items", "spec_hash", 5),
	] {
		claims := array.concat(good, [odd])
		not agreement.allow with input as given(claims)
		count(agreement.deny) == 1 with input as given(claims)
	}
}

test_what_no_document_states_is_denied if {
	claims := [each | some each in good; each.field != "dataset_version_id"]
	not agreement.allow with input as given(claims)
	count(agreement.deny) == 1 with input as given(claims)
}

test_empty_input_is_denied if {
	not agreement.allow with input as {}
	not agreement.allow with input as given([])
	count(agreement.deny) == 4 with input as given([])
}

test_what_the_spec_alone_must_state_is_denied_without_it if {
	claims := [each | some each in array.concat(good, [claim("manifest", "dataset_id", "kansas_counties")]); each.document != "spec"]
	reasons := agreement.deny with input as given(claims)
	"no document of the version states `dataset_id`" in {each.msg | some each in reasons}
}
