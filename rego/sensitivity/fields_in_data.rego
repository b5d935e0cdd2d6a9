# METADATA
# title: Deny a version that is served to the public while its bytes have a field that policy calls sensitive.
# description: |
#   Deny a column, key or attribute of the table `sensitive_fields` in an artifact, unless an obligation deals with it
#   or the label keeps the data from the public (table `labels`). What the specification forgot to list is in the
#   bytes all the same, and the bytes are what people get. Names are compared word by word, whatever their
#   spelling (`ownerName`, `OWNER_NAME`). Fields that `redact_fields` names are judged by
#   `sensitivity.obligations_in_data`, as are the numbers of coordinates under `generalize_geometry`. Coordinates
#   are sensitive only under labels that say that places are generalised. An artifact whose names nobody can read
#   is denied too, unless `sensitivity.obligations_in_data` denies it already. Remove the field from the data with an
#   obligation that says so, or label the version so that it is not served.
# custom:
#   evidence: [artifact_names, obligations, spec]
#   serves: [R-142]
#   severity: critical
#   remediation: Add redact_fields for the field to the specification and run the transform again.
#   owner: sensitivity-stewards
package kfm.sensitivity.fields_in_data

default allow := false

allow if {
	count(input.artifact_names) > 0
	is_array(input.obligations)
	is_object(input.spec)
	count(group_of) > 0
	count(deny) == 0
}

groups := data.kfm_data.sensitive_fields

label := object.get(input, ["spec", "policy", "policy_label"], null)

obligations := object.get(input, "obligations", [])

# Whether everyone gets the data, now or later; so it is for a label that nobody knows.
is_served if object.get(data.kfm_data.labels, [label, "served"], "yes") != "no"

# A phrase of the table, with its words apart and as one, to its group.
group_of := {term: group |
	some group, about in groups
	some phrase in about.phrases
	some term in {phrase, replace(phrase, " ", "")}
}

counts(group) if not "only_under" in object.keys(groups[group])

counts(group) if label in groups[group].only_under

redacted := {lower(field) |
	some obligation in obligations
	obligation.type == "redact_fields"
	some field in obligation.parameters.fields
}

types := {obligation.type | some obligation in obligations}

# Obligations for which the artifacts themselves are read, so that one that nobody can read is denied there.
read_elsewhere if count(types & {"redact_fields", "generalize_geometry", "min_count_threshold", "quantize_time"}) > 0

groups_of(name) := {group |
	some phrase in name.phrases
	group := group_of[phrase]
	counts(group)
}

is_bare_place(name) if {
	name.is_place
	counts("coordinates")
	not "generalize_geometry" in types
}

deny contains reason(artifact, name, group) if {
	is_served
	some artifact in object.get(input, "artifact_names", [])
	some name in artifact.names
	not lower(name.name) in redacted
	some group in groups_of(name)
}

deny contains reason(artifact, name, "coordinates") if {
	is_served
	some artifact in object.get(input, "artifact_names", [])
	some name in artifact.names
	not lower(name.name) in redacted
	is_bare_place(name)
}

deny contains {
	"msg": sprintf("nobody can see whether %s has sensitive fields: %s", [artifact.format, artifact.problem]),
	"at": {"file": artifact.place.file, "pointer": artifact.place.pointer},
	"found": artifact.format,
	"expected": "a format whose columns or keys can be read",
	"hint": "Deliver Parquet, PMTiles, GeoJSON, JSON or CSV, or a label that keeps the data from the public.",
} if {
	is_served
	not read_elsewhere
	some artifact in object.get(input, "artifact_names", [])
	is_string(artifact.problem)
}

reason(artifact, name, group) := {
	"msg": sprintf("the field `%s` (%s) is %s", [name.name, name.where, groups[group].what]),
	"at": {"file": artifact.place.file, "pointer": artifact.place.pointer},
	"found": sprintf("in the bytes, under the label %v", [label]),
	"expected": "no such field, or a label that keeps the data from the public",
	"hint": "Remove it by the obligation redact_fields, with a transform that does so.",
}
