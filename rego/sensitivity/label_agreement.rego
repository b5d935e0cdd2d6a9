# METADATA
# title: Deny a version of which any document states another policy label than the specification.
# description: |
#   Deny a label in any document that is not the one of the specification. Each service that touches the data
#   reads the label where it finds it: the API in the catalog, the index in the manifest, the auditor in the
#   receipt. If only one of them says `public` where the others say `restricted`, the data leaks there.
#   Specification, policy decision, manifest, backfill plan, receipts that state a label, STAC collection, STAC
#   items and DCAT must agree. In receipts and catalogs another spelling counts as the label for which the table
#   `label_spellings` has it, in specification, policy decision and manifest it does not: other rules look up
#   there what the label demands. `dct:accessRights` in DCAT, which knows fewer degrees, must be a value that goes
#   with the label by the same table. What the table does not know is denied. That a document states a label at
#   all is judged with its form. Decide which label holds, and write all documents from the specification.
# custom:
#   evidence: [label_claims, spec]
#   needs: [sensitivity.label]
#   serves: [R-139, R-142]
#   severity: critical
#   remediation: Rebuild the documents that state another label from the specification.
#   owner: sensitivity-stewards
package kfm.sensitivity.label_agreement

default allow := false

allow if {
	is_string(label)
	required - sources == set()
	count(deny) == 0
}

label := object.get(input, ["spec", "policy", "policy_label"], null)

required := {"spec", "policy_decision", "manifest"}

claims := object.get(input, "label_claims", [])

sources := {claim.source | some claim in claims}

names := {
	"spec": "the specification",
	"policy_decision": "the policy decision",
	"manifest": "the manifest",
	"plan": "the backfill plan",
	"receipt": "a receipt",
	"stac_collection": "the STAC collection",
	"stac_item": "a STAC item",
	"dcat": "the DCAT dataset",
	"access_rights": "dct:accessRights in DCAT",
}

access_rights := data.kfm_data.label_spellings.access_rights

fitting := sort([iri | some iri, means in access_rights; label in means])

expected(claim) := sprintf("one of %s", [concat(", ", fitting)]) if {
	claim.source == "access_rights"
} else := label

agrees(claim) if claim.label == label

agrees(claim) if {
	not claim.source in required
	label in claim.means
}

message(claim) := sprintf("%s spells the policy label otherwise", [names[claim.source]]) if {
	label in claim.means
} else := sprintf("%s states what the table of spellings does not know", [names[claim.source]]) if {
	count(claim.means) == 0
} else := sprintf("%s does not go with the policy label", [names[claim.source]]) if {
	claim.source == "access_rights"
} else := sprintf("%s states another policy label than the specification", [names[claim.source]])

deny contains {
	"msg": message(claim),
	"at": {"file": claim.place.file, "pointer": claim.place.pointer},
	"found": claim.label,
	"expected": expected(claim),
	"hint": "Decide which label holds, then write all documents from the specification.",
} if {
	some claim in claims
	not agrees(claim)
}

deny contains {
	"msg": sprintf("%s states no policy label", [names[source]]),
	"at": "spec#/policy/policy_label",
	"found": null,
	"expected": label,
	"hint": "Write the label of the specification into it.",
} if {
	some source in required - sources
}
