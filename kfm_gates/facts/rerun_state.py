"""In which state the version is: its files, its place among the published, its quarantine, its rights."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.file_paths import file_path
from kfm_gates.facts.given import Tables
from kfm_gates.facts.ledger import Ledger
from kfm_gates.facts.licence_expressions import NoExpression, read_expression
from kfm_gates.facts.notices import Notices
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.producing_runs import in_time
from kfm_gates.facts.releases import PROMOTING
from kfm_gates.facts.rerun_told import Told
from kfm_gates.facts.rerun_vocabulary import Canonical, Known
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.receipt_forms import read_receipt

QUARANTINE = "quarantine"
"""The policy label of what is set aside until rights and sensitivity are settled."""

_MOVING = frozenset({"pointer", "ledger", "checkpoint", "status", None})
"""What changes by its nature after a run wrote it, and addresses elsewhere."""


@dataclass(frozen=True)
class VersionState:
    """The four questions, each with its answer."""

    canonical: Told[Canonical]
    published: Told[Known]
    quarantined: Told[Known]
    settled: Told[Known]


@provides
def version_state(
    facts: Facts, subject: Subject, index: Index, layout: Layout, parsed: Parsed
) -> VersionState:
    """Look at the version as it lies there."""
    spec = _spec(subject, layout, parsed)
    return VersionState(
        _canonical(facts, subject, index, parsed),
        _published(facts, subject, layout),
        _quarantined(facts, subject, layout, spec),
        _settled(facts, spec),
    )


def _canonical(facts: Facts, subject: Subject, index: Index, parsed: Parsed) -> Told[Canonical]:
    receipts: list[Receipt] = []
    for path in index.of_version("receipt", subject.slug, subject.version):
        try:
            receipt, _ = read_receipt(parsed.value(path), path)
        except Unmet:
            receipt = None
        if receipt is None:
            return Told(
                Canonical.UNKNOWN, "a receipt can't be read, so that nobody knows what it wrote", Place(path)
            )
        receipts.append(receipt)
    stated: dict[str, tuple[str, Place]] = {}
    for receipt in in_time(each for each in receipts if each.validation.status == "pass"):
        for number, output in enumerate(
            receipt.outputs
        ):  # of two runs that wrote one file the later one counts
            path_of = file_path(output.uri)
            if (
                path_of is not None
                and facts.get(Layout).match(path_of)
                and _kind(facts, path_of) not in _MOVING
            ):
                stated[path_of] = (output.digest, receipt.at(f"/outputs/{number}/digest"))
    if not stated:
        return Told(Canonical.NONE, "no run of the version has passed yet that wrote anything", Place(""))
    found = {path: _digest(facts.get(Snapshot), path) for path in stated}
    wrong = [path for path, (digest, _) in stated.items() if found[path] != digest]
    if not wrong:
        said = f"all {len(stated)} files that passed runs wrote are as they were written"
        return Told(Canonical.INTACT, said, next(iter(stated.values()))[1])
    if all(each is None for each in found.values()):
        return Told(
            Canonical.LOST,
            f"none of the {len(stated)} files is there that passed runs wrote",
            Place(wrong[0]),
        )
    state = "is gone" if found[wrong[0]] is None else "is not as it was written"
    return Told(Canonical.DAMAGED, f"{wrong[0]} {state}", stated[wrong[0]][1])


def _kind(facts: Facts, path: str) -> str | None:
    match = facts.get(Layout).match(path)
    return match.name if match is not None else None


def _digest(snapshot: Snapshot, path: str) -> str | None:
    if path not in snapshot:
        return None
    try:
        return snapshot.content(path).digest
    except Unreadable:
        return "unreadable"


def _published(facts: Facts, subject: Subject, layout: Layout) -> Told[Known]:
    """By the pointer of the dataset; without one, what was promoted is what users get."""
    path = layout.path("pointer", slug=subject.slug)
    if path in facts.get(Index).variables:
        raw = _value(facts.get(Parsed), path)
        latest = raw.get("latest_version_id") if isinstance(raw, dict) else None
        if not isinstance(latest, str):
            return Told(Known.UNKNOWN, "the published pointer can't be read", Place(path))
        place = Place(path, "/latest_version_id")
        if latest == subject.version:
            return Told(Known.YES, "the published pointer names the version", place)
        return Told(Known.NO, "the published pointer names another version", place)
    try:
        ledger = facts.get(Ledger)
    except Unmet:
        return Told(Known.UNKNOWN, "there is neither a published pointer nor a ledger", Place(path))
    for line in ledger.of_version.get((subject.slug, subject.version), ()):
        if line.operation in PROMOTING and line.status == "pass":
            said = "the version was promoted, and the dataset has no published pointer"
            return Told(Known.YES, said, Place(ledger.path, f"/{line.number}"))
    return Told(Known.NO, "the version was never promoted", Place(ledger.path))


def _quarantined(facts: Facts, subject: Subject, layout: Layout, spec: Told[Json]) -> Told[Known]:
    notice = facts.get(Notices).at(subject)
    path = layout.path("status", slug=subject.slug, version=subject.version)
    if path in facts.get(Index).variables and (notice is None or notice.document is None or notice.findings):
        return Told(Known.UNKNOWN, "the notice about the version can't be read or does not hold", Place(path))
    if notice is not None and notice.document is not None and notice.document.status != "superseded":
        return Told(
            Known.YES, f"a notice says that the version is {notice.document.status}", Place(path, "/status")
        )
    if _label(spec.value) == QUARANTINE:
        return Told(
            Known.YES,
            "its specification has the label quarantine",
            Place(spec.place.file, "/policy/policy_label"),
        )
    return Told(Known.NO, "no notice and no label says that it is in quarantine", Place(path))


def _settled(facts: Facts, spec: Told[Json]) -> Told[Known]:
    """Whether the specification has a label by which data can be promoted, and a licence that SPDX knows."""
    if not isinstance(spec.value, dict):
        return Told(Known.UNKNOWN, "the specification is not there or can't be read", spec.place)
    label, file = _label(spec.value), spec.place.file
    known = facts.get(Tables).table("labels").get(label) if isinstance(label, str) else None
    if known is None or not known["promoted"]:
        said = "the policy label is missing, unknown or quarantine"
        return Told(Known.NO, said, Place(file, "/policy/policy_label"))
    rights = spec.value.get("rights")
    licence = rights.get("license") if isinstance(rights, dict) else None
    try:
        read_expression(licence if isinstance(licence, str) else "")
    except NoExpression:
        return Told(
            Known.NO, "the licence is missing or is none that SPDX knows", Place(file, "/rights/license")
        )
    return Told(Known.YES, "the specification has a label and a licence", Place(file, "/policy/policy_label"))


def _spec(subject: Subject, layout: Layout, parsed: Parsed) -> Told[Json]:
    part = subject.version.split(".")[1:2]
    if not part or not part[0]:
        return Told(None, "", Place(""))
    path = layout.path("spec", slug=subject.slug, spec8=part[0])
    return Told(_value(parsed, path), "", Place(path))


def _label(spec: Json) -> Json:
    policy = spec.get("policy") if isinstance(spec, dict) else None
    return policy.get("policy_label") if isinstance(policy, dict) else None


def _value(parsed: Parsed, path: str) -> Json:
    try:
        return parsed.value(path)
    except Unmet:
        return None
