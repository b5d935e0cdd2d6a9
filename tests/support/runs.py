"""Operations of cases that add runs to a version: a receipt, and its entry in the ledger."""

from __future__ import annotations

import hashlib
import json
from typing import Any

Operation = dict[str, Any]

RECEIPTS = "data/receipts/{slug}/{version}/"
ENTERED_AT = "2026-09-10T09:00:00Z"
DIGEST = "sha256:" + "7f3a" * 16


def patch(file: str, *steps: tuple[Any, ...]) -> Operation:
    """Steps are (`add` or `replace`, pointer, value) or (`remove`, pointer)."""
    names = ("op", "path", "value")
    return {"file": file, "patch": [dict(zip(names, step, strict=False)) for step in steps]}


def put(path: str, value: Any) -> tuple[str, str, Any]:
    return ("replace", path, value)


def window(start: str, end: str) -> dict[str, str]:
    return {"start": f"{start}T00:00:00Z", "end": f"{end}T00:00:00Z"}


def environment(document: dict[str, Any]) -> tuple[str, Operation]:
    """A file of `environments/`, and the digest by which receipts name it."""
    text = json.dumps(document, sort_keys=True) + "\n"
    name = hashlib.sha256(text.encode()).hexdigest()
    return f"sha256:{name}", {"file": f"environments/{name}.json", "text": text}


def entered(name: str, run_id: str, operation: str, status: str = "pass", *, seq: int = 7) -> list[Operation]:
    """The last entry of the ledger, and the checkpoint that covers it."""
    entry = {
        "dataset_slug": "{slug}",
        "dataset_version_id": "{version}",
        "kind": "receipt",
        "operation": operation,
        "prev": "",
        "receipt": {"digest": "", "path": RECEIPTS + name},
        "run_id": run_id,
        "seq": seq,
        "status": status,
        "ts": ENTERED_AT,
    }
    return [patch("ledger", ("add", "/-", entry)), patch("checkpoint", put("/time", ENTERED_AT))]


def copied(
    source: str, name: str, at: str, *steps: tuple[Any, ...], seq: int = 7, operation: str | None = None
) -> list[Operation]:
    """Another run like that of the receipt `source`, with changes; `at` is when it ended."""
    run_id, path, status = f"kfm://run/{at}.{name}", f"{RECEIPTS}{name}.json", "pass"
    if any(step[1] == "/validation/status" for step in steps):
        status = "fail"
    return [
        {"file": f"receipt:{source}.json", "copy": path},
        patch(path, put("/run_id", run_id), put("/created_at", at), *steps),
        *entered(f"{name}.json", run_id, operation or source, status, seq=seq),
    ]


FAILED = (
    put("/validation/status", "fail"),
    ("add", "/validation/reason_code", "out-of-memory"),
    put("/outputs", []),
)
"""Steps that make a run one that failed."""


def index_backfill(run_id: str, *, name: str = "index", seq: int = 7, **changes: Any) -> list[Operation]:
    """An index backfill of the version, by the form of its runbook."""
    image, file = environment({"kind": "container", "description": "The image of an index builder."})
    document = {
        "run_id": run_id,
        "kind": "index_backfill",
        "targets": ["search"],
        "spec_hash": DIGEST,
        "inputs": {"catalog_triplet_digests": [DIGEST], "processed_artifact_digests": [DIGEST]},
        "outputs": {"search_index": "kfm-search-20260910"},
        "environment": {"image_digest": image, "params": {}},
        "validation": {"status": "pass", "checks": [{"id": "counts", "status": "pass"}]},
        "policy": {"policy_pack_version": "2026.09", "decisions": []},
        "dataset_version_ids": ["{version}"],
    } | changes
    status = document["validation"]["status"]  # type: ignore[index]
    text = json.dumps(document, indent=2) + "\n"
    return [
        {"file": f"{RECEIPTS}{name}.json", "text": text},
        file,
        *entered(f"{name}.json", run_id, "index_backfill", status, seq=seq),
    ]
