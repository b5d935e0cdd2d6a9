# METADATA
# title: Deny a version whose names show content that policy excludes under its label.
# description: |
#   Deny content of a class of the table `excluded_content`, unless the policy label is one that the table allows
#   for this class. Some things must never be published, or only where access is governed: human remains, sacred
#   places, numbers by which persons are identified. They are told by names: of the artifacts, their columns,
#   keys and layers, of columns in the specification and in STAC, and by titles and keywords in the catalogs.
#   Names are compared word by word, whatever their spelling (`burialSite`, `BURIAL_SITE`, `burialsite`); parts of
#   words do not count, nor do descriptions, which may say that such content was left out. Values are not read.
#   Remove the content, or have the sensitivity steward decide on a label under which it may be kept.
# custom:
#   evidence: [content_names, spec]
#   serves: [R-143]
#   severity: critical
#   remediation: Remove the content from the data and the catalogs, or label the version as the table allows.
#   owner: sensitivity-stewards
package kfm.sensitivity.excluded_content

default allow := false

allow if {
	count(input.content_names) > 0
	is_object(input.spec)
	count(class_of) > 0
	count(deny) == 0
}

classes := data.kfm_data.excluded_content

label := object.get(input, ["spec", "policy", "policy_label"], null)

# A phrase of the table, with its words apart and as one, to its class.
class_of := {term: class |
	some class, about in classes
	some phrase in about.phrases
	some term in {phrase, replace(phrase, " ", "")}
}

kept_under(class) := concat(", ", classes[class].allowed_labels) if {
	count(classes[class].allowed_labels) > 0
} else := "no label at all"

deny contains {
	"msg": sprintf("%s speaks of %s, which policy excludes", [content.what, classes[class].what]),
	"at": {"file": content.place.file, "pointer": content.place.pointer},
	"found": content.name,
	"expected": sprintf("under the label %v no such content; it may be kept under %s", [label, kept_under(class)]),
	"hint": "Remove the content, or have the sensitivity steward decide on the label; rename what is something else.",
} if {
	some content in object.get(input, "content_names", [])
	some phrase in content.phrases
	class := class_of[phrase]
	not label in classes[class].allowed_labels
}
