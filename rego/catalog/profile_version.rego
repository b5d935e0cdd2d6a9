# METADATA
# title: Deny catalogs that claim a version of a standard or profile which these gates do not know.
# description: |
#   A catalog that says it follows version 2 of a profile asks to be read by the rules of version 2; judged by
#   those of version 1 it would pass for what it is not. So each claim must be one of the table
#   `catalog_profiles`: `stac_version`, KFM's own schemas in `stac_extensions`, `conformsTo` or `kfm:profile` in
#   STAC, `dct:conformsTo` or `kfm:profile` in DCAT and PROV. Claims about something else than the catalog, such
#   as a coordinate reference system, are listed there by how they begin. Write the catalogs by a version that
#   is known, or have the catalog steward add the version together with the schemas and shapes that judge it.
# custom:
#   evidence: [profile_claims]
#   needs: [catalog.stac]
#   serves: [R-152]
#   severity: medium
#   remediation: Claim a version that the table catalog_profiles knows, or none.
#   owner: catalog-stewards
package kfm.catalog.profile_version

default allow := false

allow if {
	count(claims) > 0
	count(deny) == 0
}

table := data.kfm_data.catalog_profiles

claims := object.get(input, "profile_claims", [])

known("stac_version", _) := table.stac_versions

known(field, document) := object.get(table.profiles, document, []) if {
	field != "stac_version"
}

about_something_else(claim) if {
	claim.field != "stac_version"
	is_string(claim.value)
	some beginning in table.other_standards
	startswith(claim.value, beginning)
}

# An IRI with and without a slash at its end is the same claim.
fits(value, versions) if {
	is_string(value)
	some version in versions
	trim_right(version, "/") == trim_right(value, "/")
}

deny contains {
	"msg": sprintf("`%s` in %s claims a version that these gates do not know", [claim.field, upper(claim.document)]),
	"at": {"file": claim.place.file, "pointer": claim.place.pointer},
	"found": json.marshal(claim.value),
	"expected": concat(" or ", known(claim.field, claim.document)),
	"hint": "Write the catalog by a version that is known; what is not a profile of the catalog does not belong here.",
} if {
	some claim in claims
	not fits(claim.value, known(claim.field, claim.document))
	not about_something_else(claim)
}
