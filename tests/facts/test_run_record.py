"""Traces of runs, and the receipts of other versions that account for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from kfm_gates.checks.receipt.every_run import every_run
from kfm_gates.facts.files import PinnedFile
from kfm_gates.facts.run_record import EnteredRun, Fetched, NamedRun, RunRecord, RunTrace
from kfm_gates.model.finding import OK, Denied, Verdict
from tests.support.judging import kansas

from .on_trees import facts, path, subject

SOURCE, DERIVED = subject("public"), subject("public_generalized")
INGEST = f"data/receipts/{SOURCE.id}/ingest.json"
CATALOG = f"data/receipts/{SOURCE.id}/catalog.json"


def traces(tree: Mapping[str, bytes], label: str = "public") -> tuple[RunTrace, ...]:
    return cast("tuple[RunTrace, ...]", facts(tree, label).resolve(tuple[RunTrace, ...]))


def verdicts(tree: Mapping[str, bytes], kind: type, label: str = "public") -> list[Verdict]:
    return [every_run(each) for each in traces(tree, label) if isinstance(each.trace, kind)]


def test_every_entry_of_the_version_and_its_acquisition_are_traces() -> None:
    found = [each.trace for each in traces(kansas())]
    assert sum(isinstance(each, EnteredRun) for each in found) == 4
    assert [each.receipt for each in found if isinstance(each, Fetched)] == [INGEST]
    assert all(every_run(each) is OK for each in traces(kansas()))


def test_an_ingest_of_a_sibling_version_accounts_for_the_acquisition_and_is_pinned() -> None:
    tree = _only_derived(kansas())
    found = [each.trace for each in traces(tree, "public_generalized")]
    assert [each.receipt for each in found if isinstance(each, Fetched)] == [INGEST]
    assert [each.receipt for each in found if isinstance(each, NamedRun)] == [INGEST]
    assert all(every_run(each) is OK for each in traces(tree, "public_generalized"))
    known = facts(tree, "public_generalized")
    assert known.get(RunRecord).witnesses == (INGEST,)
    assert INGEST in {each.path for each in known.resolve(tuple[PinnedFile, ...])}  # type: ignore[attr-defined]


def test_a_receipt_of_a_sibling_version_that_was_changed_accounts_for_nothing() -> None:
    tree = _only_derived(kansas())
    tree[INGEST] += b"\n"
    for kind in (Fetched, NamedRun):
        (verdict,) = verdicts(tree, kind, "public_generalized")
        assert isinstance(verdict, Denied), kind


def test_a_receipt_of_a_sibling_version_that_no_ledger_knows_accounts_for_nothing() -> None:
    tree = _only_derived(kansas())
    lines = tree["audit/ledger.jsonl"].splitlines(keepends=True)
    tree["audit/ledger.jsonl"] = b"".join(line for line in lines if INGEST.encode() not in line)
    for kind in (Fetched, NamedRun):
        (verdict,) = verdicts(tree, kind, "public_generalized")
        assert isinstance(verdict, Denied), kind


def test_an_entry_without_its_receipt_is_denied() -> None:
    tree = {name: data for name, data in kansas().items() if name != CATALOG}
    denied = [each for each in verdicts(tree, EnteredRun) if isinstance(each, Denied)]
    assert len(denied) == 1
    assert "names a receipt that is gone" in denied[0].findings[0].message


def _only_derived(tree: Mapping[str, bytes]) -> dict[str, bytes]:
    """The derived version as if it were made from the raw file: nothing of it names the other version."""
    changed = dict(tree)
    raw = next(name for name in tree if name.endswith("counties-10m.json"))
    for name in [n for n in tree if f"receipts/{DERIVED.id}/" in n]:
        document = json.loads(tree[name])
        for entry in document["inputs"]:
            if SOURCE.version in entry["uri"]:
                entry["uri"] = raw
        changed[name] = json.dumps(document).encode()
    prov = json.loads(tree[path("prov", "public_generalized")])
    activities = json.loads(tree[path("prov")])["@graph"]
    prov["@graph"] += [node for node in activities if node["@id"].endswith("-ingest")]
    changed[path("prov", "public_generalized")] = json.dumps(prov).encode()
    return changed
