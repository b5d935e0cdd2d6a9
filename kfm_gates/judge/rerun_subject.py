"""Which dataset version a rerun is about: by its name, by a run of it, or by the address of a CI job (R-035)."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.errors import EvidenceError, UsageError
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject, discover
from kfm_gates.facts.container import Facts, Unmet
from kfm_gates.facts.ledger import Ledger
from kfm_gates.facts.parsed import Parsed
from kfm_gates.model.rerun_request import RerunRequest


@dataclass(frozen=True)
class Asked:
    """What the caller names. At most one of the three; `subject` is a slug, or a slug with a version."""

    subject: str | None = None
    run_id: str | None = None
    ci_url: str | None = None


def subject_of(asked: Asked, request: RerunRequest | None, facts: Facts) -> Subject | str:
    """The one version that is meant, or a sentence that says why there is none."""
    known = discover(facts.get(Snapshot), facts.get(Layout))
    if asked.subject is not None:
        return _named(asked.subject, known, facts)
    if asked.run_id is not None:
        return _of_run(asked.run_id, facts)
    if asked.ci_url is not None:
        return _of_job(asked.ci_url, request, known, facts)
    if request is None:
        raise UsageError(
            "name what is to be rerun: --subject SLUG[/VERSION], --run RUN_ID, --ci-url URL or --request FILE"
        )
    return _named(f"{request.dataset_slug}/{request.dataset_version_id}", known, facts)


def _named(name: str, known: tuple[Subject, ...], facts: Facts) -> Subject | str:
    slug, slash, version = name.partition("/")
    found = [each for each in known if each.slug == slug and (not slash or each.version == version)]
    if not found:
        return f"there is no dataset version {name} below the root; a new dataset is onboarded, not rerun"
    if len(found) == 1:
        return found[0]
    lines = [
        (each, line.number)
        for each in found
        for line in _ledger(facts).of_version.get((slug, each.version), ())
    ]
    if not lines:
        versions = ", ".join(each.version for each in found)
        raise UsageError(
            f"{name}: has several versions ({versions}), and the ledger knows no run of any; name one"
        )
    return max(lines, key=lambda each: each[1])[0]


def _of_run(run_id: str, facts: Facts) -> Subject | str:
    found = {Subject(line.slug, line.version) for line in _ledger(facts).of_run.get(run_id, ())}
    if len(found) > 1:
        names = ", ".join(sorted(each.id for each in found))
        raise UsageError(
            f"--run {run_id}: the ledger has it for several versions ({names}); name one with --subject"
        )
    return found.pop() if found else f"the ledger knows no run {run_id}"


def _of_job(
    url: str, request: RerunRequest | None, known: tuple[Subject, ...], facts: Facts
) -> Subject | str:
    """By the request that names the job; receipts do not."""
    if request is not None and request.ci_url == url:
        return _named(f"{request.dataset_slug}/{request.dataset_version_id}", known, facts)
    index, found = facts.get(Index), set()
    for path, raw in facts.get(Parsed).readable(index.named("rerun_request")):
        if isinstance(raw, dict) and raw.get("ci_url") == url:
            names = index.variables[path][1]
            found.add(Subject(names["slug"], names["version"]))
    if len(found) > 1:
        names_of = ", ".join(sorted(each.id for each in found))
        raise UsageError(f"--ci-url {url}: several requests name it ({names_of}); name one with --subject")
    return found.pop() if found else f"no rerun request names the CI job {url}"


def _ledger(facts: Facts) -> Ledger:
    try:
        return facts.get(Ledger)
    except Unmet:
        raise EvidenceError("there is no ledger below the root that can be read; name one version") from None
