"""Which acquisitions a dataset version goes back to, found by following its receipts.

The walk is lenient on purpose: it takes any string in a receipt that is a path of a raw artifact, and
goes on through the artifacts of other versions. Whether those claims are true is for checks to say.
"""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.pointers import walk
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import provides
from kfm_gates.facts.parsed import Parsed


@dataclass(frozen=True)
class Origins:
    """What a version was made from, directly or through other versions."""

    acquisitions: tuple[tuple[str, str], ...]
    """Pairs of dataset slug and acquisition id, sorted."""
    versions: tuple[Subject, ...]
    """The other dataset versions on the way, sorted."""


@provides
def origins(subject: Subject, index: Index, layout: Layout, parsed: Parsed) -> Origins:
    """Follow the receipts of a version back to its acquisitions."""
    acquisitions: set[tuple[str, str]] = set()
    seen, pending = {subject}, [subject]
    while pending:
        version = pending.pop()
        for path in index.of_version("receipt", version.slug, version.version):
            if version == subject:
                parsed.value(path)  # an unreadable receipt of the subject itself must not shorten the walk
            for _, document in parsed.readable((path,)):
                for _, text in walk(document):
                    match = layout.match(text) if isinstance(text, str) else None
                    if match is None:  # else it counts, whether the file is there or not
                        continue
                    name, variables = match.name, match.variables
                    if name in ("raw_artifact", "terms", "acquisition"):
                        acquisitions.add((variables["slug"], variables["acquisition_id"]))
                    elif name == "artifact":
                        other = Subject(variables["slug"], variables["version"])
                        if other not in seen:
                            seen.add(other)
                            pending.append(other)
    return Origins(tuple(sorted(acquisitions)), tuple(sorted(seen - {subject})))
