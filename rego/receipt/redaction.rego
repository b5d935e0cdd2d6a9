# METADATA
# title: Deny a receipt or ledger entry in which something stands that its readers may not see.
# description: |
#   Deny a receipt or an entry of the ledger that holds a secret, a place that the label protects, or the value
#   of a field that an obligation redacts. Receipts and ledger are kept for ever, never changed, and read by
#   many who may not read the data: what stands in them once can't be taken back. Judged by the table
#   `redaction`: patterns of keys and tokens, for every label; coordinates, geometries and the like, unless the
#   label is open; fields of `redact_fields`; and, with the setting `no_addresses`, e-mail addresses of
#   persons. What was found is named, never repeated. Change the secret at once, since it must count as known;
#   then run again with a reference to a secret store, or without the value, and have the ledger's keepers
#   decide what becomes of the entry.
# custom:
#   evidence: [recorded, spec]
#   serves: [R-179, R-285]
#   settings:
#     no_addresses: {default: false, stricter: higher}
#   severity: critical
#   remediation: Withdraw the secret, run again without it, and let the keepers of the ledger decide on the entry.
#   owner: security-stewards
package kfm.receipt.redaction

default allow := false

allow if {
	is_object(input.spec)
	count(input.recorded) > 0
	count(deny) == 0
}

table := data.kfm_data.redaction

records := object.get(input, "recorded", [])

texts := [value.value |
	some record in records
	some value in record.values
	is_string(value.value)
]

# All texts as one, so that each pattern is tried on everything once; only a match is looked at closely.
everything := concat("\n", texts)

keys := {value.key | some record in records; some value in record.values}

names := concat("\n", keys)

any_of(rows) := concat("|", [sprintf("(?:%s)", [row.pattern]) | some row in rows])

named(pattern) := sprintf("(?im)^(?:%s)$", [pattern])

# The records, if what is looked for stands in any of them: they need no closer look if not.
holding(pattern, text) := records if {
	regex.match(pattern, text)
} else := []

at(record, item) := {"file": record.place.file, "pointer": sprintf("%s%s", [record.place.pointer, item.pointer])}

masked(value) := sprintf("%d characters, not repeated here", [count(sprintf("%v", [value]))])

deny contains {
	"msg": sprintf("here stands %s", [concat(" or ", kinds)]),
	"at": at(record, value),
	"found": masked(value.value),
	"expected": "no secret in a record that is never changed",
	"hint": "Change the secret at once; run again with a reference to a secret store.",
} if {
	some record in holding(any_of(table.secrets), everything)
	some value in record.values
	is_string(value.value)
	kinds := {row.what | some row in table.secrets; regex.match(row.pattern, value.value)}
	count(kinds) > 0
}

deny contains {
	"msg": sprintf("`%s` holds a value, and by its name that is a secret", [value.key]),
	"at": at(record, value),
	"found": masked(value.value),
	"expected": "no secret, or a reference to a secret store",
	"hint": "Change the secret at once; run again with a reference to a secret store.",
} if {
	some record in holding(named(table.secret_names), names)
	some value in record.values
	is_string(value.value)
	regex.match(named(table.secret_names), value.key)
	not regex.match(table.references, value.value)
}

label := object.get(input, ["spec", "policy", "policy_label"], null)

is_restricted if not label in table.open_labels

deny contains {
	"msg": sprintf("in a record of a version labelled %v stands %s", [label, concat(" or ", kinds)]),
	"at": at(record, value),
	"found": masked(value.value),
	"expected": "no place that the label protects",
	"hint": "Run again without the place in names, messages and parameters.",
} if {
	is_restricted
	some record in holding(any_of(table.places), everything)
	some value in record.values
	is_string(value.value)
	kinds := {row.what | some row in table.places; regex.match(row.pattern, value.value)}
	count(kinds) > 0
}

deny contains {
	"msg": sprintf("in a record of a version labelled %v stands a list of precise numbers, as of coordinates", [label]),
	"at": at(record, list),
	"found": sprintf("%d numbers, not repeated here", [count(list.values)]),
	"expected": "no place that the label protects",
	"hint": "Run again without the place in the parameters.",
} if {
	is_restricted
	some record in records
	some list in record.numbers
	count([number | some number in list.values; is_precise(number)]) > 1
	count([number | some number in list.values; abs(number) >= 1]) > 0
}

deny contains {
	"msg": sprintf("in a record of a version labelled %v stands a coordinate: `%s`", [label, value.key]),
	"at": at(record, value),
	"found": masked(value.value),
	"expected": "no place that the label protects",
	"hint": "Run again without the place in the parameters.",
} if {
	is_restricted
	some record in holding(named(table.place_names), names)
	some value in record.values
	regex.match(named(table.place_names), value.key)
	is_coordinate(value.value)
}

# Finer than a hundredth of a degree, about a kilometre.
is_precise(number) if {
	abs(number) <= 180
	hundredths := number * 100
	abs(hundredths - round(hundredths)) > 0.000001
}

is_coordinate(value) if {
	is_number(value)
	is_precise(value)
}

# Metres of a projected grid.
is_coordinate(value) if {
	is_number(value)
	abs(value) > 1000
}

is_coordinate(value) if {
	is_string(value)
	regex.match(`-?[0-9]{1,3}\.[0-9]{3}|[0-9]{5}`, value)
}

redacted := {field |
	some obligation in object.get(input, ["spec", "policy", "obligations"], [])
	obligation.type == "redact_fields"
	some field in object.get(obligation, ["parameters", "fields"], [])
	is_string(field)
	not lower(field) in table.generic_names
}

given_as(field) := [sprintf("%s%s", [field, sign]) | some sign in ["=", ": ", "\": "]]

# Fields that are named somewhere in the way in which a value is given.
suspected contains field if {
	some field in redacted
	field in keys
}

suspected contains field if {
	some field in redacted
	some form in given_as(field)
	contains(everything, form)
}

deny contains {
	"msg": sprintf("here stands the value of the field %s, which an obligation redacts", [field]),
	"at": at(record, value),
	"found": masked(value.value),
	"expected": "no value of a redacted field",
	"hint": "Run again without the value in names, messages and parameters.",
} if {
	some field in suspected
	some record in records
	some value in record.values
	gives(value, field)
}

gives(value, field) if {
	value.key == field
	value.value != ""
}

gives(value, field) if {
	is_string(value.value)
	some form in given_as(field)
	contains(value.value, form)
}

deny contains {
	"msg": "here stands the e-mail address of a person",
	"at": at(record, value),
	"found": masked(value.value),
	"expected": "a principal that is no e-mail address, or that of a service",
	"hint": "Let persons act under a principal that says nothing to strangers.",
} if {
	object.get(input, ["settings", "no_addresses"], false) == true
	some record in holding(table.addresses, everything)
	some value in record.values
	is_string(value.value)
	some address in regex.find_n(table.addresses, value.value, -1)
	not regex.match(table.service_addresses, address)
}
