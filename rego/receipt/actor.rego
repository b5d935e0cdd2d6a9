# METADATA
# title: Deny an act by somebody who may not perform it in that role.
# description: |
#   Deny a run or a policy decision whose actor's role may not do this, or whose actor is not registered. Who
#   may do what is decided beforehand: the table `roles` names, for each operation, the roles that may perform
#   it, and the table `principals` the roles in which each registered principal may act. As long as
#   `principals` is empty no registry is kept, and any principal may act in a role that fits; the setting
#   `registered_only` demands a registry. Receipt forms that have no field for an actor (data-runbooks,
#   index-backfill) can't say who ran; that passes unless `registered_only` is set. Have somebody do it who
#   may; a new role or principal goes into the tables, by review.
# custom:
#   evidence: [acts, register]
#   serves: [R-165]
#   settings:
#     registered_only: {default: false, stricter: higher}
#   severity: high
#   remediation: Have the run made, or the decision taken, by a registered principal in a role that may.
#   owner: policy-stewards
package kfm.receipt.actor

default allow := false

allow if {
	count(input.acts) > 0
	is_object(input.register)
	count(deny) == 0
}

acts := object.get(input, "acts", [])

registered_only if input.settings.registered_only

registered := object.get(input, ["register", "principals"], {})

registry_is_kept if count(registered) > 0

registry_is_kept if registered_only

may(operation) := {role | some role in object.get(data.kfm_data.roles, operation, [])}

roles_of(principal) := {role | some role in object.get(registered, principal, [])}

deed(act) := "decide about a release" if {
	act.operation == "decide"
} else := sprintf("perform the operation %s", [act.operation])

at(act, name) := {"file": act.place.file, "pointer": sprintf("%s/%s", [act.place.pointer, name])}

deny contains {
	"msg": sprintf("the role %s may not %s", [act.role, deed(act)]),
	"at": at(act, "role"),
	"found": act.role,
	"expected": concat(", ", may(act.operation)),
	"hint": "Have it done in a role that may, or let the stewards add the role to the table `roles`.",
} if {
	some act in acts
	is_string(act.role)
	not act.role in may(act.operation)
}

deny contains {
	"msg": sprintf("%s is not registered", [act.principal]),
	"at": at(act, "principal"),
	"found": act.principal,
	"expected": "a principal of the table `principals`",
	"hint": "Have it done by a registered principal, or register this one.",
} if {
	some act in acts
	is_string(act.principal)
	registry_is_kept
	count(roles_of(act.principal)) == 0
}

deny contains {
	"msg": sprintf("%s is not registered for the role %s", [act.principal, act.role]),
	"at": at(act, "role"),
	"found": act.role,
	"expected": concat(", ", roles_of(act.principal)),
	"hint": "Act in a role for which the principal is registered.",
} if {
	some act in acts
	count(roles_of(act.principal)) > 0
	not act.role in roles_of(act.principal)
}

deny contains {
	"msg": sprintf("nobody is named who could be registered: the receipt form %s has no actor", [act.form]),
	"at": {"file": act.place.file, "pointer": act.place.pointer},
	"found": null,
	"expected": "an actor with principal and role",
	"hint": "Write receipts in a form that names the actor.",
} if {
	some act in acts
	is_null(act.principal)
	registered_only
}
