# METADATA
# title: Deny a rerun of a version with unsettled rights outside quarantine, or in a mode that would bring it back from there.
# description: |
#   Deny a rerun while the label or the licence of the version is missing, unknown or `quarantine` and the version is
#   not in quarantine; and a Retry or Rebuild of a version that is. Running again settles nothing: first the version
#   goes into quarantine (a notice with the status `quarantined`, or the label), then rights and sensitivity are
#   settled in the specification. What comes out is a Reprocess or Backfill with an id of its own, never the
#   quarantined version again.
# custom:
#   evidence: [rerun_request, rerun]
#   needs: [routing.subject, routing.prior_receipt]
#   serves: [R-003, R-030, R-122]
#   severity: critical
#   remediation: Put the version into quarantine and settle its rights and sensitivity.
#   owner: rights-stewards
package kfm.routing.quarantine

default allow := false

allow if {
	known.quarantined in {"yes", "no", "unknown"}
	is_object(input.rerun_request)
	count(deny) == 0
}

known := object.get(input, "rerun", {"settled": "unknown", "quarantined": "unknown", "derived": null})

repeating := {"Retry", "Rebuild"}

deny contains {
	"msg": "rights or sensitivity are not settled, and the version is not in quarantine",
	"at": "rerun_request#/dataset_version_id",
	"found": sprintf("settled: %s, in quarantine: %s", [known.settled, known.quarantined]),
	"expected": "a label and a licence in the specification, or a version in quarantine",
	"hint": "Put the version into quarantine with a notice, then settle its label and its licence.",
} if {
	known.settled != "yes"
	known.quarantined != "yes"
}

deny contains {
	"msg": "the version is in quarantine, and this mode would make or show it again",
	"at": "rerun_request#/mode",
	"found": sprintf("%s, in quarantine: %s", [known.derived, known.quarantined]),
	"expected": "a Reprocess or a Backfill, or a version that is not in quarantine",
	"hint": "Mend what the version was quarantined for; what comes out of that is a new version.",
} if {
	known.derived in repeating
	known.quarantined != "no"
}
