"""The nodes of DCAT and PROV: each is named after what it stands for, and each artifact has its nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.hrefs import FILE_IRI
from kfm_gates.facts.container import provides
from kfm_gates.facts.link import Link, of_file
from kfm_gates.facts.statements import DCAT, Statement
from kfm_gates.facts.triplet import PROV, VERSION_IRI, Triplet
from kfm_gates.model.finding import Place
from kfm_gates.model.jsonld import Dcat, Prov


@dataclass(frozen=True)
class NodeLinks:
    """From the nodes of DCAT and PROV to what they stand for."""

    links: tuple[Link, ...]


@provides
def node_links(triplet: Triplet, dcat: Dcat, prov: Prov) -> NodeLinks:
    """The dataset, its distributions, the entities, and what is missing or there twice."""
    found = [
        *_dataset(triplet, dcat.at()),
        *_distributions(triplet),
        *_entities(triplet),
        *_unoffered(triplet, dcat.at("/@graph"), prov.at("/@graph")),
    ]
    return NodeLinks(tuple(found))


def _dataset(triplet: Triplet, document: Place) -> Iterator[Link]:
    """The dataset is named after this version."""
    wanted = f"{VERSION_IRI}{triplet.ground.subject.id}"
    nodes = triplet.dcat.of_type(DCAT + "Dataset")
    if not nodes:
        problem = "The DCAT document describes no dataset"
        yield Link(document, "dcat:Dataset", "", wanted, problem, wanted, "Add the node of the version.")
    for row in nodes:
        yield _named(row, wanted, "The IRI of the dataset does not name this dataset version")


def _distributions(triplet: Triplet) -> Iterator[Link]:
    """A distribution is named after the artifact that it offers."""
    for path, node, _ in _offers(triplet):
        if path is not None and triplet.ground.is_own(path, "artifact"):
            name = path.removeprefix(triplet.artifacts)
            wanted = f"kfm://artifact/{triplet.ground.subject.id}/{name}"
            yield _named(
                node, wanted, "The IRI of the distribution does not name the artifact that it offers"
            )


def _entities(triplet: Triplet) -> Iterator[Link]:
    """An entity is a file, or something from outside that a receipt names as an input."""
    outside = {i.uri for receipt in triplet.receipts for i in receipt.inputs}
    for row in triplet.prov.of_type(PROV + "Entity"):
        if row.subject.startswith(FILE_IRI):
            yield _with_origin(triplet, row)
        elif row.subject in outside:
            yield Link(row.place, "prov:Entity", row.subject, row.subject)
        else:
            problem = "The entity is neither a file of the evidence nor an input that a receipt names"
            hint = f"Name files by {FILE_IRI}<path>, and others by the URI in the receipt."
            yield Link(row.place, "prov:Entity", row.subject, None, problem, f"{FILE_IRI}<path>", hint)


def _with_origin(triplet: Triplet, row: Statement) -> Link:
    """An artifact of this version came from somewhere, and PROV must say from which run."""
    link = triplet.ground.follow_iri(row.place, "prov:Entity", row.subject)
    is_artifact = link.problem is None and triplet.ground.is_own(link.target or "", "artifact")
    if not is_artifact or triplet.prov.values(row.subject, PROV + "wasGeneratedBy"):
        return link
    problem = "The entity is an artifact of this version, but no run is said to have generated it"
    hint = "Add prov:wasGeneratedBy with the run_id of the receipt."
    return link.wrong(problem, "prov:wasGeneratedBy", hint)


def _unoffered(triplet: Triplet, dcat: Place, prov: Place) -> Iterator[Link]:
    """What is missing, or there twice, for each artifact."""
    offers, entities = defaultdict(list), defaultdict(list)
    for target, _, url in _offers(triplet):
        offers[target].append(url)
    for row in triplet.prov.of_type(PROV + "Entity"):
        entities[triplet.ground.follow_iri(row.place, "prov:Entity", row.subject).target].append(row)
    for path in triplet.ground.own("artifact"):
        for found, rel, place, noun in (
            (offers[path], "dcat:downloadURL", dcat, "DCAT distribution"),
            (entities[path], "prov:Entity", prov, "PROV entity"),
        ):
            if not found:
                problem = f"No {noun} stands for this artifact"
                yield Link(place, rel, "", path, problem, of_file(path), f"Add a {noun} for {path}.")
            for row in found[1:]:
                problem = f"Another {noun} stands for the same artifact"
                yield Link(row.place, rel, row.value, path, problem, "one per artifact", "Remove one.")


def _offers(triplet: Triplet) -> Iterator[tuple[str | None, Statement, Statement]]:
    """Each distribution and download: the file that it leads to, the node, and the statement."""
    for node in triplet.dcat.of_type(DCAT + "Distribution"):
        for url in triplet.dcat.values(node.subject, DCAT + "downloadURL"):
            yield triplet.ground.follow_iri(url.place, "dcat:downloadURL", url.value).target, node, url


def _named(row: Statement, wanted: str, problem: str) -> Link:
    if row.subject == wanted:
        return Link(row.place, "@id", row.subject, wanted)
    return Link(row.place, "@id", row.subject, None, problem, wanted, f"Write {wanted}.")
