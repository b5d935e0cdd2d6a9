"""A dataset that shares little with the example: other paths, two acquisitions, chunk runs, `restricted`.

Fourteen counties in two chunks, each with its own acquisition, ingest run and artifact; a last run joins
them. Made from the raw file of the example, so that there is nothing else to keep.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
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

PATHS = {
    "acquisition": "01-raw/{slug}/{acquisition_id}/acquisition.json",
    "terms": "01-raw/{slug}/{acquisition_id}/terms.*",
    "raw_artifact": "01-raw/{slug}/{acquisition_id}/artifacts/**",
    "spec": "00-registry/specs/{slug}.{spec8}.yaml",
    "artifact": "02-products/{version}/{slug}/artifacts/**",
    "checksums": "02-products/{version}/{slug}/checksums.json",
    "qa_report": "02-products/{version}/{slug}/qa.json",
    "dcat": "03-catalog/{slug}/{version}.dcat.jsonld",
    "stac_collection": "03-catalog/{slug}/{version}.collection.json",
    "stac_item": "03-catalog/{slug}/{version}.items/*.json",
    "prov": "03-catalog/{slug}/{version}.prov.jsonld",
    "receipt": "04-runs/{slug}/{version}/*.json",
    "policy_decision": "05-decisions/{decision}.json",
    "manifest": "06-release/{slug}@{version}.json",
    "ledger": "log/runs.jsonl",
    "checkpoint": "log/runs.checkpoint",
    "environment": "environments/{digest}.json",
}
CONFIGURATION = 'root = "store"\n\n[paths]\n' + "".join(
    f'{name} = "{path}"\n' for name, path in PATHS.items()
)

SOUTH = ("20007", "20033", "20077", "20019", "20035", "20191", "20099")
NORTH = ("20023", "20153", "20181", "20193", "20109", "20039", "20179")
CHUNKS = {"north": NORTH, "south": SOUTH}
OUTPUTS = [
    {"path": "north.parquet", "media_type": e.MEDIA_TYPES["counties.parquet"], "role": "data"},
    {"path": "south.parquet", "media_type": e.MEDIA_TYPES["counties.parquet"], "role": "data"},
    {"path": "counties.pmtiles", "media_type": e.MEDIA_TYPES["counties.pmtiles"], "role": "tiles"},
]
RESTRICTED = "http://publications.europa.eu/resource/authority/access-right/RESTRICTED"

Tree = dict[str, bytes]


@dataclass(frozen=True)
class Second:
    """The tree, its layout, and the configuration that says so."""

    tree: Mapping[str, bytes]
    layout: Layout
    configuration: str


@functools.cache
def second() -> Second:
    """The dataset, built once per process."""
    with _outputs():
        layout = Layout.of(PATHS)
        return Second(_build(layout), layout, CONFIGURATION)


@contextmanager
def _outputs() -> Iterator[None]:
    """Let the builder's pieces speak of these artifacts instead of the example's."""
    outputs, media_types = list(e.OUTPUTS), dict(e.MEDIA_TYPES)
    e.OUTPUTS[:] = OUTPUTS
    e.MEDIA_TYPES.update({o["path"]: o["media_type"] for o in OUTPUTS})
    try:
        yield
    finally:
        e.OUTPUTS[:] = outputs
        e.MEDIA_TYPES.clear()
        e.MEDIA_TYPES.update(media_types)


def _edition() -> Edition:
    dataset = Dataset(
        slug="border-counties",
        dataset_id="border_counties",
        title="Counties at two borders of Kansas",
        zooms=range(0, 5),
        count=len(NORTH) + len(SOUTH),
        area_km2=0.0,
        bounds=(-103.0, 36.0, -94.0, 41.0),
        acquisition_id="atlas-north",
    )
    public, _ = e.editions(dataset)
    return replace(
        public,
        key="00000007",
        label="restricted",
        description="Two groups of counties, for members only: an example of data that is not served to everyone.",
        approval_roles=("steward",),
        approver="example:steward-2",
    )


def _build(layout: Layout) -> Tree:
    raw, terms = fixture.sources()
    bench = Bench(layout)
    edition = _edition()
    environment = fixture.recorded_environment()
    bench.environments = (
        bench.environment(records.container(environment)),
        bench.environment(records.parameters(edition)),
    )
    folder = bench.folder("artifact", edition)
    spec = layout.path("spec", slug=edition.dataset.slug, spec8=edition.key)
    rows, parts, made_by, boxes = [], {}, {}, {}
    acquired = {name: _acquired(bench, edition, name, geoids, raw, terms) for name, geoids in CHUNKS.items()}
    runs = [
        _run(bench, edition, "ingest", name, [e.PACKAGE], paths, applied=False)
        for name, paths in acquired.items()
    ]
    for name, geoids in CHUNKS.items():
        found = topojson.counties(raw, geoids)
        chunk = geometry.rows(geometry.precise(found), {county.geoid: county.name for county in found})
        rows += chunk
        parts[name] = f"{folder}/{name}.parquet"
        bench.tree[parts[name]] = parquet.write(chunk)
        boxes[parts[name]] = parquet.bbox(chunk)
        source = next(path for path in acquired[name] if "/artifacts/" in path)
        runs.append(_run(bench, edition, "transform", name, [source, spec], [parts[name]]))
        made_by[parts[name]] = runs[-1][1]
    artifacts = {path: bench.tree[path] for path in parts.values()}
    joined = f"{folder}/counties.pmtiles"
    artifacts[joined] = bench.tree[joined] = tiles.write(
        rows, (), edition.dataset.zooms,
        name=edition.title, description=edition.description, attribution=e.ATTRIBUTION,
    )  # fmt: skip
    whole = parquet.write(rows)
    edition = replace(edition, dataset=replace(edition.dataset, area_km2=sum(row.area_km2 for row in rows)))
    document = records.spec(edition)
    document["policy"]["access_rule"] = "example:members-only"
    bench.tree[spec] = dump_yaml(document)
    checksums = bench.put(bench.path("checksums", edition), records.checksums(edition, artifacts))
    report = records.qa_report(edition, {"whole.parquet": whole})
    report["artifacts"] = [{"path": path, "digest": ""} for path in artifacts]
    qa = bench.put(bench.path("qa_report", edition), report)
    runs.append(_run(bench, edition, "transform", "", [*parts.values(), spec], [joined, checksums, qa]))

    boxes[joined] = parquet.bbox(rows)
    catalogs = _catalogs(bench, edition, artifacts, boxes, runs, made_by)
    _run(bench, edition, "catalog", "", [*artifacts, qa], catalogs)
    decision = bench.put(layout.path("policy_decision", decision=edition.decision), records.decision(edition))
    manifest = bench.put(bench.path("manifest", edition), records.manifest(edition, artifacts, catalogs))
    _run(bench, edition, "promote", "", [decision, *catalogs, qa], [manifest])
    ledger = layout.path("ledger")
    bench.tree[ledger] = receipts.ledger(bench.receipts)
    bench.tree[layout.path("checkpoint")] = receipts.checkpoint(ledger, bench.receipts[-1][1]["created_at"])
    return dict(sorted(seal(bench.tree, layout).items()))


def _acquired(
    bench: Bench, edition: Edition, name: str, geoids: tuple[str, ...], raw: bytes, terms: bytes
) -> list[str]:
    """Write one acquisition: the raw data of a chunk, its terms and its record."""
    part = replace(edition, dataset=replace(edition.dataset, acquisition_id=f"atlas-{name}"))
    chunk = topojson.subset(raw, geoids)
    folder = records.raw_folder(part, bench.layout)
    path = f"{folder}/artifacts/{name}-{e.RAW_NAME}"
    files = {path: chunk, f"{folder}/terms.txt": terms}
    bench.tree |= files
    record = records.acquisition(part, bench.layout, chunk)
    record["artifacts"][0]["path"] = path
    return [*files, bench.put(f"{folder}/acquisition.json", record)]


Run = tuple[str, str, dict[str, Any]]


def _run(
    bench: Bench, edition: Edition, operation: str, chunk: str, inputs: list[str], outputs: list[str],
    *, applied: bool = True,
) -> Run:  # fmt: skip
    """Write the receipt of one run; a chunk's run has its own name."""
    document = receipts.receipt(
        edition, operation, inputs, outputs, environments=bench.environments, applied=applied
    )
    name = f"{operation}-{chunk}" if chunk else operation
    document["run_id"] += f"-{chunk}" if chunk else ""
    path = bench.put(f"{bench.folder('receipt', edition)}/{name}.json", document)
    bench.receipts.append((path, document))
    return operation, path, document


