"""Catalogs that look unusual and are right: none of them may be denied."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from tests.support.judging import explained, judge_tree, kansas

Op = dict[str, Any]
PARQUET, TILES = "stac_item:counties-parquet.json", "stac_item:counties-pmtiles.json"
CATALOG, AGAIN = "receipt:catalog.json", "data/receipts/{slug}/{version}/again.json"
RUN = "kfm://run/2026-09-01T10:50:00Z.kansas-counties-catalog"
BBOX = "/@graph/7/dcat:bbox/@value"
PERIOD = "/@graph/8"
CRS84 = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
EPSG4326 = "<http://www.opengis.net/def/crs/EPSG/0/4326>"
ANY = "sha256:" + "5f" * 31 + "a7"


def patch(file: str, *steps: tuple[Any, ...]) -> Op:
    changes = [
        {"op": op, "path": path, **({"value": value[0]} if value else {})} for op, path, *value in steps
    ]
    return {"file": file, "patch": changes}


def output(path: str) -> dict[str, str]:
    """A catalog file among the outputs of a receipt."""
    uri = f"data/catalog/{{slug}}/{{version}}/{path}"
    return {"uri": uri, "digest": ANY, "media_type": "application/json"}


def rebuilt() -> list[Op]:
    """A second run wrote the catalogs again, before the promotion; the first one wrote another DCAT."""
    entry = {
        "dataset_slug": "{slug}",
        "dataset_version_id": "{version}",
        "kind": "receipt",
        "operation": "catalog",
        "prev": ANY,
        "receipt": {"digest": ANY, "path": AGAIN},
        "run_id": RUN,
        "seq": 3,
        "status": "pass",
        "ts": "2026-09-01T10:50:00Z",
    }
    return [
        {"file": CATALOG, "copy": AGAIN},
        patch(AGAIN, ("replace", "/run_id", RUN), ("replace", "/created_at", "2026-09-01T10:50:00Z")),
        patch(CATALOG, ("replace", "/outputs/0/digest", ANY)),
        patch("ledger", ("add", "/3", entry), *(("replace", f"/{i}/seq", i) for i in range(4, 8))),
    ]


def period(start: str, end: str) -> list[Op]:
    """One period in all catalogs."""
    item = (("replace", "/properties/start_datetime", start), ("replace", "/properties/end_datetime", end))
    return [
        patch("stac_collection", ("replace", "/extent/temporal/interval/0", [start, end])),
        patch("dcat", ("replace", f"{PERIOD}/dcat:startDate/@value", start)),
        patch("dcat", ("replace", f"{PERIOD}/dcat:endDate/@value", end)),
        patch(PARQUET, *item),
        patch(TILES, *item),
    ]  # fmt: skip


VARIANTS: dict[str, list[Op]] = {
    "catalogs that were rebuilt before the promotion": rebuilt(),
    "catalogs that the promotion wrote": [
        {"file": CATALOG, "delete": True},
        patch("ledger", ("remove", "/2"), *(("replace", f"/{i}/seq", i) for i in range(2, 6))),
        patch("receipt:promote.json", *(("add", "/outputs/-", output(path)) for path in (
            "dcat.jsonld", "prov.jsonld", "stac/collection.json", "stac/items/counties-parquet.json",
            "stac/items/counties-pmtiles.json"))),
    ],
    "media types by other names": [
        patch(PARQUET, ("replace", "/assets/data/type", "application/x-parquet")),
        patch("manifest", ("replace", "/artifacts/0/media_type", "Application/Vnd.Apache.Parquet; profile=geo")),
        patch("dcat", ("replace", "/@graph/3/dcat:mediaType/@id", "https://www.iana.org/assignments/media-types/application/pmtiles")),
    ],
    "a receipt that has no field for media types": [
        patch("receipt:transform.json", *(("remove", f"/{name}") for name in ("dataset_slug", "window")),
              *(("remove", f"/outputs/{i}/media_type") for i in range(4)),
              *(("remove", f"/policy/{name}") for name in ("policy_label", "obligations_applied"))),
    ],
    "a box in DCAT as an envelope": [
        patch("dcat", ("replace", BBOX, "ENVELOPE(-102.052894, -94.60152, 40.002896, 36.992751)")),
    ],
    "a box in DCAT that names its reference system": [
        patch("dcat", ("replace", BBOX, f"{CRS84} MULTIPOINT ((-102.052894 36.992751), (-94.60152 40.002896))")),
    ],
    "a box in DCAT with latitude first, as EPSG:4326 has it": [
        patch("dcat", ("replace", BBOX, f"{EPSG4326} LINESTRING(36.992751 -102.052894, 40.002896 -94.60152)")),
    ],
    "boxes that were rounded to four decimals": [
        patch("stac_collection", ("replace", "/extent/spatial/bbox/0", [-102.0529, 36.9928, -94.6015, 40.0029])),
        patch("qa_report", ("replace", "/summary/bbox", [-102.0529, 36.9928, -94.6015, 40.0029])),
    ],
    "a box with heights": [
        patch(PARQUET, ("replace", "/bbox", [-102.052894, 36.992751, 206.0, -94.60152, 40.002896, 1232.0])),
    ],
    "a geometry of several points": [
        patch(PARQUET, ("replace", "/geometry", {"type": "MultiPoint", "coordinates": [
            [-102.052894, 36.992751, 1100.0], [-100.0, 38.0], [-94.60152, 40.002896]]})),
    ],
    "a period that ends with its last second": period("2017-01-01T00:00:00Z", "2017-12-31T23:59:59Z"),
    "a period in DCAT in the time of Kansas": [
        patch("dcat", ("replace", f"{PERIOD}/dcat:startDate/@value", "2016-12-31T18:00:00-06:00"),
              ("replace", f"{PERIOD}/dcat:endDate/@value", "2017-12-31T18:00:00-06:00")),
    ],
    "data of a few days within the window": period("2017-03-06T12:00:00.25Z", "2017-03-09T00:00:00Z"),
    "an item of one moment": [
        patch(PARQUET, ("replace", "/properties/datetime", "2017-07-01T00:00:00Z"),
              ("remove", "/properties/start_datetime"), ("remove", "/properties/end_datetime")),
    ],
    "profiles that are known": [
        patch("dcat", ("add", "/@graph/0/dct:conformsTo", [
            {"@id": "https://w3id.org/kfm/profiles/dcat/v1"}, {"@id": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}])),
        patch("stac_collection", ("add", "/kfm:profile", "https://w3id.org/kfm/profiles/stac/v1")),
        patch("prov", ("add", "/@graph/0/dct:conformsTo", {"@id": "https://www.w3.org/TR/prov-o/"})),
    ],
    "JSON-LD with terms, a whole IRI as a key, and one value as a list": [
        patch("dcat", ("add", "/@context/homepage", {"@id": "foaf:homepage", "@type": "@id"}),
              ("add", "/@graph/5/homepage", "https://example.org/"),
              ("add", "/@graph/5/http:~1~1xmlns.com~1foaf~10.1~1nick", ["mbostock"])),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_valid_catalogs_pass(name: str) -> None:
    keep = [CATALOG] if name.startswith("catalogs that were rebuilt") else []
    case = {"base": "public", "why": name, "ops": VARIANTS[name], "reseal": True, "keep": keep}
    for result in judge_tree(apply(case, kansas(), Layout.kfm_v1()).files).values():
        assert result["status"] == "PASS", explained(result)
