"""What the ledger's ingests wrote, also those of versions that are not judged, and what of it is lost."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.seal import seal
from kfm_gates.facts.applicability import APPLICABILITY
from kfm_gates.facts.container import Unmet
from kfm_gates.facts.raw_history import RawHistory
from tests.support.judging import kansas

from .on_trees import LAYOUT, facts, subject

OTHER = "2016.aaaaaaaa.bbbbbbbb"
RECEIPT = f"data/receipts/kansas-counties/{OTHER}/ingest.json"
FOLDER = "data/raw/kansas-counties/us-atlas-2.9.9"
FILES = {f"{FOLDER}/artifacts/counties.json": b"{}", f"{FOLDER}/terms.txt": b"free"}
LEDGER = "audit/ledger.jsonl"


def with_another(**more: Any) -> dict[str, bytes]:
    """The example after an ingest of another version of the dataset, of which nothing else is there."""
    own = f"data/receipts/kansas-counties/{subject().version}/ingest.json"
    receipt = json.loads(kansas()[own]) | {
        "run_id": "kfm://run/2026-09-20T10:00:00Z.kansas-counties-ingest",
        "dataset_version_id": OTHER,
        "created_at": "2026-09-20T10:00:00Z",
        "outputs": [{"uri": path, "digest": "", "media_type": "text/plain"} for path in FILES],
        **more,
    }
    entry = json.loads(kansas()[LEDGER].splitlines()[0]) | {
        "dataset_version_id": OTHER,
        "prev": sha256(b""),
        "receipt": {"path": RECEIPT, "digest": sha256(b"")},
        "run_id": receipt["run_id"],
        "seq": 7,
        "status": receipt["validation"]["status"],
        "ts": "2026-09-20T10:00:00Z",
    }
    tree = {**kansas(), **FILES, RECEIPT: json.dumps(receipt).encode()}
    return seal({**tree, LEDGER: tree[LEDGER] + json.dumps(entry).encode() + b"\n"}, LAYOUT)


def history(tree: Any, label: str = "public") -> RawHistory:
    (found,) = cast("tuple[RawHistory, ...]", facts(tree, label).resolve(tuple[RawHistory, ...]))
    return found


@pytest.mark.parametrize("label", ["public", "public_generalized"])
def test_both_versions_rest_on_one_ingest(label: str) -> None:
    assert history(kansas(), label) == RawHistory("kansas-counties", 3, ())


def test_the_ingest_of_a_third_version_counts_for_them_too() -> None:
    assert history(with_another()) == RawHistory("kansas-counties", 5, ())


@pytest.mark.parametrize("change", [b"{} ", None])
def test_what_another_version_fetched_is_lost_when_it_changes_or_vanishes(change: bytes | None) -> None:
    path = next(iter(FILES))
    tree = {**with_another(), path: change or b""}
    if change is None:
        del tree[path]
    (lost,) = history(tree).lost
    assert (lost.path, lost.version, lost.place.file) == (path, ("kansas-counties", OTHER), RECEIPT)
    assert lost.found == (None if change is None else sha256(change))


def test_an_ingest_whose_receipt_is_gone_or_changed_tells_nothing() -> None:
    tree = with_another()
    for changed in ({RECEIPT: tree[RECEIPT] + b"\n"}, {}):
        without = {path: data for path, data in tree.items() if path != RECEIPT}
        (lost,) = history({**without, **changed}).lost
        assert (lost.path, lost.place.file, lost.place.pointer) == (None, LEDGER, "/7/receipt/path")


def test_an_ingest_whose_receipt_can_not_be_read_tells_nothing_either() -> None:
    (lost,) = history(with_another(outputs="everything")).lost
    assert (lost.path, lost.is_other_receipt, lost.version[1]) == (None, False, OTHER)


def test_of_the_versions_that_are_judged_the_ledger_check_says_that() -> None:
    own = f"data/receipts/kansas-counties/{subject().version}/ingest.json"
    tree = {**kansas(), own: kansas()[own] + b"\n"}
    assert history(tree) == RawHistory("kansas-counties", 1, ())


def test_ingests_that_failed_wrote_nothing_that_counts() -> None:
    failed = {"status": "fail", "report_digest": sha256(b"")}
    assert history(with_another(validation=failed)).files == 3


def test_without_an_ingest_on_record_the_check_does_not_apply() -> None:
    holds = APPLICABILITY["has_ingest"].holds
    assert holds(facts(kansas()))
    own = f"data/receipts/kansas-counties/{subject().version}/ingest.json"
    tree = {path: data for path, data in kansas().items() if path != own}
    tree[LEDGER] = b"\n".join(kansas()[LEDGER].splitlines()[1:]) + b"\n"
    assert not holds(facts(tree))
    with pytest.raises(Unmet, match=r"receipt\.ledger"):
        history(tree)


def test_a_ledger_that_can_not_be_read_keeps_the_check_planned() -> None:
    with pytest.raises(Unmet, match=r"evidence\.wellformed"):
        APPLICABILITY["has_ingest"].holds(facts({**kansas(), LEDGER: kansas()[LEDGER] + b"{\n"}))
