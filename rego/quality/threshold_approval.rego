# METADATA
# title: Deny a version whose thresholds differ from those of the release before it, unless a steward approved.
# description: |
#   Deny a threshold that was added, removed, loosened, tightened or put on another metric without the approval of
#   a steward. Thresholds say what may pass, so whoever can change them alone can let anything pass, and a data
#   author who has a failing check is the last who should. The thresholds of the specification are compared with
#   those of the release that this version supersedes, follows or derives from; where that one's specification is
#   gone, or is not the one that was released, the change can't be judged and is denied. Have a steward review the
#   change and approve the version; then write the manifest anew. (That nobody approves their own work, and in
#   time, is judged by `release.approvals`.)
# custom:
#   evidence: [threshold_changes, manifest]
#   settings:
#     approver_roles: {default: [steward], stricter: fewer}
#   serves: [R-160]
#   severity: high
#   remediation: Have a steward review the change of thresholds and approve the version.
#   owner: data-quality
package kfm.quality.threshold_approval

default allow := false

allow if {
	is_object(input.manifest)
	object.get(history, "problem", "unknown") == null
	is_settled
	count(deny) == 0
}

history := object.get(input, "threshold_changes", {})

default changes := []

changes := history.changes if is_array(object.get(history, "changes", null))

approvals := object.get(input, ["manifest", "approvals"], [])

roles := object.get(input, ["settings", "approver_roles"], [])

is_approved if {
	some approval in approvals
	approval.role in roles
}

is_settled if history.changes == []

is_settled if is_approved

deny contains {
	"msg": sprintf("the thresholds can't be compared with those of %v: %v", [history.prior, history.problem]),
	"at": {"file": history.place.file, "pointer": history.place.pointer},
	"found": history.problem,
	"expected": sprintf("the specification that %v was released with", [history.prior]),
	"hint": "Restore the specification in the registry; it never changes once a version was released with it.",
} if {
	history.problem != null
}

deny contains {
	"msg": sprintf("the threshold `%s` was %s since %v, and no %s approved", [
		change.id,
		change.kind,
		history.prior,
		concat(" or ", roles),
	]),
	"at": {"file": change.place.file, "pointer": change.place.pointer},
	"found": change.after,
	"expected": sprintf("%s, as before, or an approval", [change.before]),
	"hint": "Have a steward review the change and approve the version.",
} if {
	not is_approved
	some change in changes
}
