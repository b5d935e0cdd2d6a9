from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

import kfm_gates.facts.links  # noqa: F401
from kfm_gates.evidence.snapshot import Folder
from kfm_gates.facts.container import Unmet
from kfm_gates.facts.link import Link
from tests.support.judging import kansas, write_tree

from .catalog_trees import artifact, changed, item, link, node, receipt
from .on_trees import facts, path, subject

DOCUMENTS = {
    "dcat": path("dcat"),
    "prov": path("prov"),
    "collection": path("stac_collection"),
    "item": item(),
}


def links(tree: Any, label: str = "public") -> tuple[Link, ...]:
    return cast("tuple[Link, ...]", facts(tree, label).resolve(tuple[Link, ...]))


def wrong(tree: Any, label: str = "public") -> list[str]:
    return [each.problem for each in links(tree, label) if each.problem is not None]


@pytest.mark.parametrize("label", ["public", "public_generalized"])
def test_the_links_of_a_good_version_lead_somewhere(label: str) -> None:
    found = links(kansas(), label)
    assert wrong(kansas(), label) == []
    assert all(each.target is not None and not each.web for each in found)
    assert {"item", "collection", "via", "asset", "dcat:downloadURL", "kfm:receipt", "prov:used"} <= {
        e.rel for e in found
    }
    assert {each.place.file for each in found} >= {
        path("dcat", label),
        path("prov", label),
        item(label=label),
    }


def test_links_have_their_place_and_target() -> None:
    (via,) = (each for each in links(kansas()) if each.rel == "via" and each.place.file == item())
    number = [each["rel"] for each in json.loads(kansas()[item()])["links"]].index("via")
    assert (via.place.pointer, via.target) == (f"/links/{number}/href", receipt("transform"))


def _at(rel: str, href: str) -> Callable[[Any], object]:
    return lambda document: link(document, rel).update(href=href)


def _version(document: Any) -> Any:
    return node(document, f"dataset_version/{subject().id}")


OWN = f"kfm://file/data/receipts/{subject().id}"
RUN = "kfm://run/2026-09-01T10:20:00Z.kansas-counties-transform"
INGEST = "kfm://run/2026-09-01T10:00:00Z.kansas-counties-ingest"
OTHER = subject("public_generalized")


@pytest.mark.parametrize(
    ("file", "change", "problem"),
    [
        ("item", _at("via", f"../../../../../receipts/{subject().id}/ingest.json"), "does not list the item's data"),
        ("item", _at("via", f"../../../../../receipts/{OTHER.id}/transform.json"), "run receipt of this version"),
        ("item", _at("collection", f"../../../{OTHER.version}/stac/collection.json"), "this version's collection"),
        ("item", lambda d: d["links"].remove(link(d, "provenance")), "No link `provenance`"),
        ("item", lambda d: d["links"].remove(link(d, "parent")), "No link `parent`"),
        ("item", lambda d: d.pop("collection"), "not the id of the collection"),
        ("item", lambda d: d["assets"].update(again=d["assets"]["data"]), "Another asset is the same artifact"),
        ("item", lambda d: d["assets"]["data"].update(href="../collection.json"), "`data` is no artifact"),
        ("item", lambda d: d["assets"].update(x={"href": "../../../../../../audit/ledger.jsonl"}), "something else"),
        ("collection", _at("item", f"../../{OTHER.version}/stac/items/counties-parquet.json"), "STAC item of this"),
        ("collection", _at("root", "../dcat.jsonld"), "this version's collection"),
        ("dcat", lambda d: _version(d).update({"@id": "kfm://dataset_version/other/1"}), "dataset does not name"),
        ("dcat", lambda d: _version(d).update({"@type": "kfm:Other"}), "describes no dataset"),
        ("dcat", lambda d: _version(d).update({"prov:wasGeneratedBy": {"@id": "https://a.org/r"}}), "names nothing"),
        ("dcat", lambda d: _version(d).update({"kfm:stac": {"@id": f"kfm://file/{item()}"}}), "`kfm:stac`"),
        ("dcat", lambda d: _version(d).update({"dct:relation": {"@id": "kfm://policy_decision/none"}}), "names nothing"),
        ("dcat", lambda d: _version(d).update({"dct:relation": {"@id": "kfm://file/../x"}}), "`..` segment"),
        (
            "dcat",
            lambda d: node(d, "counties.parquet").update({"dcat:downloadURL": {"@id": f"kfm://file/{artifact('pmtiles')}"}}),
            "Another DCAT distribution",
        ),
        (
            "dcat",
            lambda d: node(d, "counties.parquet").update(
                {"dcat:downloadURL": {"@id": f"kfm://file/{artifact(label='public_generalized')}"}}
            ),
            "no artifact of this version",
        ),
        ("prov", lambda d: node(d, RUN).update({"kfm:receipt": {"@id": f"{OWN}/ingest.json"}}), "of another run"),
        ("prov", lambda d: node(d, RUN).update({"@type": "kfm:Other"}), "is no activity in PROV"),
        (
            "prov",
            lambda d: node(d, "counties.parquet").update({"@id": f"kfm://file/{artifact()}%20"}),
            "There is no file",
        ),
    ],
)  # fmt: skip
def test_a_link_that_is_wrong_says_why(file: str, change: Callable[[Any], object], problem: str) -> None:
    assert any(problem in each for each in wrong(changed(DOCUMENTS[file], change)))


