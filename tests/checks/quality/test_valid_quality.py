"""Data, reports and specifications that look unusual and are right."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from tests.facts.on_trees import path
from tests.support.judging import explained, judge_tree, kansas

Operations = list[dict[str, Any]]
PUBLIC, GENERALISED = "public", "public_generalized"
ARTIFACTS = "data/processed/{slug}/{version}/artifacts"
CHUNK = "data/processed/{slug}/{version}/qa/chunks/2017-h1.json"
RUN = "data/receipts/{slug}/{version}/validate-h1.json"
OLD = "sha256:" + "b" * 64


def patch(file: str, *steps: dict[str, Any]) -> dict[str, Any]:
    return {"file": file, "patch": list(steps)}


def replace(where: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": where, "value": value}


def add(where: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": where, "value": value}


def result(base: str, operations: Operations, keep: tuple[str, ...] = ()) -> dict[str, Any]:
    """The result of the version that was changed; what the change does to the other is not looked at."""
    case = {"base": base, "why": "", "ops": operations, "reseal": True, "keep": list(keep)}
    broken = apply(case, kansas(), Layout.kfm_v1())
    return judge_tree(broken.files)[broken.subject.id]


def counties() -> pa.Table:
    data = kansas()[path("checksums").replace("checksums.json", "artifacts/counties.parquet")]
    return pq.read_table(io.BytesIO(data))


def table(
    change: Callable[[pa.Table], pa.Table] = lambda t: t,
    geometry: dict[str, Any] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """An operation that puts other bytes in place of the table: the same counties, written otherwise."""
    source = counties()
    geo = json.loads(source.schema.metadata[b"geo"])
    about = geo["columns"]["geometry"]
    about.update(geometry or {})
    for name in [name for name, value in about.items() if value == "left out"]:
        del about[name]
    changed = change(source.replace_schema_metadata(None))
    sink = io.BytesIO()
    pq.write_table(changed.replace_schema_metadata({"geo": json.dumps(geo)}), sink, **options)
    return {"file": "artifact:counties.parquet", "hex": sink.getvalue().hex()}


def wide(source: pa.Table) -> pa.Table:
    """Text with wide offsets and dictionaries, as other writers keep it."""
    name = source["name"].combine_chunks().dictionary_encode()
    geoid = pc.cast(source["geoid"], pa.large_string())
    return source.set_column(0, "geoid", geoid).set_column(1, "name", name)


def boxed(source: pa.Table) -> pa.Table:
    """A box per row, as GeoParquet 1.1 lets writers add it."""
    edge = pa.array([0.0] * source.num_rows, pa.float32())
    return source.append_column(
        "bbox", pa.StructArray.from_arrays([edge] * 4, ["xmin", "ymin", "xmax", "ymax"])
    )


COVERING = {"bbox": {name: ["bbox", name] for name in ("xmin", "ymin", "xmax", "ymax")}}
WGS84 = {"type": "GeographicCRS", "name": "WGS 84", "id": {"authority": "EPSG", "code": 4326}}


def dated(source: pa.Table) -> pa.Table:
    days = [datetime.date(1867, 2, 26)] * 104 + [datetime.date(9999, 12, 31)]
    return source.append_column("valid_until", pa.array(days, pa.date32()))


def keys(count: int | None = None) -> list[str]:
    return sorted(counties()["geoid"].to_pylist())[:count]


DATED = patch("spec", add("/columns/-", {"name": "valid_until", "type": "date"}))
IN_QUARANTINE = {
    "file": "data/quarantine/{slug}/{version}/rows.csv",
    "text": "geoid,reason\n20999,unknown county\n",
}
SPELLED = ("utf8", "large_string", "float64", "double", "bigint", "float64", "double", "geometry")

VARIANTS: dict[str, tuple[str, Operations]] = {
    "columns in another order": (
        PUBLIC,
        [
            patch(
                "spec",
                {"op": "remove", "path": "/columns/7"},
                add("/columns/0", {"name": "geometry", "type": "binary"}),
            )
        ],
    ),
    "types in other spellings": (
        PUBLIC,
        [patch("spec", *(replace(f"/columns/{n}/type", each) for n, each in enumerate(SPELLED)))],
    ),
    "text stored with wide offsets and dictionaries": (PUBLIC, [table(wide)]),
    "many row groups and no compression": (PUBLIC, [table(row_group_size=7, compression="none")]),
    "a box per row that the writer added": (PUBLIC, [table(boxed, {"covering": COVERING})]),
    "a reference system by PROJJSON": (PUBLIC, [table(geometry={"crs": WGS84})]),
    "no box in the footer": (PUBLIC, [table(geometry={"bbox": "left out"})]),
    "heights in the box of the footer": (
        PUBLIC,
        [table(geometry={"bbox": [-102.052894, 36.992751, 200.0, -94.60152, 40.002896, 1231.0]})],
    ),
    "a date that stands for no end": (PUBLIC, [table(dated), DATED]),
    "all expected keys are there": (
        PUBLIC,
        [
            patch(
                "spec",
                add(
                    "/qa/completeness",
                    [{"column": "geoid", "values": keys()[::-1]}, {"column": "name", "count": 105}],
                ),
            )
        ],
    ),
    "what was quarantined is not released": (
        PUBLIC,
        [
            IN_QUARANTINE,
            patch(
                "qa_report",
                replace(
                    "/quarantined",
                    [
                        "artifact:draft.parquet",
                        "item:draft",
                        "geoid=20999",
                        "name=Ford&geoid=20999",
                        "name=A%26B",
                    ],
                ),
            ),
        ],
    ),
    "thresholds changed, and a steward approved": (
        GENERALISED,
        [
            patch("spec", replace("/qa/thresholds/0/min", 100)),
            patch("qa_report", replace("/checks/0/min", 100)),
        ],
    ),
    "a few features fewer than before": (
        GENERALISED,
        [
            patch(
                "data/processed/{slug}/{version of public}/qa/report.json",
                replace("/summary/feature_count", 112),
            )
        ],
    ),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_valid_variant_passes(name: str) -> None:
    base, operations = VARIANTS[name]
    made = result(base, operations)
    assert made["status"] == "PASS", explained(made)


def chunk(outputs: list[dict[str, Any]]) -> Operations:
    """A validation of the first half of the year, with its own report, and its entry in the ledger."""
    when, artifact = "2026-09-01T10:30:00Z", f"{ARTIFACTS}/counties.parquet"
    entry = {
        "seq": 2, "prev": OLD, "ts": when, "kind": "receipt", "dataset_slug": "{slug}",
        "dataset_version_id": "{version}", "run_id": f"kfm://run/{when}.validate-h1", "operation": "validate",
        "status": "pass", "receipt": {"path": RUN, "digest": OLD},
    }  # fmt: skip
    row = {
        "id": "first-half",
        "metric": "feature_count",
        "min": 40,
        "value": 50,
        "status": "pass",
        "message": "50",
    }
    return [
        {"file": "receipt:/transform.json", "copy": RUN},
        {"file": "qa_report", "copy": CHUNK},
        patch(CHUNK, replace("/checks", [row]), replace("/artifacts", [{"path": artifact, "digest": OLD}])),
        patch(
            RUN,
            replace("/run_id", entry["run_id"]),
            replace("/operation", "validate"),
            replace("/created_at", when),
            replace("/inputs", [{"uri": artifact, "digest": OLD}]),
            replace("/outputs", outputs),
            add("/window", {"start": "2017-01-01T00:00:00Z", "end": "2017-07-01T00:00:00Z"}),
        ),
        patch("ledger", add("/2", entry), *(replace(f"/{number}/seq", number) for number in range(3, 8))),
    ]


def test_a_chunk_with_a_report_of_its_own() -> None:
    made = result(PUBLIC, chunk([{"uri": CHUNK, "digest": OLD, "media_type": "application/json"}]))
    assert made["status"] == "PASS", explained(made)


def test_a_run_that_failed_had_a_report_that_is_gone() -> None:
    when, receipt = "2026-09-01T10:15:00Z", "data/receipts/{slug}/{version}/transform-1.json"
    entry = {
        "seq": 1, "prev": OLD, "ts": when, "kind": "receipt", "dataset_slug": "{slug}",
        "dataset_version_id": "{version}", "run_id": f"kfm://run/{when}.transform-1", "operation": "transform",
        "status": "fail", "receipt": {"path": receipt, "digest": OLD},
    }  # fmt: skip
    operations = [
        {"file": "receipt:/transform.json", "copy": receipt},
        patch(
            receipt,
            replace("/run_id", entry["run_id"]),
            replace("/created_at", when),
            replace("/outputs", []),
            replace(
                "/validation", {"status": "fail", "report_digest": OLD, "reason_code": "thresholds-not-met"}
            ),
        ),
        patch("ledger", add("/1", entry), *(replace(f"/{number}/seq", number) for number in range(2, 8))),
    ]
    made = result(PUBLIC, operations, keep=(receipt,))
    assert made["status"] == "PASS", explained(made)
