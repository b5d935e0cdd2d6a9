package kfm.catalog.profile_version_test

import data.kfm.catalog.profile_version

claim(document, field, value) := {
	"place": {"file": "f", "pointer": "/x", "line": 0},
	"document": document,
	"field": field,
	"value": value,
}

good := [claim("stac", "stac_version", "1.1.0")]

given(claims) := {"profile_claims": claims}

test_known_version_passes if {
	profile_version.allow with input as given(good)
	count(profile_version.deny) == 0 with input as given(good)
}

test_empty_input_is_denied if {
	not profile_version.allow with input as {}
	not profile_version.allow with input as given([])
}

test_known_profiles_pass if {
	every known in [
		claim("dcat", "dct:conformsTo", "https://w3id.org/kfm/profiles/dcat/v1"),
		claim("dcat", "dct:conformsTo", "https://w3id.org/kfm/profiles/dcat/v1/"),
		claim("prov", "dct:conformsTo", "http://www.w3.org/ns/prov-o#"),
		claim("stac", "stac_extensions", "https://w3id.org/kfm/schemas/stac/kfm-item-v1.json"),
		claim("stac", "kfm:profile", "https://w3id.org/kfm/profiles/stac/v1"),
		claim("dcat", "dct:conformsTo", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"),
	] {
		profile_version.allow with input as given(array.concat(good, [known]))
	}
}

test_unknown_version_is_denied if {
	every unknown in [
		claim("stac", "stac_version", "1.2.0"),
		claim("stac", "stac_version", "http://www.opengis.net/def/crs/1.1.0"),
		claim("dcat", "dct:conformsTo", "https://w3id.org/kfm/profiles/dcat/v2"),
		claim("dcat", "dct:conformsTo", "https://w3id.org/kfm/profiles/stac/v1"),
		claim("prov", "kfm:profile", "v1"),
		claim("stac", "conformsTo", null),
		claim("stac", "conformsTo", ""),
		claim("stac", "conformsTo", []),
		claim("stac", "kfm:profile", 1),
		claim("stac", "kfm:profile", "https://w3id.org/kfm/profiles/stac/v10"),
		claim("owl", "dct:conformsTo", "https://w3id.org/kfm/profiles/dcat/v1"),
	] {
		not profile_version.allow with input as given(array.concat(good, [unknown]))
	}
}

test_each_unknown_claim_is_one_reason if {
	claims := [
		claim("stac", "stac_version", "1.2.0"),
		claim("dcat", "dct:conformsTo", "https://w3id.org/kfm/profiles/dcat/v2"),
		claim("stac", "conformsTo", null),
	]
	count(profile_version.deny) == 3 with input as given(claims)
}
