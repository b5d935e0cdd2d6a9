"""The canonical inputs of a plan: what builders read, and the manifest that released it, by digest (R-086).

Receipts, QA reports and the ledger are judged but are no inputs: a run adds to them, and must not make its own
plan stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from kfm_gates.evidence.layout import Layout
from kfm_gates.model.finding import Json

Role = Literal["artifact", "catalog", "manifest"]
ROLES: dict[str, Role] = {
    "artifact": "artifact",
    "dcat": "catalog",
    "stac_collection": "catalog",
    "stac_item": "catalog",
    "prov": "catalog",
    "manifest": "manifest",
}
"""Path template -> what a file of it is to a plan."""


def inputs(predicate: Json, layout: Layout, versions: Iterable[str]) -> Iterator[dict[str, Json]]:
    """The inputs of these versions among what a gate decision rests on, in the order of versions and paths."""
    judged = {subject["id"]: subject["files"] for subject in predicate["subjects"]}
    for id in versions:
        for file in sorted(judged.get(id, ()), key=lambda each: str(each["path"])):
            match = layout.match(file["path"])
            if match is None or match.name not in ROLES:
                continue
            if f"{match.variables['slug']}/{match.variables['version']}" == id:
                yield {**file, "dataset_version": id, "role": ROLES[match.name]}
