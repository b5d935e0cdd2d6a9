"""Which digest and size fields a document has, and which file each of them speaks of.

A reference is found by the document's kind and shape alone; what has another shape is passed over, so that
`seal` can work on documents that are broken on purpose.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kfm_gates.evidence.layout import Layout, Match
from kfm_gates.model.finding import Json

FILE_IRI = "kfm://file/"
_REPORTED = frozenset({"transform", "validate", "catalog", "promote", "ingest+publish"})


@dataclass(frozen=True)
class Reference:
    """The field `holder[key]`, in the spelling `form`, belongs to the file `target`.

    `form` is "digest" (sha256:…), "hex", "multihash" (1220…), "size" (int), "size text" (decimal digits) or
    "spec_hash" (the value stated in the spec `target`).
    """

    holder: Any
    key: str | int
    target: str
    form: str


def references(document: Json, path: str, match: Match, layout: Layout, spec: str | None) -> list[Reference]:
    """All references of a parsed document; `spec` is the path of its version's spec, when there is one."""
    finder = _FINDERS.get(match.name)
    if finder is None or not isinstance(document, dict):
        return []
    return [
        reference
        for reference in finder(document, path, match, layout, spec)
        if _holds_text_or_size(reference) and reference.target != path
    ]


def _holds_text_or_size(reference: Reference) -> bool:
    try:
        value = reference.holder[reference.key]
    except (KeyError, IndexError, TypeError):
        return False
    if reference.form == "size":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)


_Finder = Callable[[dict[str, Any], str, Match, Layout, str | None], Iterator[Reference]]


def _acquisition(
    document: dict[str, Any], path: str, match: Match, layout: Layout, spec: str | None
) -> Iterator[Reference]:
    yield from _pinned([document.get("terms")], "path")
    yield from _pinned(document.get("artifacts"), "path")


def _checksums(
    document: dict[str, Any], path: str, match: Match, layout: Layout, spec: str | None
) -> Iterator[Reference]:
    artifacts = document.get("artifacts")
    if isinstance(artifacts, dict):
        for target in artifacts:
            yield Reference(artifacts, target, target, "digest")


def _qa_report(
    document: dict[str, Any], path: str, match: Match, layout: Layout, spec: str | None
) -> Iterator[Reference]:
    yield from _pinned(document.get("artifacts"), "path")
    yield from _spec_hash(document, "spec_hash", spec)


def _receipt(
    document: dict[str, Any], path: str, match: Match, layout: Layout, spec: str | None
) -> Iterator[Reference]:
    yield from _pinned(document.get("inputs"), "uri")
    yield from _pinned(document.get("outputs"), "uri")
    report = _report_of(document, match, layout)
    validation = document.get("validation")
    if report is not None and isinstance(validation, dict):
        yield Reference(validation, "report_digest", report, "digest")
    yield from _spec_hash(document, "spec_hash", spec)  # the form of index backfills has one


def _report_of(receipt: dict[str, Any], match: Match, layout: Layout) -> str | None:
    """What validated a run: for an ingest the acquisition it wrote, for a version's run its or its chunk's report."""
    operation = receipt.get("operation")
    if operation == "ingest":
        outputs = receipt.get("outputs")
        for entry in outputs if isinstance(outputs, list) else []:
            uri = entry.get("uri") if isinstance(entry, dict) else None
            found = layout.match(uri) if isinstance(uri, str) else None
            if found is not None and found.name == "acquisition":
                return str(uri)
        return None
    if not isinstance(operation, str) or operation not in _REPORTED:
        return None
    main = _of_version("qa_report", match, layout)
    written = _written(receipt)
    chunks = sorted(
        path for path in written if (found := layout.match(path)) and found.name == "chunk_report"
    )
    return main if main in written or not chunks else chunks[0]


def _written(receipt: dict[str, Any]) -> set[str]:
    outputs = receipt.get("outputs")
    uris = (
        [entry.get("uri") for entry in outputs if isinstance(entry, dict)]
        if isinstance(outputs, list)
        else []
    )
    return {uri for uri in uris if isinstance(uri, str)}


def _policy_decision(
    document: dict[str, Any], path: str, match: Match, layout: Layout, spec: str | None
) -> Iterator[Reference]:
    yield from _spec_hash(document, "spec_hash", spec)


