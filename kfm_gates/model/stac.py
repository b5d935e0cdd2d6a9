"""STAC items and collections, as far as the gates read them; JSON Schema elsewhere judges their form."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from kfm_gates.model.base import Array, Count, EvidenceModel, Maybe, Open
from kfm_gates.model.text import NonEmpty, Number


class StacLink(Open):
    """A link; `href` may be relative to the document's own file."""

    rel: NonEmpty
    href: NonEmpty
    type: Maybe[str] = None


class StacAsset(Open):
    """An asset; `checksum` (multihash in hex) and `size` (bytes) are those of the file extension."""

    href: NonEmpty
    type: Maybe[str] = None
    roles: Array[str] = ()
    checksum: Maybe[str] = Field(default=None, alias="file:checksum")
    size: Maybe[Count] = Field(default=None, alias="file:size")


class StacDocument(EvidenceModel, Open):
    """What items and collections share."""

    id: NonEmpty
    stac_version: NonEmpty
    bbox: Maybe[Array[Number]] = None
    links: Array[StacLink]


class StacItem(StacDocument):
    """A STAC item; `kfm:` fields are in `properties`."""

    type: Literal["Feature"]
    properties: dict[str, Any]
    assets: dict[str, StacAsset]


class StacCollection(StacDocument):
    """A STAC collection; `kfm:` fields are at the top level, in `raw`."""

    type: Literal["Collection"]
    license: Maybe[str] = None
    extent: Maybe[dict[str, Any]] = None
    assets: dict[str, StacAsset] = Field(default_factory=dict)
