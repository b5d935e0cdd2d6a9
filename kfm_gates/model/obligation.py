"""Obligations: what must be done to the data, or when it is shown, for a policy label to hold."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.config import JsonDict

from kfm_gates.model.base import Closed, Maybe, ModelClass, NonEmptyArray
from kfm_gates.model.finding import Json
from kfm_gates.model.refusal import complaint
from kfm_gates.model.schema_generator import Generator, when
from kfm_gates.model.text import NonEmpty, PositiveNumber


class GeneralizeGeometry(Closed):
    """Coordinates are snapped to a grid of this many degrees."""

    grid_degrees: PositiveNumber


class RedactFields(Closed):
    """These columns are removed."""

    fields: NonEmptyArray[NonEmpty]


class MinCountThreshold(Closed):
    """Groups with fewer members are not shown; `field` is the column that counts, when it isn't the rows."""

    minimum: Annotated[int, Field(ge=2)]
    field: Maybe[NonEmpty] = None


class QuantizeTime(Closed):
    """Times are cut to whole units."""

    unit: Literal["year", "quarter", "month", "week", "day", "hour", "minute"]


class WithText(Closed):
    """A text that must be shown (an attribution, a notice)."""

    text: NonEmpty


class NoParameters(Closed):
    """This obligation has nothing to set."""


PARAMETERS: dict[str, type[Closed]] = {
    "generalize_geometry": GeneralizeGeometry,
    "redact_fields": RedactFields,
    "min_count_threshold": MinCountThreshold,
    "quantize_time": QuantizeTime,
    "require_attribution": WithText,
    "show_notice": WithText,
    "deny_asset_links": NoParameters,
    "block_export": NoParameters,
}
"""The parameters of each known obligation; the one table of what obligations exist."""

SPELLINGS = {
    "generalise_geometry": "generalize_geometry",
    "geometry_generalization": "generalize_geometry",
    "remove_attributes": "redact_fields",
    "remove_fields": "redact_fields",
}
"""Spellings that people use (the backfill runbook among them) and that are refused with the right one."""

ObligationType = Literal[
    "generalize_geometry",
    "redact_fields",
    "min_count_threshold",
    "quantize_time",
    "require_attribution",
    "show_notice",
    "deny_asset_links",
    "block_export",
]


def _spelled(value: Json) -> Json:
    if isinstance(value, str) and value in SPELLINGS:
        right = SPELLINGS[value]
        raise complaint(f"is spelled {right} here", expected=right, hint=f"Write {right} and its parameters.")
    return value


def _by_type(schema: JsonDict) -> None:
    """Publish the table: for each type, what its parameters must be."""
    schema["allOf"] = [
        when(
            {"type": {"const": name}},
            {"properties": {"parameters": model.model_json_schema(schema_generator=Generator)}},
        )
        for name, model in PARAMETERS.items()
    ]


class Obligation(Closed):
    """One obligation. `parameters` is plain JSON; `typed` gives the same as the model of its type."""

    model_config = ConfigDict(json_schema_extra=_by_type)

    type: Annotated[ObligationType, BeforeValidator(_spelled)]
    parameters: dict[str, Any]

    @field_validator("parameters")
    @classmethod
    def _fit_the_type(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        model = PARAMETERS.get(info.data.get("type", ""))
        if model is not None:  # an unknown type is refused already
            model.model_validate(value)
        return value

    @classmethod
    def part(cls, name: str, raw: Json) -> ModelClass | None:
        """The model of `parameters`, which depends on `type`."""
        known = isinstance(raw, dict) and isinstance(raw.get("type"), str)
        return PARAMETERS.get(raw["type"]) if known and name == "parameters" else None

    @property
    def typed(self) -> Closed:
        """The parameters as the model that `PARAMETERS` names for this type."""
        return PARAMETERS[self.type].model_validate(self.parameters)
