"""One link of the catalog triplet, and the ground on which links are followed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kfm_gates.evidence.hrefs import FILE_IRI, BadHref, file_of_iri, is_web, resolve_href
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import provides
from kfm_gates.model.finding import Place

ACROSS = frozenset(
    {
        "asset", "describedby", "provenance", "via", "dcat:Dataset", "dcat:downloadURL", "kfm:receipt",
        "kfm:stac", "prov:Entity", "prov:wasGeneratedBy",
    }
)  # fmt: skip
"""The relations that tie STAC, DCAT, PROV, receipts and artifacts to one another."""


@dataclass(frozen=True)
class Link:
    """A link that is there, or one that should be (then `href` is empty).

    `rel` is the relation in STAC, `asset`, or the compact name of the property in DCAT and PROV. `target` is
    the path or the node IRI that it leads to, None when it leads nowhere. `problem` is a sentence, None when
    nothing is wrong. `web` says that the href is an http(s) URL, which nobody follows.
    """

    place: Place
    rel: str
    href: str
    target: str | None
    problem: str | None = None
    expected: str = ""
    hint: str = ""
    web: bool = False

    @property
    def misses(self) -> bool:
        """Whether documents miss one another here: the link is absent, or leads to the wrong thing.

        Then `catalog.cross_links` says so; that a link leads nowhere at all is for `catalog.links`.
        """
        astray = self.problem is not None and (self.target is not None or not self.href)
        return astray and self.rel in ACROSS

    def wrong(self, problem: str, expected: str, hint: str) -> Link:
        """The same link, with what is wrong about where it leads."""
        return replace(self, problem=problem, expected=expected, hint=hint)


@dataclass(frozen=True)
class Ground:
    """The files that links may lead to."""

    subject: Subject
    index: Index
    snapshot: Snapshot

    def follow(self, place: Place, rel: str, href: str) -> Link:
        """A relative reference or URL, as it stands in the file of `place`."""
        if is_web(href):
            return Link(place, rel, href, None, web=True)
        try:
            path = resolve_href(href, place.file)
        except BadHref as error:
            return _nowhere(place, rel, href, f"The href {error}")
        return self._to_file(place, rel, href, path)

    def follow_iri(self, place: Place, rel: str, iri: str) -> Link:
        """An IRI `kfm://file/<path>`."""
        try:
            path = file_of_iri(iri)
        except BadHref as error:
            return _nowhere(place, rel, iri, f"The IRI {error}")
        return self._to_file(place, rel, iri, path)

    def is_own(self, path: str, template: str | None = None) -> bool:
        """Whether a file belongs to this dataset version, and to a template if one is given."""
        name, variables = self.index.variables.get(path, ("", {}))
        own = (variables.get("slug"), variables.get("version")) == (self.subject.slug, self.subject.version)
        return own and template in (None, name)

    def own(self, template: str) -> tuple[str, ...]:
        """The files of a template that belong to this dataset version."""
        return self.index.of_version(template, self.subject.slug, self.subject.version)

    def _to_file(self, place: Place, rel: str, href: str, path: str) -> Link:
        if path not in self.snapshot:
            hint = "Correct the href, or add the file."
            return _nowhere(place, rel, href, f"There is no file {path}", hint)
        if path in self.snapshot.irregular:
            return _nowhere(place, rel, href, f"The file {path} {self.snapshot.irregular[path]}")
        return Link(place, rel, href, path)


def _nowhere(
    place: Place,
    rel: str,
    href: str,
    problem: str,
    hint: str = "Write a path relative to this file, or kfm://file/<path> in JSON-LD.",
) -> Link:
    return Link(place, rel, href, None, problem, "one file of the evidence", hint)


@provides
def ground(subject: Subject, index: Index, snapshot: Snapshot) -> Ground:
    """The files below the root."""
    return Ground(subject, index, snapshot)


def of_file(path: str) -> str:
    """The IRI of a file."""
    return FILE_IRI + path
