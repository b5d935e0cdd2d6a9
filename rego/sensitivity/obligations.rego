# METADATA
# title: Deny a version if an obligation of its specification is not recorded as applied by the run that made it.
# description: |
#   Deny an obligation that no receipt of the run that made the data records as applied, or with other
#   parameters. An obligation is a promise: these fields are removed, this geometry is generalised. The
#   receipt of the run that made the data is where the promise is said to be kept, with the parameters that
#   were used. Each obligation of the specification must stand in `policy.obligations_applied` of a passed
#   transform receipt of this version, with equal parameters. That the policy decision lists the same
#   obligations is judged by `sensitivity.decision`, and that the bytes show them by
#   `sensitivity.obligations_in_data`. Run the transform anew with the obligation; never write it into the
#   receipt by hand.
# custom:
#   evidence: [obligations, receipts]
#   serves: [R-121, R-140, R-142]
#   severity: critical
#   remediation: Run the transform with the obligation applied, and let it write its receipt.
#   owner: sensitivity-stewards
package kfm.sensitivity.obligations

default allow := false

allow if {
	count(input.obligations) > 0
	every obligation in input.obligations {
		is_applied(obligation)
	}
	count(deny) == 0
}

# Operations that write the artifacts of a version.
producing := {"transform", "rebuild", "ingest+publish"}

made_it(receipt) if {
	receipt.operation in producing
	receipt.validation.status == "pass"
	input.subject.version in receipt.dataset_version_ids
}

applied := [each |
	some receipt in input.receipts
	made_it(receipt)
	some each in receipt.policy.obligations_applied
]

is_applied(obligation) if {
	some each in applied
	each.type == obligation.type
	each.parameters == obligation.parameters
}

recorded := {type: parameters |
	some type in {each.type | some each in applied}
	parameters := [each.parameters | some each in applied; each.type == type]
}

found(type) := json.marshal(recorded[type]) if {
	type in object.keys(recorded)
} else := null

message(type) := "the run that made the data applied it with other parameters" if {
	type in object.keys(recorded)
} else := "no receipt of the run that made the data records it as applied"

deny contains {
	"msg": sprintf("%s: %s", [obligation.type, message(obligation.type)]),
	"at": {"file": obligation.place.file, "pointer": obligation.place.pointer},
	"found": found(obligation.type),
	"expected": json.marshal(obligation.parameters),
	"hint": "Run the transform with this obligation and let it write its receipt.",
} if {
	some obligation in input.obligations
	not is_applied(obligation)
}
