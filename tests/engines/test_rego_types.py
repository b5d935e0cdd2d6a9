"""Paths into the input against its schema: what is misspelt is found, with its place, and nothing else is."""

from __future__ import annotations

import json

import pytest
import regorus

from kfm_gates.engines import rego_types

TEXT = {"type": "string"}
SCHEMA = {
    "type": "object",
    "properties": {
        "spec": {"$ref": "#/$defs/Spec"},
        "claims": {"type": "array", "items": {"$ref": "#/$defs/Claim"}},
        "settings": {"type": "object", "properties": {}, "additionalProperties": False},
    },
    "required": ["claims", "settings", "spec"],
    "additionalProperties": False,
    "$defs": {
        "Spec": {
            "type": "object",
            "properties": {
                "rights": {
                    "type": "object",
                    "properties": {"license": TEXT, "terms": {"anyOf": [TEXT, {"type": "null"}]}},
                    "required": ["license"],
                    "additionalProperties": False,
                },
                "free": {"type": "object", "additionalProperties": True},
                "rest": {},
            },
            "required": ["rights"],
            "additionalProperties": False,
        },
        "Claim": {
            "type": "object",
            "properties": {
                "source": {"enum": ["dcat", "stac"]},
                "value": TEXT,
                "note": TEXT,
                "kind": {"enum": ["a"]},
                "tags": {"type": "array"},
            },
            "required": ["source", "value"],
            "additionalProperties": False,
        },
    },
}


def problems(rules: str) -> list[tuple[tuple[int, int], str]]:
    text = "package kfm.a.b\n" + rules + "\n"
    engine = regorus.Engine()
    engine.add_policy("x.rego", text)
    return list(rego_types.problems(text, json.loads(engine.get_ast_as_json())[0]["ast"], SCHEMA))


WRONG = {
    "first step": ("h := input.specs", "`specs` here (did you mean `spec`?)"),
    "deep step": ("h := input.spec.rights.licence", "did you mean `license`"),
    "bracket": ('h := input.spec["right"]', "did you mean `rights`"),
    "under not": ('deny contains "x" if not input.spec.rigths', "did you mean `rights`"),
    "some in": ('deny contains "x" if { some c in input.claims; c.valeu }', "did you mean `value`"),
    "index": ('deny contains "x" if { some i; input.claims[i].valeu }', "did you mean `value`"),
    "every": ('deny contains "x" if every c in input.claims { c.valeu }', "did you mean `value`"),
    "by assignment": ('deny contains "x" if { r := input.spec.rights; r.licence }', "did you mean `license`"),
    "assigned later": (
        'deny contains "x" if { r.licence; r := input.spec.rights }',
        "did you mean `license`",
    ),
    "helper": ('deny contains "x" if r.licence\nr := input.spec.rights', "did you mean `license`"),
    "object.get": ('h := object.get(input, ["spec", "rigths"], null)', "did you mean `rights`"),
    "after object.get": (
        'deny contains "x" if r.licence\nr := object.get(input, ["spec", "rights"], null)',
        "did you mean `license`",
    ),
    "comprehension": ("h := [c.valeu | some c in input.claims]", "did you mean `value`"),
    "of a comprehension": (
        'deny contains "x" if { some d in own; d.valeu }\nown := [c | some c in input.claims]',
        "did you mean `value`",
    ),
    "member of a text": ("h := input.spec.rights.license.id", "no input has `id`"),
    "a setting": ("h := input.settings.minimum", "no input has `minimum`"),
    "a value that is never": (
        'deny contains "x" if { some c in input.claims; c.source == "dact" }',
        "one of dcat, stac",
    ),
    "shown though absent": (
        'deny contains {"msg": "x", "found": c.note} if { some c in input.claims; c.value == "a" }',
        "`c.note` may be absent",
    ),
    "in a message though absent": (
        'deny contains sprintf("%s", [c.note]) if { some c in input.claims; c.value == "a" }',
        "`c.note` may be absent",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(name: str) -> None:
    rules, words = WRONG[name]
    ((line, column), message), *more = problems(rules)
    assert not more
    assert words in message
    assert (line >= 2) and (column >= 1)


RIGHT = {
    "all there": "h := input.spec.rights.license",
    "in a free object": "h := input.spec.free.anything.at.all",
    "of unknown form": "h := input.spec.rest.anything",
    "object.get with a value": (
        'deny contains "x" if { object.get(input, ["spec", "rights", "terms"], {"a": 1}).a }'
    ),
    "compared with the default": 'h if object.get(input.claims[0], "kind", "") == ""',
    "another variable of the name": 'h if { some c in input.claims; c.value }\nk if { some c in [{"odd": 1}]; c.odd }',
    "a function's argument": "h(spec) if spec.odd",
    "shown as demanded": 'deny contains c.note if { some c in input.claims; c.note != "a" }',
    "shown by key": 'deny contains c.note if { some c in input.claims; "note" in object.keys(c) }',
    "shown with a default": 'deny contains {"msg": "x", "found": object.get(c, "note", null)} if some c in input.claims',
    "always there": 'deny contains c.value if { some c in input.claims; c.source == "dcat" }',
    "two definitions": 'h := input.spec.rights if input.spec.free.a\nh := {"a": 1} if input.spec.free.b\nk := h.a',
}


@pytest.mark.parametrize("name", RIGHT)
def test_right(name: str) -> None:
    assert problems(RIGHT[name]) == []


def test_the_place_is_that_of_the_step() -> None:
    (((line, column), _),) = problems('deny contains "x" if {\n\tinput.spec.rights.licence\n}')
    assert (line, column) == (3, 22)
