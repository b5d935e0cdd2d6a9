# METADATA
# title: Deny a release that lacks an approval its label or specification needs, or whose approval is no real one.
# description: |
#   Deny a release that was not approved by everyone who must, independently and in time. Whoever made the
#   data, or asked for its release, can't be the one who says that it may go out. The policy label (table
#   `labels`) and `promotion.approval_roles` of the specification say which roles must approve. Each must have
#   approved, no person under two roles, none who ran a run of this version or requested the release; after
#   the QA report was there to be read, not after the release, and not in the future. Who requests a release
#   must be in a role that may (table `roles`), and where a registry is kept (table `principals`, or the
#   setting `registered_only`) all of them must be registered for their roles. Ask the missing role to read
#   the report and approve; then write the manifest anew.
# custom:
#   evidence: [manifest, spec, qa_report, receipts, register]
#   needs: [sensitivity.label]
#   serves: [R-187]
#   settings:
#     registered_only: {default: false, stricter: higher}
#   severity: critical
#   remediation: Obtain the missing approvals from people who did not make or request the release.
#   owner: release-managers
package kfm.release.approvals

default allow := false

allow if {
	is_object(input.qa_report)
	is_object(input.register)
	count(input.receipts) > 0
	count(needed) > 0
	every role in needed {
		role in given_roles
	}
	count(deny) == 0
}

labels := data.kfm_data.labels

label := object.get(input, ["spec", "policy", "policy_label"], "")

by_label := {role | some role in labels[label].approvals}

by_spec := {role | some role in input.spec.promotion.approval_roles}

needed := by_label | by_spec

approvals := object.get(input, ["manifest", "approvals"], [])

given_roles := {approval.role | some approval in approvals}

asked_by(role) := sprintf("the label %s", [label]) if {
	role in by_label
} else := "the specification"

person(principal) := lower(trim_space(principal))

# Who had a hand in the version, and how.
involved contains [person(receipt.actor.principal), sprintf("ran the %s", [receipt.operation])] if {
	some receipt in input.receipts
	receipt.actor.principal
}

involved contains [person(requested.principal), "requested the release"] if {
	some requested in [input.manifest.requested_by]
}

at(index) := sprintf("manifest#/approvals/%d", [index])

registered := object.get(input, ["register", "principals"], {})

registry_is_kept if count(registered) > 0

registry_is_kept if object.get(input, ["settings", "registered_only"], false) == true

# Who put a name to the release, in which role, and where that stands.
signed contains [approval.principal, approval.role, at(index)] if {
	some index, approval in approvals
}

signed contains [requested.principal, requested.role, "manifest#/requested_by"] if {
	some requested in [input.manifest.requested_by]
}

moment(text) := time.parse_rfc3339_ns(text)

deny contains {
	"msg": sprintf("%s needs the approval of a %s, and there is none", [asked_by(role), role]),
	"at": "manifest#/approvals",
	"found": concat(", ", given_roles),
	"expected": concat(", ", needed),
	"hint": "Ask that role to read the QA report and approve.",
} if {
	some role in needed
	not role in given_roles
}

deny contains {
	"msg": "no role is known that must approve this release",
	"at": "manifest#/approvals",
	"found": null,
	"expected": "at least one role, from the label or the specification",
	"hint": "Set `promotion.approval_roles` in the specification.",
} if {
	count(needed) == 0
}

deny contains {
	"msg": "an approval names nobody",
	"at": at(index),
	"found": json.marshal(approval.principal),
	"expected": "the principal who approved",
	"hint": "Write who approved.",
} if {
	some index, approval in approvals
	person(approval.principal) == ""
}

deny contains {
	"msg": sprintf("%s approves as %s and as %s", [approval.principal, approvals[other].role, approval.role]),
	"at": at(index),
	"found": approval.principal,
	"expected": "another person for each role",
	"hint": "Have another person approve under one of the roles.",
} if {
	some index, approval in approvals
	some other in numbers.range(0, index)
	person(approvals[other].principal) == person(approval.principal)
	approvals[other].role != approval.role
}

deny contains {
	"msg": sprintf("%s approves the version, but also %s", [approval.principal, deed]),
	"at": at(index),
	"found": approval.principal,
	"expected": "a person who did not make or request the release",
	"hint": "Have another person approve.",
} if {
	some index, approval in approvals
	some [name, deed] in involved
	name == person(approval.principal)
}

deny contains {
	"msg": sprintf("the approval of %s is later than the release", [approval.principal]),
	"at": sprintf("%s/approved_at", [at(index)]),
	"found": approval.approved_at,
	"expected": sprintf("at most %s", [input.manifest.released_at]),
	"hint": "Approve first and release then.",
} if {
	some index, approval in approvals
	moment(approval.approved_at) > moment(input.manifest.released_at)
}

deny contains {
	"msg": sprintf("the approval of %s is older than the QA report", [approval.principal]),
	"at": sprintf("%s/approved_at", [at(index)]),
	"found": approval.approved_at,
	"expected": sprintf("at least %s", [input.qa_report.created_at]),
	"hint": "Read the report and approve again: the approval was for other data.",
} if {
	some index, approval in approvals
	moment(approval.approved_at) < moment(input.qa_report.created_at)
}

deny contains {
	"msg": sprintf("the approval of %s lies in the future", [approval.principal]),
	"at": sprintf("%s/approved_at", [at(index)]),
	"found": approval.approved_at,
	"expected": sprintf("at most %s", [input.evaluated_at]),
	"hint": "Write when it was approved.",
} if {
	some index, approval in approvals
	moment(approval.approved_at) > moment(input.evaluated_at)
}

deny contains {
	"msg": sprintf("the role %s may not request a release", [requested.role]),
	"at": "manifest#/requested_by/role",
	"found": requested.role,
	"expected": concat(", ", data.kfm_data.roles.request),
	"hint": "Have the release requested in a role that may.",
} if {
	some requested in [input.manifest.requested_by]
	not requested.role in data.kfm_data.roles.request
}

deny contains {
	"msg": sprintf("%s is not registered for the role %s", [principal, role]),
	"at": sprintf("%s/principal", [place]),
	"found": principal,
	"expected": sprintf("a principal that the table `principals` registers as %s", [role]),
	"hint": "Have it done by somebody who is registered for the role, or register the principal.",
} if {
	registry_is_kept
	some [principal, role, place] in signed
	not role in object.get(registered, principal, [])
}
