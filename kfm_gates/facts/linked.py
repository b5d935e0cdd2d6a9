"""DCAT and PROV as JSON-LD: each document's form, and why it can't be read without a network, a guess or a loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kfm_gates.engines.interface import SchemaProblem
from kfm_gates.engines.jsonld import problems
from kfm_gates.facts.container import provides
from kfm_gates.facts.documents import Form
from kfm_gates.model.jsonld import Dcat, Prov


@dataclass(frozen=True)
class LinkedDocument:
    """One JSON-LD document. `problems` is empty when the form is not valid either: then that is the cause."""

    form: Form[Any]
    problems: tuple[SchemaProblem, ...]

    @property
    def readable(self) -> bool:
        """Whether the document can be read as a graph."""
        return not self.form.findings and not self.problems


class LinkedDcat(LinkedDocument):
    """The DCAT document."""


class LinkedProv(LinkedDocument):
    """The PROV document."""


LINKED: Mapping[str, type[LinkedDocument]] = {"dcat": LinkedDcat, "prov": LinkedProv}
"""By the names that shapes ask for."""


@provides
def linked_dcat(form: Form[Dcat]) -> LinkedDcat:
    """Read the DCAT document once for all who ask."""
    return LinkedDcat(form, _problems(form))


@provides
def linked_prov(form: Form[Prov]) -> LinkedProv:
    """Read the PROV document once for all who ask."""
    return LinkedProv(form, _problems(form))


@provides
def linked_documents(dcat: LinkedDcat, prov: LinkedProv) -> tuple[LinkedDocument, ...]:
    """Both, for `catalog.jsonld`."""
    return dcat, prov


def read_linked(form: Form[Any]) -> LinkedDocument:
    """One document alone, for those who have no version around it."""
    return LinkedDocument(form, _problems(form))


def _problems(form: Form[Any]) -> tuple[SchemaProblem, ...]:
    return () if form.findings else problems(form.raw)
