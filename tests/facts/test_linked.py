"""DCAT and PROV as JSON-LD: read once, and what can't be read is told for each by itself."""

from __future__ import annotations

from typing import Any, cast

import pytest

from kfm_gates.facts.container import Unmet
from kfm_gates.facts.linked import LinkedDcat, LinkedDocument, LinkedProv
from kfm_gates.facts.statements import DcatStatements, ProvStatements
from kfm_gates.model.jsonld import Dcat
from tests.support.judging import kansas

from .catalog_trees import changed
from .on_trees import facts, path


def documents(tree: Any) -> tuple[LinkedDocument, ...]:
    return cast("tuple[LinkedDocument, ...]", facts(tree).resolve(tuple[LinkedDocument, ...]))


def test_both_documents_of_the_example_can_be_read() -> None:
    assert [(each.form.path, each.readable) for each in documents(kansas())] == [
        (path("dcat"), True),
        (path("prov"), True),
    ]


def test_each_has_problems_of_its_own() -> None:
    tree = changed(path("dcat"), lambda d: d["@graph"][0].update(licence="ISC"))
    tree = changed(path("prov"), lambda d: d.update({"@context": "https://www.w3.org/ns/prov"}), tree)
    assert [[each.pointer for each in document.problems] for document in documents(tree)] == [
        ["/@graph/0/licence"],
        ["/@context"],
    ]


def test_a_form_that_is_not_valid_is_the_only_cause() -> None:
    tree = changed(path("dcat"), lambda d: d["@graph"][0].update({"@id": "", "licence": "ISC"}))
    found = facts(tree).get(LinkedDcat)
    assert (found.readable, found.problems, len(found.form.findings)) == (False, (), 1)
    with pytest.raises(Unmet, match=r"catalog\.jsonld"):
        facts(tree).get(Dcat)


def test_statements_are_there_only_of_what_can_be_read() -> None:
    about = facts(changed(path("dcat"), lambda d: d["@graph"][0].update(licence="ISC")))
    with pytest.raises(Unmet, match=r"catalog\.jsonld"):
        about.get(DcatStatements)
    assert about.get(LinkedProv).readable
    assert about.get(ProvStatements).rows
