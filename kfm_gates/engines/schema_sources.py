"""Where the JSON Schemas come from: by the URL at which each is retrieved, to its bytes. Nothing is fetched.

STAC core 1.1.0 and GeoJSON are files of the installed pystac-core (Apache-2.0), each pinned by digest; the
extensions and the KFM profile are this package's own renditions, in `kfm_gates/schemas`.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

from kfm_gates.errors import EngineError

STAC_VERSION = "1.1.0"
ITEM = f"https://schemas.stacspec.org/v{STAC_VERSION}/item-spec/json-schema/item.json"
COLLECTION = f"https://schemas.stacspec.org/v{STAC_VERSION}/collection-spec/json-schema/collection.json"
CATALOG = f"https://schemas.stacspec.org/v{STAC_VERSION}/catalog-spec/json-schema/catalog.json"
FILE_EXTENSION = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
PROJECTION_EXTENSION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"
KFM_ITEM = "https://w3id.org/kfm/schemas/stac/kfm-item-v1.json"
KFM_COLLECTION = "https://w3id.org/kfm/schemas/stac/kfm-collection-v1.json"

OWN: dict[str, str] = {
    FILE_EXTENSION: "stac/file-v2.1.0.json",
    PROJECTION_EXTENSION: "stac/projection-v2.0.0.json",
    KFM_ITEM: "stac/kfm-item-v1.json",
    KFM_COLLECTION: "stac/kfm-collection-v1.json",
}
"""Retrieval URL -> file below `kfm_gates/schemas`."""

_PYSTAC: dict[str, tuple[str, str]] = {
    ITEM: (
        "stac-spec/v1.1.0/item.json",
        "d38ed83cda8c93f5f2f4967ba2be398e9d7407aa1c3210f9c27bbbc4e8ba35e2",
    ),
    CATALOG: (
        "stac-spec/v1.1.0/catalog.json",
        "d82974d084fb600ec0e92d6962ef536157eda6d36bbb4299e8235a6042efbeed",
    ),
    COLLECTION: (
        "stac-spec/v1.1.0/collection.json",
        "c2106427e6b7a7a2c1b6fef980d9df332c4000e8676efa2aba7a1dbcd1914ccf",
    ),
    "https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/bands.json": (
        "stac-spec/v1.1.0/bands.json",
        "0a44673eda5cf49ad83247ebf50bffc9eac6cd126d4778c0f17a64b21002818e",
    ),
    "https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/basics.json": (
        "stac-spec/v1.1.0/basics.json",
        "c11193fa08465b53257e93ea4e8c0c671806485ece9b2482447c792f2e9b7809",
    ),
    "https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/common.json": (
        "stac-spec/v1.1.0/common.json",
        "9f1bb9d24a94d7f519cc2c478b6581c0d9a66117518376ac1a71ec5643ad3fd7",
    ),
    "https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/data-values.json": (
        "stac-spec/v1.1.0/data-values.json",
        "5ca5d324272b76188fd70391b6d57fa0438d87fa8dfa5b6f2fd15af57bff9539",
    ),
    "https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/datetime.json": (
        "stac-spec/v1.1.0/datetime.json",
        "2656b4bec14ee63b0c17c7a68caeba4a10a5ba3bfe018e4d23ebd8b6efb5fd9f",
    ),
    "https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/instrument.json": (
        "stac-spec/v1.1.0/instrument.json",
        "09cd369e88c2f7c248683d922fd90e3ab2e7e832b86e6130722d8a0bf27cdd78",
    ),
    "https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/licensing.json": (
        "stac-spec/v1.1.0/licensing.json",
        "b4f882c70c6616698fa3c390d1efbdc59816129f36a6173769fbf07655313726",
    ),
    "https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/provider.json": (
        "stac-spec/v1.1.0/provider.json",
        "2db89bb50a352aaece743173742fa450cbb5fb4583fe3a237968054aeaea86ad",
    ),
    "https://geojson.org/schema/Feature.json": (
        "geojson/Feature.json",
        "3957840b2ff19f9450ea97a12f85944d938c68a7a6bf115a2e69b98e007b9922",
    ),
    "https://geojson.org/schema/Geometry.json": (
        "geojson/Geometry.json",
        "152369d7eb6b3314ffc7deca1d66f9d498ed5b614ca38ed4e2c813fed01024fd",
    ),
}
"""Retrieval URL -> file below `pystac/validation/jsonschemas`, and its SHA-256."""

CORE: frozenset[str] = frozenset(_PYSTAC)
"""The schemas that no lock may replace."""


def vendored() -> dict[str, bytes]:
    """All schemas that come with the installation. Raises EngineError for one that is absent or changed."""
    own = Path(__file__).resolve().parent.parent / "schemas"
    found = {url: _read(own / name) for url, name in OWN.items()}
    # The module is found but not imported: importing pystac costs more than compiling every schema.
    spec = find_spec("pystac")
    if spec is None or not spec.submodule_search_locations:
        raise EngineError("The STAC core schemas are files of pystac-core, which is not installed here.")
    folder = Path(spec.submodule_search_locations[0]) / "validation" / "jsonschemas"
    for url, (name, digest) in _PYSTAC.items():
        found[url] = _read(folder / name)
        if hashlib.sha256(found[url]).hexdigest() != digest:
            raise EngineError(
                f"The STAC core schema {name} of the installed pystac-core is not the published one."
            )
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EngineError(
            f"The schema {path.name} of the installation can't be read ({error.strerror})."
        ) from error
