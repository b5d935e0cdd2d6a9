"""The releases of a dataset: every version of it that has a manifest, and whether the ledger says promoted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import provides
from kfm_gates.facts.ledger import Ledger
from kfm_gates.facts.ledger_lines import LedgerLine
from kfm_gates.facts.notices import Notice, Notices
from kfm_gates.facts.parsed import Parsed
from kfm_gates.model.finding import Json, Place

PROMOTING = frozenset({"promote", "ingest+publish"})
"""Operations that release a version."""


@dataclass(frozen=True)
class Release:
    """One manifest as it is written, without trust in its form: what is no text is None."""

    slug: str
    version: str
    path: str
    label: str | None
    released_at: str | None
    supersedes: str | None
    dataset_id: str | None
    promoted: bool
    """Whether the ledger has a passed promotion of the version."""
    notice: Notice | None
    """The notice that it is out of use, if there is one that holds."""

    @property
    def time_slice(self) -> str:
        """The first part of the version id: the period that the version is about."""
        return self.version.partition(".")[0]

    @property
    def place(self) -> Place:
        """Where its `supersedes` stands or would stand."""
        return Place(self.path, "/supersedes" if self.supersedes is not None else "")


@dataclass(frozen=True)
class Releases:
    """All releases of a root by dataset, sorted by version."""

    by_dataset: Mapping[str, tuple[Release, ...]]

    def of(self, slug: str) -> tuple[Release, ...]:
        """The releases of one dataset."""
        return self.by_dataset.get(slug, ())

    def get(self, slug: str, version: str) -> Release | None:
        """One release, or None when the version has no manifest that can be read."""
        return next((each for each in self.of(slug) if each.version == version), None)


@provides(shared=True)
def releases(index: Index, parsed: Parsed, ledger: Ledger, notices: Notices) -> Releases:
    """Read every manifest of the root once. One that can't be read is denied with its own version."""
    found: dict[str, list[Release]] = defaultdict(list)
    for path, raw in parsed.readable(index.named("manifest")):
        if isinstance(raw, dict):
            names = index.variables[path][1]
            release = _release(Subject(names["slug"], names["version"]), path, raw, ledger, notices)
            found[release.slug].append(release)
    return Releases({slug: tuple(sorted(each, key=lambda r: r.version)) for slug, each in found.items()})


def _release(subject: Subject, path: str, raw: dict[str, Json], ledger: Ledger, notices: Notices) -> Release:
    policy = raw.get("policy")
    return Release(
        subject.slug,
        subject.version,
        path,
        _text(policy.get("policy_label")) if isinstance(policy, dict) else None,
        _text(raw.get("released_at")),
        _text(raw.get("supersedes")),
        _text(raw.get("dataset_id")),
        any(line.operation in PROMOTING and line.status == "pass" for line in _lines(ledger, subject)),
        notices.of(subject),
    )


def _lines(ledger: Ledger, subject: Subject) -> Iterator[LedgerLine]:
    yield from ledger.of_version.get((subject.slug, subject.version), ())


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


@dataclass(frozen=True)
class Embargoes:
    """Until when releases may not be served, by their specifications; read only for those that are asked for."""

    _parsed: Parsed
    _layout: Layout

    def until(self, release: Release) -> str | None:
        """`policy.embargo_until` of a release's specification; None when it has none that can be read."""
        parts = release.version.split(".")
        if len(parts) < 2 or not parts[1]:
            return None
        path = self._layout.path("spec", slug=release.slug, spec8=parts[1])
        for _, raw in self._parsed.readable((path,)):
            policy = raw.get("policy") if isinstance(raw, dict) else None
            return _text(policy.get("embargo_until")) if isinstance(policy, dict) else None
        return None


@provides(shared=True)
def embargoes(parsed: Parsed, layout: Layout) -> Embargoes:
    """See Embargoes."""
    return Embargoes(parsed, layout)
