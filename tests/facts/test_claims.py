import json
from typing import cast

from kfm_gates.facts.claims import FIELDS, IdentityClaim
from tests.support.judging import kansas

from .on_trees import facts, path, subject


def claims(tree: dict[str, bytes]) -> list[IdentityClaim]:
    return list(cast("tuple[IdentityClaim, ...]", facts(tree).resolve(tuple[IdentityClaim, ...])))


def test_every_kind_of_document_has_a_say_and_all_agree() -> None:
    found = claims(dict(kansas()))
    assert {each.document for each in found} == {
        "spec", "qa_report", "policy_decision", "manifest", "receipts", "stac_collection", "stac_items", "dcat",
    }  # fmt: skip
    assert {each.field for each in found} == set(FIELDS)
    for field in FIELDS:
        assert len({each.value for each in found if each.field == field}) == 1
    assert {each.value for each in found if each.field == "dataset_version_id"} == {subject().version}


def test_another_prefix_hides_no_claim_of_dcat() -> None:
    text = kansas()[path("dcat")].decode().replace('"kfm:', '"own:').replace('"own": "', '"own": "')
    document = json.loads(text)
    document["@context"]["own"] = document["@context"].pop("kfm")
    for node in document["@graph"]:
        node.pop("own:stac", None)
    document["@graph"][0]["own:dataset_id"] = "other"
    found = claims({**kansas(), path("dcat"): json.dumps(document).encode()})
    (other,) = (each for each in found if each.value == "other")
    assert (other.document, other.field, other.place.pointer) == (
        "dcat",
        "dataset_id",
        "/@graph/0/own:dataset_id",
    )


def test_a_document_that_can_t_be_read_says_nothing() -> None:
    found = claims({**kansas(), path("manifest"): b"{}", path("dcat"): b"["})
    assert not {"manifest", "dcat"} & {each.document for each in found}
