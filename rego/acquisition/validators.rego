# METADATA
# title: Deny an acquisition that neither captured the source's ETag or Last-Modified nor says why there is none.
# description: |
#   Whether upstream has changed is asked with what the source said of its bytes when they were fetched: `etag`
#   and `last_modified` of the record. A source that names neither can only be compared by fetching everything
#   again, and that must be on record too: `validators_absent` says why. Sources whose address stands for one
#   content for ever (table `sources_without_validators`: a package with its version, an address that is a
#   digest, a commit) need none. Copy the headers from the log of the fetch; where the source sends none, say
#   so in `validators_absent`; the next acquisition captures them.
# custom:
#   evidence: [acquisitions]
#   needs: [acquisition.manifest]
#   serves: [R-045]
#   severity: medium
#   remediation: Record the source's ETag or Last-Modified, or why it has none.
#   owner: acquisition-engineers
package kfm.acquisition.validators

default allow := false

allow if {
	count(records) > 0
	count(deny) == 0
}

records := object.get(input, "acquisitions", [])

scheme(url) := split(url, ":")[0]

unchanging(url) if {
	known := data.kfm_data.sources_without_validators[scheme(url)]
	regex.match(known.pattern, url)
}

captured(record) if {
	some name in ["etag", "last_modified"]
	is_string(object.get(record, name, null))
}

explained(record) if is_string(object.get(record, "validators_absent", null))

at(index, name) := sprintf("acquisitions/%d#/%s", [index, name])

deny contains {
	"msg": "the acquisition has neither an ETag nor a time of modification, and does not say why",
	"at": at(index, "etag"),
	"found": object.get(record, ["source", "url"], null),
	"expected": "`etag`, `last_modified`, or the reason in `validators_absent`",
	"hint": "Copy the headers from the log of the fetch; if the source sends none, say so in `validators_absent`.",
} if {
	some index, record in records
	not captured(record)
	not explained(record)
	not unchanging(object.get(record, ["source", "url"], ""))
}

deny contains {
	"msg": "the acquisition says that the source has no validators, and names one",
	"at": at(index, "validators_absent"),
	"found": object.get(record, "validators_absent", null),
	"expected": "either what the source sent, or the reason why it sent nothing",
	"hint": "Remove `validators_absent`, or write null for what the source did not send.",
} if {
	some index, record in records
	captured(record)
	explained(record)
}
