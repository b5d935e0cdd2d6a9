package kfm.receipt.environment_test

import data.kfm.receipt.environment

good := {
	"place": {"file": "r.json", "pointer": "/environment"},
	"operation": "transform",
	"container_digest": "sha256:aa",
	"container_kind": "container",
	"git_commit": "5d1c7e0b93a84f26c0e9b1d47f3a6852be90c4d7",
	"params_digest": "sha256:bb",
	"params_kind": "run-parameters",
	"chance": [],
}

given(change) := {"run_environments": [object.union(good, change)]}

parameter(role, name, value) := {"place": {"file": "p.json", "pointer": "/x"}, "role": role, "name": name, "value": value}

test_pinned_environments_pass if {
	every change in [
		{},
		{"git_commit": "0000000000000000000000000000000000000000"},
		{"git_commit": null, "params_digest": null, "params_kind": null},
		{"container_kind": null, "params_kind": "Deployment"},
		{"chance": [parameter("seed", "seed", 0), parameter("random", "shuffle", true)]},
		{"chance": [parameter("seed", "random_state", "county-2017")]},
		{"chance": [parameter("seed", "seeds", [1, 2])]},
		{"chance": [parameter("seed", "seeds", [1])]},
		{"chance": [parameter("random", "shuffle", false), parameter("random", "jitter", 0), parameter("random", "jitter", "off"), parameter("random", "jitter", null)]},
	] {
		environment.allow with input as given(change)
		count(environment.deny) == 0 with input as given(change)
	}
}

test_empty_input_is_denied if {
	not environment.allow with input as {}
	not environment.allow with input as {"run_environments": []}
}

test_what_pins_nothing_is_denied if {
	every change in [
		{"params_digest": "sha256:aa"},
		{"container_kind": "run-parameters"},
		{"params_kind": "container"},
		{"git_commit": "ffffffffffffffffffffffffffffffffffffffff"},
		{"git_commit": "abababababababababababababababababababab"},
		{"git_commit": "0123456789abcdef0123456789abcdef01234567"},
		{"git_commit": "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"},
	] {
		not environment.allow with input as given(change)
		count(environment.deny) == 1 with input as given(change)
	}
}

test_chance_without_a_seed_is_denied if {
	every one in [
		parameter("seed", "seed", null),
		parameter("seed", "seed", ""),
		parameter("seed", "seed", "random"),
		parameter("seed", "seed", true),
		parameter("seed", "seed", 0.5),
		parameter("seed", "seeds", []),
		parameter("seed", "seed", {}),
		parameter("random", "shuffle", true),
		parameter("random", "sample_fraction", 0.1),
		parameter("random", "jitter", "uniform"),
		parameter("random", "jitter", {"metres": 5}),
	] {
		not environment.allow with input as given({"chance": [one]})
		count(environment.deny) == 1 with input as given({"chance": [one]})
	}
}

test_one_file_under_two_names_is_denied_once if {
	every change in [
		{"params_digest": "sha256:aa", "container_kind": "run-parameters"},
		{"params_digest": "sha256:aa", "params_kind": "container"},
	] {
		count(environment.deny) == 1 with input as given(change)
	}
}

test_seeds_and_commits_at_the_edge if {
	count(environment.deny) == 0 with input as given({"git_commit": "abcdeabcdeabcdeabcdeabcdeabcdeabcdeabcde"})
	count(environment.deny) == 1 with input as given({"git_commit": "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcd"})
	every one in [parameter("seed", "seed", " "), parameter("seed", "seeds", ["a"]), parameter("seed", "seeds", {"a": 1})] {
		count(environment.deny) == 1 with input as given({"chance": [one]})
	}
	every value in [[], {}] {
		count(environment.deny) == 0 with input as given({"chance": [parameter("random", "jitter", value)]})
	}
}
