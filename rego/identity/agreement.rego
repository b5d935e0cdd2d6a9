# METADATA
# title: Deny a version whose documents name different datasets, versions or specs.
# description: |
#   Deny a version of which one document speaks of another dataset, version or spec than the rest.
#   The folder says which dataset version this is, the spec says which dataset it belongs to and by which hash
#   it is known. QA report, policy decision, manifest, receipts, STAC and DCAT must all speak of the same: a QA
#   report of another version proves nothing about this one, and a catalog with another id sends its readers
#   to other data. Correct the document that differs, with the step that writes it; when it was copied from
#   another version, write it anew.
# custom:
#   evidence: [identity_claims]
#   serves: [R-129, R-134]
#   severity: high
#   remediation: Run the step that writes the document that differs again, for this version.
#   owner: data-stewards
package kfm.identity.agreement

default allow := false

allow if {
	count(deny) == 0
	every field in fields {
		some claim in input.identity_claims
		claim.field == field
		claim.value == expected[field]
	}
	every claim in input.identity_claims {
		claim.value == expected[claim.field]
	}
}

fields := {"dataset_id", "dataset_slug", "dataset_version_id", "spec_hash"}

# What the path says of the version, and the spec of its dataset.
expected := object.union(
	{"dataset_slug": input.subject.slug, "dataset_version_id": input.subject.version},
	{claim.field: claim.value |
		some claim in input.identity_claims
		claim.document == "spec"
		claim.field in {"dataset_id", "spec_hash"}
	},
)

deny contains {
	"msg": sprintf("`%s` is not that of %s/%s", [claim.field, input.subject.slug, input.subject.version]),
	"at": {"file": claim.place.file, "pointer": claim.place.pointer},
	"found": claim.value,
	"expected": expected[claim.field],
	"hint": "Write the document anew for this version, or move it to the version that it is about.",
} if {
	some claim in input.identity_claims
	claim.value != expected[claim.field]
}

deny contains {
	"msg": sprintf("no document of the version states `%s`", [field]),
	"found": "nothing",
	"expected": sprintf("`%s` in the spec, the manifest and the catalogs", [field]),
	"hint": "Write the field where the document's form asks for it.",
} if {
	some field in fields
	not is_stated(field)
}

is_stated(field) if {
	some claim in input.identity_claims
	claim.field == field
	expected[field]
}
