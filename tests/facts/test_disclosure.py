from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from kfm_gates.checks.pack import HOUSE, tables
from kfm_gates.facts.disclosure import Disclosure
from kfm_gates.facts.given import Tables
from tests.facts.on_trees import LAYOUT, facts, path, subject
from tests.support.judging import kansas

Change = Callable[[Any], None]


def withheld(tree: dict[str, bytes], label: str = "public") -> str | None:
    found = facts(tree, label)
    return type(found)({**found.given, Tables: Tables(tables((HOUSE,)))}).get(Disclosure).withheld


def spec_path() -> str:
    return LAYOUT.path("spec", slug=subject().slug, spec8=subject().version.split(".")[1])


def decision_path() -> str:
    (name,) = (
        p for p in kansas() if p.startswith("data/decisions/") and subject().version.encode() in kansas()[p]
    )
    return name


def receipt_path() -> str:
    return next(
        p
        for p in kansas()
        if LAYOUT.match(p) and LAYOUT.match(p).name == "receipt" and subject().version in p
    )  # type: ignore[union-attr]


def item_path() -> str:
    return next(p for p in kansas() if "/stac/items/" in p and subject().version in p)


def changed(file: str, change: Change) -> dict[str, bytes]:
    tree = dict(kansas())
    document = yaml.safe_load(tree[file]) if file.endswith(".yaml") else json.loads(tree[file])
    change(document)
    tree[file] = json.dumps(document).encode()
    return tree


def in_policy(value: object) -> Change:
    return lambda document: document["policy"].update(policy_label=value)


def test_values_of_public_data_are_shown() -> None:
    assert withheld(dict(kansas())) is None


def test_generalised_data_may_hold_what_was_to_be_removed() -> None:
    assert withheld(dict(kansas()), "public_generalized") == "label public_generalized"


@pytest.mark.parametrize(
    "label", ["restricted", "restricted_sensitive_location", "internal", "embargoed", "quarantine"]
)
def test_a_label_that_is_not_for_everyone_withholds(label: str) -> None:
    assert withheld(changed(spec_path(), in_policy(label))) == f"label {label}"


@pytest.mark.parametrize(
    ("file", "change"),
    [
        (decision_path, lambda d: d.update(policy_label="restricted")),
        (lambda: path("manifest"), in_policy("restricted")),
        (receipt_path, in_policy("restricted")),
        (lambda: path("stac_collection"), lambda d: d.update({"kfm:policy_label": "restricted"})),
        (item_path, lambda d: d["properties"].update({"kfm:policy_label": "restricted"})),
        (lambda: path("dcat"), lambda d: d["@graph"][0].update({"kfm:policy_label": "restricted"})),
        (
            lambda: path("dcat"),
            lambda d: d["@graph"][-1].update({"own:policy_label": [{"@value": "restricted"}]}),
        ),
    ],
    ids=["decision", "manifest", "receipt", "collection", "item", "dcat", "dcat by another name"],
)
def test_one_document_that_says_otherwise_is_enough(file: Callable[[], str], change: Change) -> None:
    assert withheld(changed(file(), change)) == "label restricted"


@pytest.mark.parametrize("value", ["publik", "PUBLIC", "", None, 1, True, [], ["public"], {"a": "public"}])
def test_what_is_no_known_label_withholds(value: object) -> None:
    assert withheld(changed(spec_path(), in_policy(value))) == "label unknown"
    dcat = changed(path("dcat"), lambda d: d["@graph"][0].update({"kfm:policy_label": value}))
    assert withheld(dcat) in ("label unknown", None) and (withheld(dcat) is None) == (
        value in ([], ["public"])
    )


@pytest.mark.parametrize(
    "change",
    [lambda d: d["policy"].pop("policy_label"), lambda d: d.pop("policy"), lambda d: d.update(policy=[])],
)
def test_a_specification_without_a_label_withholds_whatever_others_say(change: Change) -> None:
    assert withheld(changed(spec_path(), change)) == "label missing"


def test_without_any_deciding_document_the_label_is_missing() -> None:
    gone = (spec_path(), path("manifest"), decision_path())
    assert withheld({p: data for p, data in kansas().items() if p not in gone}) == "label missing"
    assert withheld({p: data for p, data in kansas().items() if p != spec_path()}) is None


def test_a_document_that_does_not_parse_says_nothing() -> None:
    assert withheld({**kansas(), spec_path(): b"{"}) is None
    broken = {**kansas(), spec_path(): b"{", path("manifest"): b"{"}
    assert withheld(broken) == "label missing"  # without a manifest nobody knows which policy decision holds


@pytest.mark.parametrize(
    ("obligations", "expected"),
    [
        ([{"type": "require_attribution", "parameters": {"text": "x"}}], None),
        ([{"type": "show_notice"}], None),
        ([{"type": "redact_fields"}], "label public with obligations"),
        ([{"type": "require_attribution"}, {"type": "who knows"}], "label public with obligations"),
        (["show_notice", 5], "label public with obligations"),
        ("none", "label public with obligations"),
        (None, "label public with obligations"),
    ],
)
def test_an_obligation_that_takes_something_away_withholds(obligations: object, expected: str | None) -> None:
    spec = changed(spec_path(), lambda d: d["policy"].update(obligations=obligations))
    decision = changed(decision_path(), lambda d: d.update(obligations=obligations))
    assert (withheld(spec), withheld(decision)) == (expected, expected)
