# METADATA
# title: Deny a run whose container, commit or parameters are not pinned, or whose chance has no seed.
# description: |
#   Deny a run that nobody could repeat from its receipt. The receipt names the container and the parameters by
#   digest and the code by commit (that these are digests of files which are there is judged by `receipt.form`
#   and `receipt.digests`). What is left to deny are pins that pin nothing: one file for container and
#   parameters, the two mixed up, a commit that is no commit but a row of repeated or counted digits; and
#   parameters that make use of chance without a seed (table `randomness`), with which a second run comes to
#   another result. Write down what the run really ran in; give chance a whole number as its seed, and run
#   again. A receipt form without a field for one of these is not denied for it.
# custom:
#   evidence: [run_environments]
#   serves: [R-108, R-170]
#   severity: high
#   remediation: Run again in an environment that is named by digest, with a seed for whatever is random.
#   owner: data-engineers
package kfm.receipt.environment

default allow := false

allow if {
	count(input.run_environments) > 0
	count(deny) == 0
}

runs := object.get(input, "run_environments", [])

field(run, name) := {"file": run.place.file, "pointer": sprintf("%s/%s", [run.place.pointer, name])}

deny contains {
	"msg": sprintf("the %s run names one file as its container and as its parameters", [run.operation]),
	"at": field(run, "params_digest"),
	"found": run.params_digest,
	"expected": "the digest of the parameters, which are not the container",
	"hint": "Write the digest of the parameter file, and run again if there is none.",
} if {
	some run in runs
	run.params_digest == run.container_digest
}

deny contains {
	"msg": sprintf("what the %s run names as its container are parameters", [run.operation]),
	"at": field(run, "container_digest"),
	"found": run.container_kind,
	"expected": "the description of a container",
	"hint": "Write the digest of the container that the run ran in.",
} if {
	some run in runs
	run.container_kind == "run-parameters"
	run.params_digest != run.container_digest
}

deny contains {
	"msg": sprintf("what the %s run names as its parameters is a container", [run.operation]),
	"at": field(run, "params_digest"),
	"found": run.params_kind,
	"expected": "the parameters of the run",
	"hint": "Write the digest of the parameter file of the run.",
} if {
	some run in runs
	run.params_kind == "container"
	run.params_digest != run.container_digest
}

deny contains {
	"msg": sprintf("the commit of the %s run is no commit that a repository could have", [run.operation]),
	"at": field(run, "git_commit"),
	"found": run.git_commit,
	"expected": "the commit whose code ran",
	"hint": "Write what `git rev-parse HEAD` says of the code that ran.",
} if {
	some run in runs
	is_string(run.git_commit)
	trim(run.git_commit, "0") != "" # a commit of zeros is a placeholder, and denied as one
	is_made_up(run.git_commit)
}

# Forty digits drawn by a hash have fewer than five different ones about once in 10^17.
is_made_up(commit) if count({digit | some digit in split(commit, "")} - {""}) < 5

is_made_up(commit) if contains(commit, "0123456789")

is_made_up(commit) if contains(commit, "deadbeefdeadbeef")

deny contains {
	"msg": sprintf("the seed `%s` of the %s run is none", [parameter.name, run.operation]),
	"at": {"file": parameter.place.file, "pointer": parameter.place.pointer},
	"found": json.marshal(parameter.value),
	"expected": "a whole number, or a text from which the seed is made",
	"hint": "Choose a seed, write it into the parameters, and run again.",
} if {
	some run in runs
	some parameter in run.chance
	parameter.role == "seed"
	not is_seed(parameter.value)
}

deny contains {
	"msg": sprintf("the %s run makes use of chance by `%s` and has no seed", [run.operation, parameter.name]),
	"at": {"file": parameter.place.file, "pointer": parameter.place.pointer},
	"found": json.marshal(parameter.value),
	"expected": "a seed among the parameters",
	"hint": "Add a `seed` to the parameters, and run again.",
} if {
	some run in runs
	some parameter in run.chance
	parameter.role == "random"
	is_on(parameter.value)
	seeds := [each | some each in run.chance; each.role == "seed"]
	count(seeds) == 0
}

is_seed(value) if {
	is_number(value)
	floor(value) == value
}

is_seed(value) if {
	is_string(value)
	trim_space(value) != ""
	not lower(trim_space(value)) in {"none", "null", "random", "auto", "time", "now"}
}

is_seed(value) if {
	is_array(value)
	count(value) > 0
	every each in value {
		is_number(each)
	}
}

is_on(value) if value == true

is_on(value) if {
	is_number(value)
	value != 0
}

is_on(value) if {
	is_string(value)
	not lower(trim_space(value)) in {"", "no", "none", "off", "false", "0"}
}

is_on(value) if {
	type_name(value) in {"array", "object"}
	count(value) > 0
}
