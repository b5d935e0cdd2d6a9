"""The parts of a version id, and what each must be by the spec and the inputs."""

from __future__ import annotations

import re
import typing
from dataclasses import dataclass

from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.digests import hex_of
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, provides
from kfm_gates.model.finding import Place
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.spec import Spec
from kfm_gates.model.text import VersionId

PATTERN: str = typing.get_args(VersionId)[1].pattern


@dataclass(frozen=True)
class NamePart:
    """One part of a version id: what stands there, what it is made of, and the place of that."""

    name: str
    found: str | None
    expected: str | None
    """None when it can't be derived."""
    place: Place


@dataclass(frozen=True)
class VersionName:
    """A version id taken apart; no parts when it does not have the form of one."""

    version: str
    parts: tuple[NamePart, ...]


@provides
def version_name(subject: Subject, facts: Facts) -> VersionName:
    """Derive the version id anew: `<time_slice>.<spec_hash[:8]>.<inputs_digest[:8]>`.

    The second part needs no look: by it the spec was found, and `identity.spec_form` judges the spec's name.
    Older ids have no third part; then there is nothing to derive it from.
    """
    if not re.fullmatch(PATTERN, subject.version):
        return VersionName(subject.version, ())
    spec = facts.get(Spec)
    start, _, *rest = subject.version.split(".")
    parts = [NamePart("time slice", start, spec.time_slice, spec.at("/time_slice"))]
    if rest:
        receipts = typing.cast("tuple[Receipt, ...]", facts.resolve(tuple[Receipt, ...]))
        digests, place = _data_inputs(receipts, facts.get(Layout), subject)
        expected = hex_of(digest_of(sorted(digests)))[:8] if digests else None
        parts.append(NamePart("inputs digest", rest[0], expected, place))
    return VersionName(subject.version, tuple(parts))


def _data_inputs(receipts: tuple[Receipt, ...], layout: Layout, subject: Subject) -> tuple[set[str], Place]:
    """The digests of raw data, and of artifacts of other versions, that the version's runs read."""
    digests: set[str] = set()
    place = receipts[0].at("/inputs")
    for receipt in receipts:
        for reference in receipt.inputs:
            match = layout.match(reference.uri)
            if match is None or match.name not in ("raw_artifact", "artifact"):
                continue
            if (match.variables.get("slug"), match.variables.get("version")) != (
                subject.slug,
                subject.version,
            ):
                digests.add(reference.digest)
                place = receipt.at("/inputs")
    return digests, place
