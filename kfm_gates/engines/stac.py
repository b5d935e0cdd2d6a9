"""Whether a document is valid STAC: core, each declared extension, and no field of an undeclared one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kfm_gates.engines import schema_sources
from kfm_gates.engines.interface import SchemaEngine, SchemaProblem
from kfm_gates.engines.schema_errors import short
from kfm_gates.evidence.pointers import escape
from kfm_gates.model.finding import Json

_FORMS = {
    "Feature": "item-spec/json-schema/item.json",
    "Collection": "collection-spec/json-schema/collection.json",
    "Catalog": "catalog-spec/json-schema/catalog.json",
}
_PREFIXED = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):.")
_FREE_PREFIXES = frozenset({"kfm"})
_NAME_MAPS = frozenset({"assets", "item_assets"})
"""Objects whose keys are names that the author chose, not fields."""
_OPAQUE = frozenset({"geometry", "headers", "body"})


def stac_problems(engine: SchemaEngine, document: Json) -> tuple[SchemaProblem, ...]:
    """Everything wrong with a STAC item, collection or catalog of any profile."""
    if not isinstance(document, dict):
        return (SchemaProblem("", "A STAC document must be an object.", short(document), "an object"),)
    core = _core(engine, document)
    if isinstance(core, SchemaProblem):
        return (core,)
    found = list(engine.problems(core, document))
    known = []
    for index, uri in enumerate(_extensions(document)):
        if engine.knows(uri):
            known.append(uri)
            found += engine.problems(uri, document)
        else:
            found.append(_unknown(f"/stac_extensions/{index}", uri))
    prefixes = _FREE_PREFIXES | {prefix for uri in known for prefix in _prefixes(engine.schema(uri))}
    found += _undeclared(document, "", prefixes)
    return tuple(sorted(set(found)))


def profile_problems(engine: SchemaEngine, document: Json) -> tuple[SchemaProblem, ...]:
    """What is wrong with an item or collection under the KFM profile; see `stac_problems` for STAC itself."""
    kind = document.get("type") if isinstance(document, dict) else None
    uri = {"Feature": schema_sources.KFM_ITEM, "Collection": schema_sources.KFM_COLLECTION}.get(str(kind))
    if uri is None:
        message = "The KFM profile knows items and collections only."
        return (SchemaProblem("/type", message, short(kind), "Feature or Collection"),)
    return engine.problems(uri, document)


def _core(engine: SchemaEngine, document: dict[str, Json]) -> str | SchemaProblem:
    kind, version = document.get("type"), document.get("stac_version")
    if not isinstance(kind, str) or kind not in _FORMS:
        return SchemaProblem("/type", "`type` is not a STAC type.", short(kind), ", ".join(_FORMS))
    uri = f"https://schemas.stacspec.org/v{version}/{_FORMS[kind]}"
    if not isinstance(version, str) or not engine.knows(uri):
        message = "The STAC version has no schema here, so the document can't be judged."
        return SchemaProblem(
            "/stac_version", message, short(version), schema_sources.STAC_VERSION, _how_to_lock(uri)
        )
    return uri


def _extensions(document: dict[str, Json]) -> list[str]:
    declared = document.get("stac_extensions")
    return [uri if isinstance(uri, str) else "" for uri in declared] if isinstance(declared, list) else []


def _unknown(pointer: str, uri: str) -> SchemaProblem:
    message = "The declared extension has no schema here, so its fields can't be judged."
    return SchemaProblem(pointer, message, short(uri), "a vendored or locked extension", _how_to_lock(uri))


def _how_to_lock(uri: str) -> str:
    return f"If you trust it, pin it: kfm-gates schemas lock {short(uri)}"


def _prefixes(schema: Json) -> Iterator[str]:
    """The prefixes of the fields that an extension's schema names."""
    if isinstance(schema, list):
        for item in schema:
            yield from _prefixes(item)
    elif isinstance(schema, dict):
        for key, value in schema.items():
            if key in ("properties", "required") and isinstance(value, dict | list):
                yield from (found[1] for name in value if (found := _PREFIXED.match(str(name))))
            yield from _prefixes(value)


def _undeclared(value: Json, pointer: str, declared: frozenset[str] | set[str]) -> Iterator[SchemaProblem]:
    """Fields `prefix:name` whose extension is not declared: no schema has ever looked at them."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _undeclared(item, f"{pointer}/{index}", declared)
        return
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        at = f"{pointer}/{escape(key)}"
        prefixed = _PREFIXED.match(key)
        if prefixed and prefixed[1] not in declared:
            message = f"The field `{key}` belongs to no extension that `stac_extensions` declares."
            hint = "Declare the extension that defines it, or drop the field; kfm: is free."
            yield SchemaProblem(at, message, key, f"a declared extension for {prefixed[1]}:", hint)
        elif key in _NAME_MAPS and isinstance(item, dict):
            for name, asset in item.items():
                yield from _undeclared(asset, f"{at}/{escape(name)}", declared)
        elif not prefixed and key not in _OPAQUE:
            yield from _undeclared(item, at, declared)
