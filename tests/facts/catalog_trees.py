"""Small changes to the catalogs of the Kansas counties, with what follows from the tree filled in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.support.judging import kansas

from .on_trees import LAYOUT, path, subject

Tree = dict[str, bytes]


def item(name: str = "parquet", label: str = "public") -> str:
    one = subject(label)
    belongs = LAYOUT.glob("stac_item", slug=one.slug, version=one.version)
    (found,) = (each for each in kansas() if belongs(each) and name in each)
    return found


def artifact(name: str = "parquet", label: str = "public") -> str:
    one = subject(label)
    return f"data/processed/{one.slug}/{one.version}/artifacts/counties.{name}"


def receipt(name: str, label: str = "public") -> str:
    one = subject(label)
    return f"data/receipts/{one.slug}/{one.version}/{name}.json"


def changed(file: str, change: Callable[[Any], object], tree: Tree | None = None) -> Tree:
    """The tree with one JSON document changed in place."""
    tree = dict(kansas()) if tree is None else tree
    document = json.loads(tree[file])
    change(document)
    return {**tree, file: json.dumps(document).encode()}


def node(document: Any, iri: str) -> Any:
    """The node of a JSON-LD document whose IRI ends so."""
    (found,) = (each for each in document["@graph"] if each["@id"].endswith(iri))
    return found


def link(document: Any, rel: str) -> Any:
    return next(each for each in document["links"] if each["rel"] == rel)


__all__ = ["artifact", "changed", "item", "link", "node", "path", "receipt"]
