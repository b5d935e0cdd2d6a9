"""Which run wrote which catalog file last, and what of earlier runs is history."""

from __future__ import annotations

import json
from typing import Any, cast

from kfm_gates.facts.catalog_runs import CatalogFile, CatalogRuns
from kfm_gates.facts.receipt_references import ReceiptReference
from tests.support.judging import kansas

from .catalog_trees import changed, item, receipt
from .on_trees import facts, path

OLD = "sha256:" + "5f" * 31 + "a7"
AGAIN = receipt("again")


def again(
    *, without: str = "", at: str = "2026-09-01T10:50:00Z", operation: str = "catalog", **more: Any
) -> dict[str, bytes]:
    """The example with a second catalog run; the first one wrote other bytes of everything."""
    document = json.loads(kansas()[receipt("catalog")])
    outputs = [each for each in document["outputs"] if each["uri"] != without]
    document |= {"operation": operation, "created_at": at, "outputs": outputs, **more}
    tree = {**kansas(), AGAIN: json.dumps(document).encode()}
    return changed(receipt("catalog"), lambda d: [each.update(digest=OLD) for each in d["outputs"]], tree)


def files(tree: Any) -> dict[str, CatalogFile]:
    found = cast("tuple[CatalogFile, ...]", facts(tree).resolve(tuple[CatalogFile, ...]))
    return {each.path: each for each in found}


def test_every_file_of_the_example_was_written_by_the_catalog_run() -> None:
    found = files(kansas())
    assert set(found) == {path("dcat"), path("prov"), path("stac_collection"), item(), item("pmtiles")}
    assert all(each.written is not None and each.written.digest == each.on_disk for each in found.values())
    assert {each.written.place.file for each in found.values() if each.written} == {receipt("catalog")}


def test_the_last_run_counts_and_the_others_are_history() -> None:
    found = files(again())
    assert {each.written.place.file for each in found.values() if each.written} == {AGAIN}
    assert facts(again()).get(CatalogRuns).replaced == {(each, OLD) for each in found}


def test_times_are_compared_as_instants() -> None:
    found = files(again(at="2026-09-01T10:40:00.5Z"))
    assert {each.written.place.file for each in found.values() if each.written} == {AGAIN}


def test_runs_that_write_no_catalogs_or_failed_do_not_count() -> None:
    for more in ({"operation": "validate"}, {"validation": {"status": "fail", "report_digest": OLD}}):
        found = files(again(**more))
        assert {each.written.digest for each in found.values() if each.written} == {OLD}, more


def test_an_item_that_a_rebuild_left_out_may_be_gone() -> None:
    tree = {name: data for name, data in again(without=item()).items() if name != item()}
    assert item() not in files(tree)


def test_an_item_that_the_last_run_wrote_may_not() -> None:
    tree = {name: data for name, data in kansas().items() if name != item()}
    assert files(tree)[item()].on_disk is None


def test_a_rebuild_of_one_file_does_not_make_the_others_history() -> None:
    only = [{"uri": path("dcat"), "digest": OLD, "media_type": "application/json"}]
    tree = {name: data for name, data in again(outputs=only).items() if name != item()}
    found = files(tree)
    assert found[path("dcat")].written is not None
    assert found[path("dcat")].written.place.file == AGAIN
    assert found[item()].on_disk is None


def test_no_reference_is_left_to_what_was_written_anew() -> None:
    tree = changed(receipt("promote"), lambda d: d["inputs"][1].update(digest=OLD), again())
    found = cast("tuple[ReceiptReference, ...]", facts(tree).resolve(tuple[ReceiptReference, ...]))
    assert OLD not in {each.digest for each in found}
    known = "sha256:" + "ab" * 32
    tree = changed(receipt("promote"), lambda d: d["inputs"][1].update(digest=known), again())
    found = cast("tuple[ReceiptReference, ...]", facts(tree).resolve(tuple[ReceiptReference, ...]))
    assert known in {each.digest for each in found}, "what no run wrote is still compared"
