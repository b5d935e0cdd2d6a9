"""What STAC items say of themselves, as far as they can be read: their ids, and the systems of their artifacts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kfm_gates.evidence.hrefs import BadHref, resolve_href
from kfm_gates.evidence.pointers import join
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.documents import Form
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.stac import StacItem


@dataclass(frozen=True)
class StacSystem:
    """One statement: the artifact at `path` has the system `code` (`EPSG:4326`)."""

    path: str
    code: str
    place: Place


@dataclass(frozen=True)
class StacSystems:
    """All statements of the items; what is wrong with the form of an item is denied by `catalog.stac`."""

    found: tuple[StacSystem, ...]

    def of(self, path: str) -> tuple[StacSystem, ...]:
        """What is stated of one artifact."""
        return tuple(each for each in self.found if each.path == path)


@dataclass(frozen=True)
class StacIds:
    """The ids of the items, and the paths of those that have each."""

    paths: Mapping[str, tuple[str, ...]]

    def of(self, id: str) -> tuple[str, ...]:
        """The items with this id."""
        return self.paths.get(id, ())


@provides
def stac_systems(facts: Facts) -> StacSystems:
    """The reference systems (projection extension)."""
    return StacSystems(tuple(each for path, raw in _items(facts) for each in _of(path, raw)))


@provides
def stac_ids(facts: Facts) -> StacIds:
    """The ids, whatever else is wrong with the items."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, raw in _items(facts):
        if isinstance(raw, dict) and isinstance(raw.get("id"), str):
            found[raw["id"]].append(path)
    return StacIds({id: tuple(paths) for id, paths in found.items()})


def _items(facts: Facts) -> Iterator[tuple[str, Json]]:
    """What can't be read or parsed is denied elsewhere."""
    try:
        forms: Any = facts.resolve(tuple[Form[StacItem], ...])
    except Unmet:
        return
    yield from ((form.path, form.raw) for form in forms)


def _of(path: str, raw: Json) -> Iterator[StacSystem]:
    item: Mapping[str, Json] = raw if isinstance(raw, dict) else {}
    assets, properties = item.get("assets"), item.get("properties")
    for name, asset in assets.items() if isinstance(assets, dict) else ():
        href = asset.get("href") if isinstance(asset, dict) else None
        if not isinstance(href, str):
            continue
        try:
            target = resolve_href(href, path)
        except BadHref:
            continue
        for holder, pointer in ((asset, join("assets", name)), (properties, join("properties"))):
            if (stated := _code(holder)) is not None:
                field, code = stated
                yield StacSystem(target, code, Place(path, f"{pointer}/{field}"))
                break  # what an asset says of itself comes before what the item says of all


def _code(holder: Json) -> tuple[str, str] | None:
    """`proj:code`, or `proj:epsg` of version 1 of the extension."""
    if not isinstance(holder, dict):
        return None
    code, epsg = holder.get("proj:code"), holder.get("proj:epsg")
    if isinstance(code, str):
        return "proj:code", code
    return ("proj:epsg", f"EPSG:{epsg}") if isinstance(epsg, int) and not isinstance(epsg, bool) else None
