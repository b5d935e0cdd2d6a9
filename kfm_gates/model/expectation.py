"""What a model wants at a place, in words: for messages about fields that are missing or unknown."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from kfm_gates.model.finding import Json


def field_names(model: type[BaseModel]) -> tuple[str, ...]:
    """The names that documents use for a model's fields, in the model's order."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def expected_of(model: type[BaseModel], name: str | None = None) -> str:
    """What must stand at field `name` of `model`, or, without a name, what the model itself must be."""
    if name is None:
        return f"an object with {', '.join(field_names(model))}"
    for key, field in model.model_fields.items():
        if name in (key, field.alias):
            return _said_by(field.metadata) or _shape(field.annotation)
    return "a value"


def _said_by(metadata: Any) -> str | None:
    return next((rule.expected for rule in metadata if hasattr(rule, "expected")), None)


def _shape(annotation: Any) -> str:
    origin, args = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return expected_of(annotation)
    if hasattr(annotation, "__metadata__"):
        return _said_by(annotation.__metadata__) or _shape(annotation.__origin__)
    if origin is Literal:
        return " or ".join(str(word) for word in args)
    if origin in (Union, types.UnionType):
        inner = [_shape(arg) for arg in args if arg is not type(None)]
        return " or ".join(inner + ["null"] * (type(None) in args))
    if origin is tuple:
        return f"a list of {_shape(args[0])}" if args else "a list"
    names = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "a text",
        dict: "an object",
    }
    return names.get(origin or annotation, "a value")


def expected_at(model_cls: type[BaseModel], steps: Sequence[str | int], raw: Json) -> str:
    """What must stand at `steps` in a document of `model_cls`."""
    model = model_at(model_cls, steps[:-1], raw)
    return expected_of(model, str(steps[-1])) if model else "a value"


def model_at(model_cls: type[BaseModel], steps: Sequence[str | int], raw: Json) -> type[BaseModel] | None:
    """The model that reads the object at `steps`, found by walking the models and the document together."""
    model: type[BaseModel] | None = model_cls
    for step in steps:
        if isinstance(step, str) and model is not None and step in field_names(model):
            asked = getattr(model, "part", lambda *_: None)(step, raw)
            model = asked or _inner(model, step)
        raw = _below(raw, step)
    return model


def _inner(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    field = next(f for key, f in model.model_fields.items() if name in (key, f.alias))
    return _first_model(field.annotation)


def _first_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _first_model(arg))), None)


def present(raw: Json, steps: Sequence[str | int]) -> bool:
    """Whether the document has something at `steps`, null included."""
    for step in steps[:-1]:
        raw = _below(raw, step)
    return not isinstance(raw, dict) or steps[-1] in raw


def _below(raw: Json, step: str | int) -> Json:
    try:
        return raw[step]
    except (TypeError, KeyError, IndexError):
        return None