def _catalogs(
    bench: Bench,
    edition: Edition,
    artifacts: Mapping[str, bytes],
    boxes: Mapping[str, list[float]],
    runs: list[Run],
    made_by: Mapping[str, str],
) -> list[str]:
    bbox = boxes[next(path for path in artifacts if path.endswith("counties.pmtiles"))]
    files = {
        "dcat": bench.path("dcat", edition),
        "prov": bench.path("prov", edition),
        "transform": runs[-1][1],
    }
    here = bench.path("stac_collection", edition)
    folder = bench.folder("stac_item", edition)
    items = {artifact: f"{folder}/{stac.item_name(artifact)}.json" for artifact in artifacts}
    dcat = linked.dcat(edition, artifacts, bbox, here)
    dcat["@graph"][0]["dct:accessRights"] = {"@id": RESTRICTED}
    bench.put(files["dcat"], dcat)
    bench.put(here, stac.collection(edition, here, bbox, items, files))
    for artifact, path in items.items():
        own = files | {"transform": made_by.get(artifact, files["transform"])}
        bench.put(
            path, stac.item(edition, path, artifact, len(artifacts[artifact]), boxes[artifact], here, own)
        )
    bench.put(files["prov"], linked.prov(edition, runs))
    return [files["dcat"], here, *items.values(), files["prov"]]