def test_a_misnamed_distribution_is_found() -> None:
    name = f"kfm://artifact/{subject().id}/counties.parquet"
    text = kansas()[path("dcat")].replace(f'"{name}"'.encode(), f'"{name}x"'.encode())
    (problem,) = wrong({**kansas(), path("dcat"): text})
    assert problem == "The IRI of the distribution does not name the artifact that it offers"


def test_two_spellings_of_one_file_are_two_entities() -> None:
    def twice(document: Any) -> None:
        twin = {**node(document, "/artifacts/counties.parquet")}
        twin["@id"] = twin["@id"].replace("counties.parquet", "%63ounties.parquet")
        document["@graph"].append(twin)

    assert wrong(changed(path("prov"), twice)) == ["Another PROV entity stands for the same artifact"]


def test_the_run_of_the_dataset_has_a_receipt_in_this_version() -> None:
    """That PROV describes a run is not enough."""
    foreign = "kfm://run/2026-09-08T10:20:00Z.kansas-counties-transform"
    tree = changed(path("dcat"), lambda d: _version(d).update({"prov:wasGeneratedBy": {"@id": foreign}}))

    def described(document: Any) -> None:
        activity = {**node(document, RUN), "@id": foreign}
        activity["kfm:receipt"] = {"@id": f"kfm://file/{receipt('transform', 'public_generalized')}"}
        document["@graph"].append(activity)

    assert wrong(changed(path("prov"), described, tree)) == [
        "The run that generated the dataset has no receipt in this version"
    ]


def test_a_web_address_is_told_but_not_followed() -> None:
    tree = changed(item(), lambda d: d["links"].append({"rel": "license", "href": "https://example.org/l"}))
    (web,) = (each for each in links(tree) if each.web)
    assert (web.rel, web.target, web.problem) == ("license", None, None)


def test_a_symbolic_link_is_no_file(tmp_path: Path) -> None:
    root = write_tree(tmp_path, kansas())
    (root / artifact()).rename(root / "elsewhere")
    (root / artifact()).symlink_to(root / "elsewhere")
    assert [each for each in wrong(Folder(root)) if "symbolic link" in each]


def test_a_receipt_that_is_not_valid_explains_why_links_can_not_be_followed() -> None:
    with pytest.raises(Unmet) as unmet:
        links(changed(receipt("transform"), lambda d: d.pop("run_id")))
    assert unmet.value.because == "receipt.form"


def test_another_prefix_changes_nothing() -> None:
    text = kansas()[path("dcat")].decode().replace('"dcat:', '"d:').replace('"dcat"', '"d"')
    assert wrong({**kansas(), path("dcat"): text.encode()}) == []
