"""A STAC item and collection that are right under core, extensions and the KFM profile."""

from __future__ import annotations

import copy
from typing import Any

from kfm_gates.engines.schema_sources import FILE_EXTENSION, PROJECTION_EXTENSION

VERSION = "2024.0a1b2c3d.4e5f6071"
KFM = {
    "kfm:dataset_id": "kansas_counties",
    "kfm:dataset_version_id": VERSION,
    "kfm:spec_hash": "sha256:" + "a" * 64,
    "kfm:policy_label": "public",
}
ITEM: dict[str, Any] = {
    "type": "Feature",
    "stac_version": "1.1.0",
    "stac_extensions": [FILE_EXTENSION, PROJECTION_EXTENSION],
    "id": f"{VERSION}.counties",
    "collection": f"kansas-counties@{VERSION}",
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[-102, 37], [-94, 37], [-94, 40], [-102, 40], [-102, 37]]],
    },
    "bbox": [-102, 37, -94, 40],
    "properties": {"datetime": "2024-01-01T00:00:00Z", "proj:code": "EPSG:4326", **KFM},
    "links": [
        {"rel": "root", "href": "../collection.json", "type": "application/json"},
        {"rel": "parent", "href": "../collection.json", "type": "application/json"},
        {"rel": "collection", "href": "../collection.json", "type": "application/json"},
        {"rel": "provenance", "href": "../../prov.jsonld", "type": "application/ld+json"},
        {"rel": "via", "href": "../../../../../receipts/k/v/transform.json", "type": "application/json"},
    ],
    "assets": {
        "data": {
            "href": "../../../../../processed/k/v/artifacts/counties.parquet",
            "type": "application/vnd.apache.parquet",
            "roles": ["data"],
            "file:checksum": "1220" + "b" * 64,
            "file:size": 1234,
        }
    },
}
COLLECTION: dict[str, Any] = {
    "type": "Collection",
    "stac_version": "1.1.0",
    "id": f"kansas-counties@{VERSION}",
    "description": "The counties of Kansas.",
    "license": "CC-BY-4.0",
    "extent": {
        "spatial": {"bbox": [[-102, 37, -94, 40]]},
        "temporal": {"interval": [["2024-01-01T00:00:00Z", None]]},
    },
    "links": [
        {"rel": "root", "href": "./collection.json", "type": "application/json"},
        {"rel": "item", "href": "./items/counties.json", "type": "application/geo+json"},
        {"rel": "describedby", "href": "../dcat.jsonld", "type": "application/ld+json"},
    ],
    **KFM,
}


def edit(document: dict[str, Any], *path: str | int, to: Any = ...) -> dict[str, Any]:
    """A copy with the value at `path` replaced, or removed when `to` is not given."""
    changed = copy.deepcopy(document)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    if to is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return changed
