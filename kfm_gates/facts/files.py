"""The files that a verdict on one dataset version rests on, each pinned by digest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.pointers import walk
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.documents import KINDS
from kfm_gates.facts.origins import Origins
from kfm_gates.facts.other_decisions import OtherDecision
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.prior_version import PriorVersion
from kfm_gates.facts.run_record import RunRecord

DOCUMENTS = frozenset(
    {
        "acquisition", "spec", "checksums", "qa_report", "chunk_report", "dcat", "stac_collection",
        "stac_item", "prov", "receipt", "policy_decision", "manifest", "plan", "status", "pointer",
        "checkpoint", "rerun_request", "rerun_observation", "environment",
    }
)  # fmt: skip
"""Templates of files that a strict parser reads; the ledger is read line by line."""


@dataclass(frozen=True)
class PinnedFile:
    """One file: its digest and size, or why it could not be read."""

    path: str
    template: str
    digest: str | None
    size: int
    problem: str | None


@provides
def pinned_files(facts: Facts, snapshot: Snapshot, index: Index) -> tuple[PinnedFile, ...]:
    """Every file of the subject that exists, read and hashed, sorted by path."""
    found = []
    for path in sorted(named_paths(facts)):
        if path not in snapshot:
            continue
        template = index.name_of(path) or ""
        try:
            content = snapshot.content(path)
        except Unreadable as error:
            found.append(PinnedFile(path, template, None, 0, str(error)))
        else:
            found.append(PinnedFile(path, template, content.digest, content.size, None))
    return tuple(found)


def named_paths(facts: Facts) -> frozenset[str]:
    """Every path that a verdict on the version rests on, whether there is a file or not."""
    return frozenset(_paths(facts))


def _paths(facts: Facts) -> Iterator[str]:
    subject, index, layout = facts.get(Subject), facts.get(Index), facts.get(Layout)
    for template in layout.templates:
        yield from index.of_version(template, subject.slug, subject.version)
    for kind in KINDS:
        try:
            yield from kind.paths(facts)
        except Unmet:
            continue
    yield layout.path("ledger")
    yield from (other.path for other in facts.resolve(tuple[OtherDecision, ...]))  # type: ignore[attr-defined]
    try:
        origins = facts.get(Origins)
    except Unmet:
        origins = Origins((), ())
    for slug, name in origins.acquisitions:
        for template in ("acquisition", "terms", "raw_artifact"):
            yield from index.of_acquisition(template, slug, name)
    for source in origins.versions:  # the way back to the acquisitions was read from their receipts
        yield from index.of_version("receipt", source.slug, source.version)
    yield from _of_prior_version(facts)
    yield from (
        path for path in index.named("quarantined") if index.variables[path][1]["slug"] == subject.slug
    )
    yield from _named_by_receipts(facts, subject, index)
    yield from _witnesses(facts)
    yield from _of_rerun(subject, index)


def _of_rerun(subject: Subject, index: Index) -> Iterator[str]:
    """What decides the mode of a rerun: every acquisition and specification of the dataset."""
    if index.of_version("rerun_request", subject.slug, subject.version):
        for template in ("acquisition", "spec"):
            yield from (p for p in index.named(template) if index.variables[p][1]["slug"] == subject.slug)


def _witnesses(facts: Facts) -> tuple[str, ...]:
    """Receipts of other versions that account for a run that this one rests on."""
    try:
        return facts.get(RunRecord).witnesses
    except Unmet:
        return ()


def _of_prior_version(facts: Facts) -> Iterator[str]:
    """What a version is compared with."""
    try:
        found: Any = facts.resolve(tuple[PriorVersion, ...])
    except Unmet:
        return
    for prior in found:
        yield from (prior.manifest, prior.spec, prior.qa_report)


def _named_by_receipts(facts: Facts, subject: Subject, index: Index) -> Iterator[str]:
    """Files that the subject's receipts name by path, or by digest in the case of environments."""
    receipts = index.of_version("receipt", subject.slug, subject.version)
    for _, document in facts.get(Parsed).readable(receipts):
        for _, value in walk(document):
            if isinstance(value, str):
                if value in index.variables:
                    yield value
                elif (environment := index.environment(value)) is not None:
                    yield environment
