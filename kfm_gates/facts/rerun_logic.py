"""Whether what a run is made of has changed since the prior run: specification, code, image, parameters (R-039, R-041)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.digests import hex_of
from kfm_gates.evidence.hash_methods import spec_hash
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.rerun_papers import RerunPapers
from kfm_gates.facts.rerun_prior import PriorRun
from kfm_gates.facts.rerun_told import Told, together
from kfm_gates.facts.rerun_vocabulary import Known
from kfm_gates.model.finding import Place

_WORDS = {"container_digest": "image", "git_commit": "code", "params_digest": "parameters"}


@dataclass(frozen=True)
class LogicChange:
    """The two questions, each with its answer."""

    spec: Told[Known]
    code: Told[Known]


@provides
def logic_change(facts: Facts, subject: Subject, papers: RerunPapers, prior: PriorRun) -> LogicChange:
    """Compare the prior run with the registry as it is, and with the environment that the request names."""
    return LogicChange(
        _spec(facts, subject, papers, prior), together(_code(papers, prior), _no_environment(papers))
    )


def _spec(facts: Facts, subject: Subject, papers: RerunPapers, prior: PriorRun) -> Told[Known]:
    """The hash in the version's id (and the receipt, where its form has one) beside that of the registry."""
    request, layout, index = papers.request, facts.get(Layout), facts.get(Index)
    wanted = request.spec_hash if request is not None else None
    part = subject.version.split(".")[1:2]
    before = prior.receipt.spec_hash if prior.receipt is not None else None
    if not part:
        return Told(Known.UNKNOWN, "the version id names no specification", Place(""))
    place = layout.path("spec", slug=subject.slug, spec8=hex_of(wanted)[:8] if wanted else part[0])
    now = _hash(facts, place)
    if now is None:
        return Told(
            Known.UNKNOWN,
            "the specification of the rerun is not in the registry, or has no hash",
            Place(place),
        )
    if wanted is not None and now != wanted:
        return Told(
            Known.UNKNOWN,
            "the registry's specification has another hash than the request names",
            Place(place),
        )
    if before is not None and hex_of(before)[:8] != part[0]:
        said = "the receipt of the prior run names another specification than the version id"
        return Told(Known.UNKNOWN, said, Place(place))
    same = now == before if before is not None else hex_of(now)[:8] == part[0]
    if not same:
        return Told(Known.YES, "the specification has another hash than that of the prior run", Place(place))
    others = _unused(subject, index) if wanted is None else []
    if others:
        said = "the registry has a specification that no version uses yet; `spec_hash` must say which one is meant"
        return Told(Known.UNKNOWN, said, Place(others[0]))
    return Told(Known.NO, "the specification has the hash of the prior run", Place(place, "/spec_hash"))


def _hash(facts: Facts, path: str) -> str | None:
    """The hash that a specification has now, whatever it says of itself."""
    try:
        document = facts.get(Parsed).value(path)
        return spec_hash(document, facts.get(Snapshot).data(path), document["hash_method"])
    except (Unmet, Unreadable, EvidenceError, LookupError, TypeError):
        return None


def _unused(subject: Subject, index: Index) -> list[str]:
    """Specifications of the dataset by which no version is named."""
    used = {
        names["version"].split(".")[1]
        for _, names in index.variables.values()
        if names.get("slug") == subject.slug and names.get("version", "").count(".")
    }
    specs = ((path, index.variables[path][1]) for path in index.named("spec"))
    return [path for path, names in specs if names["slug"] == subject.slug and names["spec8"] not in used]


def _code(papers: RerunPapers, prior: PriorRun) -> Iterator[Told[Known]]:
    """One answer for each of image, code and parameters."""
    request, receipt = papers.request, prior.receipt
    if request is None or request.environment is None:
        return
    for name, word in _WORDS.items():
        place = request.at(f"/environment/{name}")
        before = getattr(receipt.environment, name) if receipt is not None else None
        if before is None:
            yield Told(Known.UNKNOWN, f"the receipt of the prior run does not name its {word}", place)
        elif before != getattr(request.environment, name):
            yield Told(Known.YES, f"the {word} will be another than in the prior run", place)
        else:
            yield Told(Known.NO, "image, code and parameters will be those of the prior run", place)


def _no_environment(papers: RerunPapers) -> Told[Known]:
    place = papers.request.at("") if papers.request is not None else Place("")
    return Told(Known.UNKNOWN, "nobody said in which `environment` the rerun will run", place)
