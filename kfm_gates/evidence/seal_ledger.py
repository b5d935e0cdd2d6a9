"""The audit ledger as `seal` sees it: one entry a line, chained by the digest of the line before."""

from __future__ import annotations

from typing import Any

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.canonical import jcs
from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.seal_references import Reference
from kfm_gates.evidence.strict_json import parse_json


class Ledger:
    """The ledger as lines; one that can't be read, or needs no change, keeps its bytes."""

    def __init__(self, data: bytes) -> None:
        self.lines = data.split(b"\n")
        self.entries = [_entry(line) for line in self.lines]

    def references(self) -> list[Reference]:
        """The receipts that the entries name."""
        receipts = [entry.get("receipt") for entry in self.entries if entry is not None]
        return [
            Reference(receipt, "digest", receipt["path"], "digest")
            for receipt in receipts
            if isinstance(receipt, dict)
            and isinstance(receipt.get("path"), str)
            and isinstance(receipt.get("digest"), str)
        ]

    def sealed(self, changed: list[Any]) -> bytes:
        """The bytes after the receipts in `changed` got other digests, with the chain of `prev` renewed."""
        renewed = {id(receipt) for receipt in changed}
        for number, entry in enumerate(self.entries):
            if entry is None:
                continue
            touched = id(entry.get("receipt")) in renewed
            if number and isinstance(entry.get("prev"), str):
                prev = sha256(self.lines[number - 1])
                touched, entry["prev"] = touched or entry["prev"] != prev, prev
            if touched:
                self.lines[number] = jcs(entry)
        return b"\n".join(self.lines)


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = parse_json(line)
        jcs(entry)
    except EvidenceError:
        return None
    return entry if isinstance(entry, dict) else None
