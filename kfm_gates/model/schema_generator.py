"""How JSON Schemas are made from the models, and the few conditions between fields that schemas can say."""

from __future__ import annotations

from typing import Any

from pydantic.config import JsonDict
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema


class Generator(GenerateJsonSchema):
    """No titles derived from field names, and no `null` default for a field that must not be null."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never: the name says it already."""
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """The inner schema, with its default unless that stands for absent."""
        absent = schema.get("default") is None
        return self.generate_inner(schema["schema"]) if absent else super().default_schema(schema)


def when(condition: JsonDict, then: JsonDict, otherwise: JsonDict | None = None) -> JsonDict:
    """`if`, `then` and `else` over an object's properties; a property in the condition must be there."""
    rule: JsonDict = {"if": {"properties": condition, "required": list(condition)}, "then": then}
    return rule | ({"else": otherwise} if otherwise is not None else {})
