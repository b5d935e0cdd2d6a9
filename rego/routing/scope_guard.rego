# METADATA
# title: Deny a rerun that is another job, such as onboarding, disaster recovery or an edit in place.
# description: |
#   Deny a request whose `job` is not `rerun`, and a rerun of a version of which none of the files is left that its
#   passed runs wrote. A rerun repeats a run that was made, by its receipt. A new dataset has none; where object
#   storage or catalogs are gone there is nothing to repeat it from; and an edit in place leaves no receipt and
#   changes what others have cited. The table `rerun_jobs` says of each known job what to do instead.
# custom:
#   evidence: [rerun_request, rerun]
#   needs: [routing.subject]
#   serves: [R-016, R-031, R-048]
#   severity: critical
#   remediation: Follow the runbook of the job that this is.
#   owner: pipeline-maintainers
package kfm.routing.scope_guard

default allow := false

allow if {
	jobs[job].allowed == true
	input.rerun.canonical in {"intact", "damaged", "none yet", "unknown"}
	count(deny) == 0
}

jobs := data.kfm_data.rerun_jobs

job := object.get(input, ["rerun_request", "job"], "")

instead := object.get(jobs, [job, "instead"], "Follow the runbook of the job that this is.")

deny contains {
	"msg": "the job is not one that a rerun may do",
	"at": "rerun_request#/job",
	"found": job,
	"expected": "the job `rerun`",
	"hint": instead,
} if {
	object.get(jobs, [job, "allowed"], false) != true
}

deny contains {
	"msg": "none of the files is left that the passed runs of the version wrote: that is disaster recovery",
	"at": "rerun_request#/job",
	"found": input.rerun.canonical,
	"expected": "the files that the receipts name",
	"hint": "Restore object storage and catalogs first, by the runbook of disaster recovery.",
} if {
	input.rerun.canonical == "lost"
}
