"""The input document of each Rego rule, as a JSON Schema; no engine is ever given an input that does not fit.

It is made from the models of the documents and the dataclasses of the facts that a rule's metadata names, so
it can't differ from what is supplied. The lint holds the paths in a rule against it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from kfm_gates.errors import EngineError
from kfm_gates.facts.named import Named, names
from kfm_gates.model.base import EvidenceModel
from kfm_gates.model.finding import Json
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.schema_generator import Generator

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_ID = "kfm://schemas/rego-input.schema.json"

_SUBJECT: Json = {
    "type": "object",
    "properties": {"slug": {"type": "string", "minLength": 1}, "version": {"type": "string", "minLength": 1}},
    "required": ["slug", "version"],
    "additionalProperties": False,
}
_MOMENT: Json = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})$",
}


class InputForm:
    """The form of one rule's input."""

    def __init__(self, rule: str, evidence: Iterable[Named], settings: Mapping[str, Json]) -> None:
        self.rule = rule
        parts = {each.name: each for each in evidence}
        defaults = {name: _setting(value) for name, value in settings.items()}
        self.schema = _document(rule, {name: _part(each) for name, each in parts.items()}, defaults)
        self._validator: Any = None

    def check(self, document: Json) -> None:
        """Raise EngineError, with the place, when a document does not have the form."""
        if self._validator is None:
            import jsonschema_rs

            self._validator = jsonschema_rs.validator_for(self.schema, offline=True)
        if self._validator.is_valid(document):
            return
        for error in self._validator.iter_errors(document):
            where = "/".join(str(step) for step in error.instance_path)
            said = " ".join(str(error.message).split())[:200]
            raise EngineError(
                f"{self.rule}: its input does not have the published form at /{where}: {said}; it was not judged"
            )
        raise EngineError(f"{self.rule}: its input does not have the published form; it was not judged")


def published(rules: Mapping[str, InputForm]) -> dict[str, Any]:
    """One schema for people: every evidence name, and the input of every rule, under `$defs`."""
    evidence = {f"evidence.{name}": _bare(_part(each)) for name, each in sorted(names().items())}
    inputs: dict[str, Any] = {}
    for id, form in sorted(rules.items()):
        properties = dict(form.schema["properties"])
        for name in properties.keys() & names().keys():
            properties[name] = {"$ref": f"#/$defs/evidence.{name}"}
        inputs[f"rule.{id}"] = {key: form.schema[key] for key in ("title", "type", "required")} | {
            "properties": properties,
            "additionalProperties": False,
        }
    parts = {key: value for each in names().values() for key, value in _defs(each).items()}
    return {
        "$schema": DIALECT,
        "$id": SCHEMA_ID,
        "title": "The input documents of the rules in Rego",
        "description": "A rule `<family>.<name>` gets what `$defs` has as `rule.<family>.<name>`, and nothing else.",
        "$defs": evidence | inputs | parts,
    }


def _document(rule: str, parts: Mapping[str, Json], settings: Mapping[str, Json]) -> Json:
    definitions: dict[str, Json] = {}
    for part in parts.values():
        definitions |= part.get("$defs", {})
    properties = {name: _bare(part) for name, part in parts.items()}
    properties |= {
        "settings": {
            "type": "object",
            "properties": dict(settings),
            "required": sorted(settings),
            "additionalProperties": False,
        },
        "subject": _SUBJECT,
        "evaluated_at": _MOMENT,
    }
    return {
        "$schema": DIALECT,
        "title": f"The input of {rule}",
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
        "$defs": definitions,
    }


def _bare(part: Json) -> Json:
    return {key: value for key, value in part.items() if key != "$defs"}


def _defs(each: Named) -> Mapping[str, Json]:
    found: Mapping[str, Json] = _part(each).get("$defs", {})
    return found


def _setting(default: Json) -> Json:
    """A setting keeps the type of its default: a profile may tighten it, not change what it is."""
    if isinstance(default, list | tuple):
        return {"type": "array"}
    return {"type": "boolean" if isinstance(default, bool) else "number"}


def _part(each: Named) -> Json:
    return _schema(each.name, each.wanted)


@cache
def _schema(name: str, wanted: Any) -> Json:
    """The schema of one evidence name; parts that it shares within itself have names of its own."""
    from pydantic import TypeAdapter

    made = TypeAdapter(wanted).json_schema(
        schema_generator=Generator, by_alias=True, ref_template=f"#/$defs/{name}.{{model}}"
    )
    schema: dict[str, Any] = copy.deepcopy(made)
    definitions = {f"{name}.{key}": value for key, value in schema.pop("$defs", {}).items()}
    (item,) = {argument for argument in getattr(wanted, "__args__", (wanted,)) if argument is not Ellipsis}
    is_document = isinstance(item, type) and issubclass(item, EvidenceModel)
    for part in _objects([schema, definitions]):
        part.pop("title", None)
        if not is_document:
            part.setdefault("additionalProperties", False)
            part["required"] = sorted(part["properties"])  # a dataclass always has all its fields
        elif item is Receipt:
            _null_for_absent(part)
    return schema | ({"$defs": definitions} if definitions else {})


def _objects(part: Json) -> Iterable[dict[str, Any]]:
    """Every schema of an object with named members."""
    if isinstance(part, list):
        for each in part:
            yield from _objects(each)
    elif isinstance(part, dict):
        for each in list(part.values()):
            yield from _objects(each)
        if part.get("type") == "object" and isinstance(part.get("properties"), dict):
            yield part


def _null_for_absent(part: dict[str, Any]) -> None:
    """Receipts come in several forms and are given in one: all fields are there, null where there was nothing."""
    for name, value in part["properties"].items():
        if name not in part.get("required", ()):
            part["properties"][name] = {"anyOf": [value, {"type": "null"}]}
    part["required"] = sorted(part["properties"])
    for word in ("if", "then", "else", "allOf"):
        part.pop(word, None)