def _manifest(
    document: dict[str, Any], path: str, match: Match, layout: Layout, spec: str | None
) -> Iterator[Reference]:
    yield from _pinned(document.get("artifacts"), "path")
    yield from _pinned(document.get("catalogs"), "path")
    qa, report = document.get("qa"), _of_version("qa_report", match, layout)
    if isinstance(qa, dict) and report is not None:
        yield Reference(qa, "report_digest", report, "digest")
    yield from _spec_hash(document, "spec_hash", spec)


def _pointer(
    document: dict[str, Any], path: str, match: Match, layout: Layout, spec: str | None
) -> Iterator[Reference]:
    yield from _pinned([document.get("manifest")], "path")


def _stac(
    document: dict[str, Any], path: str, match: Match, layout: Layout, spec: str | None
) -> Iterator[Reference]:
    assets, links = document.get("assets"), document.get("links")
    holders = list(assets.values()) if isinstance(assets, dict) else []
    for holder in holders + (links if isinstance(links, list) else []):
        href = holder.get("href") if isinstance(holder, dict) else None
        if isinstance(href, str):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), href))
            yield Reference(holder, "file:checksum", target, "multihash")
            yield Reference(holder, "file:size", target, "size")
    yield from _spec_hash(document, "kfm:spec_hash", spec)
    properties = document.get("properties")
    if isinstance(properties, dict):
        yield from _spec_hash(properties, "kfm:spec_hash", spec)


def _linked(
    document: dict[str, Any], path: str, match: Match, layout: Layout, spec: str | None
) -> Iterator[Reference]:
    """DCAT and PROV: files are named by `kfm://file/<path>`."""
    graph = document.get("@graph", [document])
    nodes = [node for node in graph if isinstance(node, dict)] if isinstance(graph, list) else []
    by_iri = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    for node in nodes:
        yield from _slots(node, "kfm:digest", [node.get("@id")], "digest")
        yield from _slots(node, "kfm:receipt_digest", _iris(node.get("kfm:receipt")), "digest")
        files = _iris(node.get("dcat:downloadURL"))
        yield from _slots(node, "dcat:byteSize", files, "size text")
        for iri in _iris(node.get("spdx:checksum")):
            yield from _slots(by_iri.get(str(iri), {}), "spdx:checksumValue", files, "hex")
        if spec is not None:
            yield from _slots(node, "kfm:spec_hash", [FILE_IRI + spec], "spec_hash")


def _slots(node: dict[str, Any], term: str, iris: list[Any], form: str) -> Iterator[Reference]:
    """The place of a literal: the term itself, or the `@value` inside its typed value."""
    if len(iris) != 1 or not isinstance(iris[0], str) or not iris[0].startswith(FILE_IRI):
        return
    holder: Any = node
    key: str | int = term
    value = node.get(term)
    if isinstance(value, list) and len(value) == 1:
        holder, key, value = value, 0, value[0]
    if isinstance(value, dict):
        holder, key, value = value, "@value", value.get("@value")
    if form == "size text" and isinstance(value, int):
        form = "size"
    yield Reference(holder, key, iris[0].removeprefix(FILE_IRI), form)


def _iris(value: Any) -> list[Any]:
    return [
        item.get("@id") if isinstance(item, dict) else item
        for item in (value if isinstance(value, list) else [value])
    ]


def _pinned(entries: Any, name: str) -> Iterator[Reference]:
    for entry in entries if isinstance(entries, list) else []:
        target = entry.get(name) if isinstance(entry, dict) else None
        if isinstance(target, str):
            yield Reference(entry, "digest", target, "digest")
            yield Reference(entry, "size", target, "size")


def _spec_hash(holder: dict[str, Any], key: str, spec: str | None) -> Iterator[Reference]:
    if spec is not None:
        yield Reference(holder, key, spec, "spec_hash")


def _of_version(name: str, match: Match, layout: Layout) -> str | None:
    variables = {key: match.variables[key] for key in ("slug", "version") if key in match.variables}
    return layout.path(name, **variables) if len(variables) == 2 else None


_FINDERS: dict[str, _Finder] = {
    "acquisition": _acquisition,
    "checksums": _checksums,
    "qa_report": _qa_report,
    "receipt": _receipt,
    "dcat": _linked,
    "prov": _linked,
    "stac_collection": _stac,
    "stac_item": _stac,
    "policy_decision": _policy_decision,
    "manifest": _manifest,
    "chunk_report": _qa_report,
    "pointer": _pointer,
}
