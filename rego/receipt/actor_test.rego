package kfm.receipt.actor_test

import data.kfm.receipt.actor

act(operation, principal, role) := {
	"place": {"file": "r.json", "pointer": "/actor"},
	"operation": operation,
	"form": "pipeline-rerun",
	"principal": principal,
	"role": role,
}

given(one, registered_only) := registered_in({}, one, registered_only)

registered_in(registry, one, registered_only) := {
	"acts": [one],
	"register": {"principals": registry},
	"settings": {"registered_only": registered_only},
}

nobody := act("transform", null, null)

registry := {"svc:pipeline": ["pipeline"], "p:1": ["steward", "policy_officer"]}

test_roles_that_may_pass if {
	every one in [
		act("transform", "svc:pipeline", "pipeline"),
		act("promote", "p:1", "steward"),
		act("decide", "p:1", "policy_officer"),
		nobody,
	] {
		actor.allow with input as given(one, false)
		count(actor.deny) == 0 with input as given(one, false)
	}
}

test_empty_input_is_denied if {
	not actor.allow with input as {}
	not actor.allow with input as {"acts": [], "settings": {"registered_only": false}}
}

test_without_the_register_nothing_passes if {
	one := given(act("transform", "svc:pipeline", "pipeline"), false)
	actor.allow with input as one
	not actor.allow with input as object.remove(one, ["register"])
	not actor.allow with input as object.union(one, {"register": null})
}

test_roles_that_may_not_are_denied if {
	every one in [
		act("transform", "p:1", "steward"),
		act("promote", "p:1", "data_engineer"),
		act("decide", "svc:pipeline", "pipeline"),
		act("ingest", "p:1", "visitor"),
		act("sweep", "svc:pipeline", "pipeline"),
	] {
		not actor.allow with input as given(one, false)
		count(actor.deny) == 1 with input as given(one, false)
	}
}

test_a_registry_that_is_kept_holds if {
	every one in [act("transform", "svc:pipeline", "pipeline"), act("decide", "p:1", "policy_officer"), nobody] {
		actor.allow with input as registered_in(registry, one, false)
	}
	every one in [
		act("transform", "svc:other", "pipeline"),
		act("transform", "SVC:pipeline", "pipeline"),
		act("promote", "svc:pipeline", "publisher"),
	] {
		not actor.allow with input as registered_in(registry, one, false)
		count(actor.deny) == 1 with input as registered_in(registry, one, false)
	}
}

test_registered_only_demands_a_registry_and_an_actor if {
	not actor.allow with input as given(act("transform", "svc:pipeline", "pipeline"), true)
	not actor.allow with input as registered_in(registry, nobody, true)
	actor.allow with input as registered_in(registry, act("transform", "svc:pipeline", "pipeline"), true)
}

test_reasons_tell_releases_from_runs if {
	decided := actor.deny with input as given(act("decide", "svc:pipeline", "pipeline"), false)
	{each.msg | some each in decided} == {"the role pipeline may not decide about a release"}
	run := actor.deny with input as given(act("sweep", "svc:pipeline", "pipeline"), false)
	{each.msg | some each in run} == {"the role pipeline may not perform the operation sweep"}
}

test_registry_of_one_is_kept if {
	one := {"svc:pipeline": ["pipeline"]}
	count(actor.deny) == 1 with input as registered_in(one, act("transform", "svc:other", "pipeline"), false)
}
