"""What every document has in common: it is closed, strict and frozen, and knows where it was read.

Absent and null are different things. A field of type `Maybe[X]` may be absent (then it is None) but not
null; a field of type `X | None` may be null. Lists are tuples here, so that a model can't change.
"""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Self, TypeVar, Union, get_args, get_origin

from annotated_types import Ge, MinLen
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, PrivateAttr, Strict, model_validator
from pydantic_core import CoreSchema

from kfm_gates.model.finding import Json, Place
from kfm_gates.model.form import form_findings
from kfm_gates.model.refusal import Flaws, refuse
from kfm_gates.model.text import (
    DatasetId,
    MediaType,
    NonEmpty,
    Number,
    RelativePath,
    Sha256,
    Slug,
    Timestamp,
    Uri,
    UriOrPath,
    VersionId,
    instant,
)

__all__ = [
    "Array",
    "Closed",
    "Count",
    "DatasetId",
    "EvidenceModel",
    "Maybe",
    "MediaType",
    "NonEmpty",
    "NonEmptyArray",
    "Number",
    "Open",
    "Positive",
    "RelativePath",
    "Sha256",
    "Slug",
    "Timestamp",
    "Uri",
    "UriOrPath",
    "VersionId",
    "form_findings",
    "instant",
]

T = TypeVar("T")
ModelClass = type[BaseModel]


class _NotNull:
    """Makes pydantic see `X` where the type checker sees `X | None`: None stands only for absent."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if get_origin(source) not in (Union, UnionType):
            return handler.generate_schema(source)
        return handler.generate_schema(Union[tuple(a for a in get_args(source) if a is not type(None))])  # noqa: UP007


Maybe = Annotated[T | None, _NotNull()]
# Strict tuples refuse lists, and JSON arrays are lists: only the container is lax, never what it holds.
Array = Annotated[tuple[T, ...], Strict(False)]
NonEmptyArray = Annotated[tuple[T, ...], Strict(False), MinLen(1)]
Count = Annotated[int, Ge(0)]
Positive = Annotated[int, Ge(1)]


class Closed(BaseModel):
    """A part of a document: frozen, strict (no value is converted), and without unknown fields."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True)

    def _flaws(self) -> Flaws:
        """What is wrong across fields, once each field alone is right; models override it."""
        yield from ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        refuse(self._flaws())
        return self

    @classmethod
    def part(cls, name: str, raw: Json) -> ModelClass | None:
        """The model of field `name`, where its annotation can't tell; `raw` is this part's JSON."""
        return None

    def document(self) -> dict[str, Json]:
        """This part as JSON values, under the names that documents use and without what was absent."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class Open(Closed):
    """A part whose form is judged elsewhere: unknown fields are kept (`model_extra`)."""

    model_config = ConfigDict(extra="allow")


class EvidenceModel(Closed):
    """A whole document, with the path it was read from (relative to the evidence root) and its JSON."""

    _path: str = PrivateAttr(default="")
    _raw: Json = PrivateAttr(default=None)

    @classmethod
    def read(cls, raw: Json, path: str) -> Self:
        """The document in `raw`; raises pydantic's ValidationError when its form is wrong."""
        return cls.model_validate(raw).bind(raw, path)

    def bind(self, raw: Json, path: str) -> Self:
        """Remember where this came from; only for what builds a document out of another form."""
        self._raw, self._path = raw, path
        return self

    @property
    def path(self) -> str:
        """The file, relative to the evidence root."""
        return self._path

    @property
    def raw(self) -> Json:
        """The JSON value that was read."""
        return self._raw

    def at(self, pointer: str = "") -> Place:
        """The place of a JSON pointer (RFC 6901) in this document."""
        return Place(self._path, pointer)
