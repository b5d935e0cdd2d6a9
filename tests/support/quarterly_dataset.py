"""A version made by a backfill in four chunks, one a quarter, each with a run, an artifact and a report of its own.

The third quarter failed once; a last run joins the four tables in an archive of tiles. The counties of a
chunk are a group of their own, since boundaries have no quarters: what counts here are the runs.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fixtures import build_kansas_counties as fixture
from fixtures.kansas_counties_builder import editions as e
from fixtures.kansas_counties_builder import (
    geometry,
    linked,
    parquet,
    receipts,
    records,
    stac,
    tiles,
    topojson,
)
from fixtures.kansas_counties_builder.assemble import Bench
from fixtures.kansas_counties_builder.editions import Dataset, Edition
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.seal import seal
from kfm_gates.evidence.strict_yaml import dump_yaml

QUARTERS = {
    "q1": (("2017-01-01T00:00:00Z", "2017-04-01T00:00:00Z"), ("20007", "20033", "20077")),
    "q2": (("2017-04-01T00:00:00Z", "2017-07-01T00:00:00Z"), ("20019", "20035", "20191")),
    "q3": (("2017-07-01T00:00:00Z", "2017-10-01T00:00:00Z"), ("20023", "20153", "20181")),
    "q4": (("2017-10-01T00:00:00Z", "2018-01-01T00:00:00Z"), ("20193", "20109", "20039")),
}
_TABLE, _TILES = e.MEDIA_TYPES["counties.parquet"], e.MEDIA_TYPES["counties.pmtiles"]
OUTPUTS = [
    *({"path": f"{name}.parquet", "media_type": _TABLE, "role": "data"} for name in QUARTERS),
    {"path": "counties.pmtiles", "media_type": _TILES, "role": "tiles"},
]

Tree = dict[str, bytes]
Run = tuple[str, str, dict[str, Any]]


@functools.cache
def quarterly() -> Mapping[str, bytes]:
    """The tree, built once per process."""
    outputs, media_types = list(e.OUTPUTS), dict(e.MEDIA_TYPES)
    e.OUTPUTS[:] = OUTPUTS
    e.MEDIA_TYPES.update({o["path"]: o["media_type"] for o in OUTPUTS})
    try:
        return _Backfill().tree()
    finally:
        e.OUTPUTS[:] = outputs
        e.MEDIA_TYPES.clear()
        e.MEDIA_TYPES.update(media_types)


def _edition() -> Edition:
    dataset = Dataset(
        slug="quarterly-counties",
        dataset_id="quarterly_counties",
        title="Counties of Kansas by quarters",
        zooms=range(0, 4),
        count=sum(len(geoids) for _, geoids in QUARTERS.values()),
        area_km2=0.0,
        bounds=(-103.0, 36.0, -94.0, 41.0),
    )
    return replace(e.editions(dataset)[0], key="00000008")


@dataclass
class _Backfill:
    bench: Bench = field(default_factory=lambda: Bench(Layout.kfm_v1()))
    edition: Edition = field(default_factory=_edition)

    def tree(self) -> Tree:
        bench, edition = self.bench, self.edition
        raw, terms = fixture.sources()
        bench.environments = (
            bench.environment(records.container(fixture.recorded_environment())),
            bench.environment(records.parameters(edition)),
        )
        folder = records.raw_folder(edition, bench.layout)
        source = f"{folder}/artifacts/{e.RAW_NAME}"
        bench.tree |= {source: raw, f"{folder}/terms.txt": terms}
        record = bench.put(f"{folder}/acquisition.json", records.acquisition(edition, bench.layout, raw))
        runs = [self._run("ingest", "", [e.PACKAGE], [source, f"{folder}/terms.txt", record], e.WINDOW)]

        spec = bench.layout.path("spec", slug=edition.dataset.slug, spec8=edition.key)
        rows = {name: _rows(raw, geoids) for name, (_, geoids) in QUARTERS.items()}
        area = sum(row.area_km2 for part in rows.values() for row in part)
        self.edition = edition = replace(edition, dataset=replace(edition.dataset, area_km2=area))
        made_by: dict[str, tuple[Run, bytes]] = {}
        for name, part in rows.items():
            path, data = f"{bench.folder('artifact', edition)}/{name}.parquet", parquet.write(part)
            made_by[path] = (self._chunk(name, path, data, [source, spec]), data)
        runs += [run for run, _ in made_by.values()]
        self._failed("q3", [source, spec])
        artifacts = {path: data for path, (_, data) in made_by.items()}
        boxes = {path: parquet.bbox(part) for path, part in zip(artifacts, rows.values(), strict=True)}
        return self._released(runs, artifacts, boxes, [row for part in rows.values() for row in part], spec)

    def _chunk(self, name: str, path: str, data: bytes, inputs: list[str]) -> Run:
        """One quarter: its artifact, the report on it, and the receipt of the run."""
        (start, end), geoids = QUARTERS[name]
        part = replace(self.edition, dataset=replace(self.edition.dataset, count=len(geoids)))
        report = records.qa_report(part, {path: data})
        report["checks"] = [row for row in report["checks"] if row["id"] != "total-area"]
        report["status"] = "pass"
        at = f"{self.bench.folder('checksums', self.edition)}/qa/chunks/{name}.json"
        self.bench.tree[path] = data
        outputs = [path, self.bench.put(at, report)]
        return self._run("transform", name, inputs, outputs, {"start": start, "end": end})

    def _failed(self, name: str, inputs: list[str]) -> None:
        start, end = QUARTERS[name][0]
        _, path, receipt = self._run("transform", f"{name}-1", inputs, [], {"start": start, "end": end})
        receipt["validation"] |= {"status": "fail", "reason_code": "upstream-timeout"}
        receipt["run_id"] = receipt["run_id"].replace("10:20:00Z", "10:19:00Z")
        receipt["created_at"] = receipt["created_at"].replace("10:20:00Z", "10:19:00Z")
        self.bench.put(path, receipt)

    def _run(
        self, operation: str, chunk: str, inputs: list[str], outputs: list[str], window: Mapping[str, str]
    ) -> Run:
        document = receipts.receipt(
            self.edition, operation, inputs, outputs, environments=self.bench.environments, applied=False
        ) | {"window": dict(window)}
        document["run_id"] += f"-{chunk}" if chunk else ""
        name = f"{operation}-{chunk}" if chunk else operation
        path = self.bench.put(f"{self.bench.folder('receipt', self.edition)}/{name}.json", document)
        self.bench.receipts.append((path, document))
        return operation, path, document

    def _released(
        self,
        runs: list[Run],
        artifacts: dict[str, bytes],
        boxes: dict[str, list[float]],
        rows: list[geometry.Row],
        spec: str,
    ) -> Tree:
        """The tiles, then everything that is about the version as a whole."""
        bench, edition = self.bench, self.edition
        tables, whole = list(artifacts), parquet.write(rows)
        joined = f"{bench.folder('artifact', edition)}/counties.pmtiles"
        artifacts[joined] = tiles.write(
            rows, (), edition.dataset.zooms,
            name=edition.title, description=edition.description, attribution=e.ATTRIBUTION,
        )  # fmt: skip
        bench.tree |= artifacts
        bench.tree[spec] = dump_yaml(records.spec(edition))
        checksums = bench.put(bench.path("checksums", edition), records.checksums(edition, artifacts))
        report = records.qa_report(edition, {"whole.parquet": whole})
        report["artifacts"] = [{"path": path, "digest": ""} for path in artifacts]
        qa = bench.put(bench.path("qa_report", edition), report)
        runs = [*runs, self._run("transform", "", [*tables, spec], [joined, checksums, qa], e.WINDOW)]

        catalogs = self._catalogs(artifacts, boxes | {joined: parquet.bbox(rows)}, runs)
        self._run("catalog", "", [*artifacts, qa], catalogs, e.WINDOW)
        decided = bench.layout.path("policy_decision", decision=edition.decision)
        decision = bench.put(decided, records.decision(edition))
        manifest = records.manifest(edition, artifacts, catalogs)
        released = bench.put(bench.path("manifest", edition), manifest)
        self._run("promote", "", [decision, *catalogs, qa], [released], e.WINDOW)
        bench.tree[bench.path("plan", edition)] = dump_yaml(self._plan())
        ledger = bench.layout.path("ledger")
        bench.tree[ledger] = receipts.ledger(_as_entered(bench.receipts))
        bench.tree[bench.layout.path("checkpoint")] = receipts.checkpoint(
            ledger, bench.receipts[-1][1]["created_at"]
        )
        return dict(sorted(seal(bench.tree, bench.layout).items()))

    def _plan(self) -> dict[str, Any]:
        prior = replace(self.edition, key="00000009")  # a plan needs a version to roll back to
        terms = f"{records.raw_folder(self.edition, self.bench.layout)}/terms.txt"
        plan = records.backfill_plan(replace(self.edition, source=prior), terms)
        return plan | {"chunking": {"mode": "quarterly", "max_parallelism": 2}}

    def _catalogs(
        self, artifacts: Mapping[str, bytes], boxes: Mapping[str, list[float]], runs: list[Run]
    ) -> list[str]:
        bench, edition = self.bench, self.edition
        *_, whole = boxes.values()
        made_by = {output["uri"]: path for _, path, run in runs for output in run["outputs"]}
        files = {"dcat": bench.path("dcat", edition), "prov": bench.path("prov", edition)}
        files["transform"] = runs[-1][1]
        here, folder = bench.path("stac_collection", edition), bench.folder("stac_item", edition)
        items = {artifact: f"{folder}/{stac.item_name(artifact)}.json" for artifact in artifacts}
        bench.put(files["dcat"], linked.dcat(edition, artifacts, whole, here))
        bench.put(here, stac.collection(edition, here, whole, items, files))
        for artifact, path in items.items():
            own = files | {"transform": made_by[artifact]}
            size, box = len(artifacts[artifact]), boxes[artifact]
            bench.put(path, stac.item(edition, path, artifact, size, box, here, own))
        bench.put(files["prov"], linked.prov(edition, runs))
        return [files["dcat"], here, *items.values(), files["prov"]]


def _rows(raw: bytes, geoids: tuple[str, ...]) -> list[geometry.Row]:
    found = topojson.counties(raw, geoids)
    return geometry.rows(geometry.precise(found), {county.geoid: county.name for county in found})


def _as_entered(runs: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """Runs in the order of their times, as they were entered."""
    return sorted(runs, key=lambda run: run[1]["created_at"])
