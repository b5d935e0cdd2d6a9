"""The thin models: catalogs, whose form others judge, and the gates' own record."""

from __future__ import annotations

import pytest

from kfm_gates.model.finding import Place
from kfm_gates.model.gate_decision import (
    DECISION_TYPE,
    STATEMENT_TYPE,
    DecisionPredicate,
    DecisionStatement,
    statement,
)
from kfm_gates.model.jsonld import Dcat
from kfm_gates.model.manifest import read_manifest
from kfm_gates.model.stac import StacCollection, StacItem

from .samples import DECISION_PREDICATE, MANIFEST_BACKFILL, MANIFEST_RUNBOOKS, STATEMENT, sample


def test_jsonld_nodes() -> None:
    nodes = [
        {"@id": "kfm://a", "@type": "dcat:Dataset"},
        {"@id": "kfm://b", "@type": ["dcat:Distribution", "prov:Entity"]},
        {"@id": "kfm://c"},
    ]
    document = Dcat.read({"@context": {}, "@graph": nodes, "@version": 1}, "dcat.jsonld")
    assert document.node("kfm://b") == nodes[1]
    assert document.node("kfm://z") is None
    assert document.at(document.pointer_of("kfm://c")) == Place("dcat.jsonld", "/@graph/2")
    assert document.nodes_of_type("prov:Entity") == (nodes[1],)
    assert document.nodes_of_type("dcat:Dataset") == (nodes[0],)
    assert document.nodes_of_type("dcat:Data") == ()
    with pytest.raises(KeyError):
        document.pointer_of("kfm://z")


def test_stac_aliases() -> None:
    raw = sample("stac-item")
    raw["assets"]["data"] |= {
        "file:checksum": "1220" + "a" * 64,
        "file:size": 7,
        "roles": ["data"],
        "title": "T",
    }
    raw["geometry"] = None
    item = StacItem.read(raw, "i.json")
    asset = item.assets["data"]
    assert (asset.checksum, asset.size, asset.roles) == ("1220" + "a" * 64, 7, ("data",))
    assert asset.model_extra == {"title": "T"}
    assert item.links[0].rel == "collection"
    assert item.raw["geometry"] is None


def test_stac_collection_without_assets() -> None:
    collection = StacCollection.read(sample("stac-collection") | {"kfm:dataset_id": "x"}, "c.json")
    assert collection.assets == {}
    assert collection.raw["kfm:dataset_id"] == "x"


@pytest.mark.parametrize("raw", [MANIFEST_BACKFILL, MANIFEST_RUNBOOKS])
def test_manifest_templates(raw: object) -> None:
    manifest, found = read_manifest(raw, "m.json")
    assert found == ()
    assert manifest is not None
    assert manifest.catalogs[0].path == "dcat.jsonld"


def test_statement_of_a_predicate() -> None:
    made = statement(DecisionPredicate.read(DECISION_PREDICATE, "decision.json"))
    assert made.document() == STATEMENT
    assert (made.statement_type, made.predicate_type) == (STATEMENT_TYPE, DECISION_TYPE)
    assert DecisionStatement.read(made.document(), "d.json").predicate.document() == DECISION_PREDICATE
