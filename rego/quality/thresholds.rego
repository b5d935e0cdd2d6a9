# METADATA
# title: Deny a version whose QA report does not show that every threshold of its specification is met.
# description: |
#   Deny a threshold that is not checked, not met, or measured against bounds of its own. Thresholds belong to
#   the specification, where they are reviewed; a report that measures against bounds of its own proves
#   nothing. Each threshold must have exactly one check in the QA report with the same id, metric and bounds,
#   a number as value that keeps the bounds, and the status `pass`. A check that no threshold asks for is
#   denied as well. Where a value does not keep its bound, mend the data. Where a bound is wrong, change the
#   specification through review, which makes a new version.
# custom:
#   evidence: [spec, qa_report]
#   serves: [R-157, R-159]
#   severity: high
#   remediation: Mend the data, or have the threshold changed in the specification, and run QA again.
#   owner: data-quality
package kfm.quality.thresholds

default allow := false

allow if {
	count(thresholds) > 0
	every threshold in thresholds {
		is_met(threshold)
	}
	count(deny) == 0
}

thresholds := object.get(input, ["spec", "qa", "thresholds"], [])

checks := object.get(input, ["qa_report", "checks"], [])

ids := [threshold.id | some threshold in thresholds]

# Index and check of the report, for a threshold of the specification.
matching(id) := [[index, check] | some index, check in checks; check.id == id]

bound(holder, name) := object.get(holder, name, null)

keeps_min(_, threshold) if bound(threshold, "min") == null

keeps_min(value, threshold) if value >= threshold.min

keeps_max(_, threshold) if bound(threshold, "max") == null

keeps_max(value, threshold) if value <= threshold.max

keeps(value, threshold) if {
	is_number(value)
	keeps_min(value, threshold)
	keeps_max(value, threshold)
}

is_met(threshold) if {
	found := matching(threshold.id)
	count(found) == 1
	check := found[0][1]
	check.metric == threshold.metric
	bound(check, "min") == bound(threshold, "min")
	bound(check, "max") == bound(threshold, "max")
	keeps(check.value, threshold)
	check.status == "pass"
}

wanted(threshold) := concat(" and ", parts) if {
	lower_bound := [sprintf("at least %v", [threshold.min]) | bound(threshold, "min") != null]
	upper_bound := [sprintf("at most %v", [threshold.max]) | bound(threshold, "max") != null]
	parts := array.concat(lower_bound, upper_bound)
}

deny contains {
	"msg": sprintf("the QA report has %d checks for the threshold `%s`", [count(matching(threshold.id)), threshold.id]),
	"at": sprintf("spec#/qa/thresholds/%d", [index]),
	"found": sprintf("%d checks", [count(matching(threshold.id))]),
	"expected": "exactly one check",
	"hint": "Run QA with the thresholds of the specification.",
} if {
	some index, threshold in thresholds
	count(matching(threshold.id)) != 1
}

deny contains {
	"msg": sprintf("the check `%s` measures another metric than its threshold", [check.id]),
	"at": sprintf("qa_report#/checks/%d/metric", [index]),
	"found": check.metric,
	"expected": threshold.metric,
	"hint": "Run QA with the thresholds of the specification.",
} if {
	some threshold in thresholds
	some [index, check] in matching(threshold.id)
	check.metric != threshold.metric
}

deny contains {
	"msg": sprintf("the check `%s` has another bound `%s` than its threshold", [check.id, name]),
	"at": sprintf("qa_report#/checks/%d", [index]),
	"found": json.marshal(bound(check, name)),
	"expected": json.marshal(bound(threshold, name)),
	"hint": "Thresholds come from the specification; change them there, through review.",
} if {
	some threshold in thresholds
	some [index, check] in matching(threshold.id)
	some name in ["min", "max"]
	bound(check, name) != bound(threshold, name)
}

deny contains {
	"msg": sprintf("the threshold `%s` is not met", [threshold.id]),
	"at": sprintf("qa_report#/checks/%d/value", [index]),
	"found": json.marshal(check.value),
	"expected": wanted(threshold),
	"hint": "Mend the data; what fails belongs into quarantine.",
} if {
	some threshold in thresholds
	some [index, check] in matching(threshold.id)
	not keeps(check.value, threshold)
}

deny contains {
	"msg": sprintf("the check `%s` did not pass, though its value keeps the bounds", [check.id]),
	"at": sprintf("qa_report#/checks/%d/status", [index]),
	"found": json.marshal(check.status),
	"expected": "pass",
	"hint": "Run QA again; value and status contradict each other.",
} if {
	some threshold in thresholds
	some [index, check] in matching(threshold.id)
	keeps(check.value, threshold)
	check.status != "pass"
}

deny contains {
	"msg": sprintf("the check `%s` is for no threshold of the specification", [check.id]),
	"at": sprintf("qa_report#/checks/%d/id", [index]),
	"found": check.id,
	"expected": concat(", ", ids),
	"hint": "Add the threshold to the specification, through review, or remove the check.",
} if {
	some index, check in checks
	not check.id in ids
}
