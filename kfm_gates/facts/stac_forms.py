"""The STAC documents of a version as they were found: the collection, then its items."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from kfm_gates.facts.container import provides
from kfm_gates.facts.documents import Form
from kfm_gates.model.finding import Json
from kfm_gates.model.stac import StacCollection, StacItem


@dataclass(frozen=True)
class StacDocumentForm:
    """One STAC document of a version, valid or not; `kind` is what its path says it is."""

    kind: Literal["collection", "item"]
    form: Form[Any]
    shares_id: bool
    """Whether another item of the version has the same `id`."""


@provides
def stac_document_forms(
    collections: tuple[Form[StacCollection], ...], items: tuple[Form[StacItem], ...]
) -> tuple[StacDocumentForm, ...]:
    """The collection and every item, in the order of their paths."""
    names = Counter(name for form in items if (name := _id(form.raw)) is not None)
    return (
        *(StacDocumentForm("collection", form, False) for form in collections),
        *(StacDocumentForm("item", form, names[_id(form.raw) or ""] > 1) for form in items),
    )


def _id(raw: Json) -> str | None:
    name = raw.get("id") if isinstance(raw, dict) else None
    return name if isinstance(name, str) else None
