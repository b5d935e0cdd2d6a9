"""One run of the gates: from a request to the gate decision. Runs only in the judge process."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kfm_gates.errors import EngineError, PermitMismatch, UsageError
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Folder, Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.evidence.tree import paths_digest
from kfm_gates.facts.container import Facts
from kfm_gates.facts.files import PinnedFile
from kfm_gates.facts.given import Clock, ShapeChecks, Since, Tables
from kfm_gates.facts.graphs import GraphReport
from kfm_gates.facts.parsed import Parsed
from kfm_gates.judge.bench_engines import Engines
from kfm_gates.judge.configuration import load_configuration
from kfm_gates.judge.decision import canonical, statement, subject_result
from kfm_gates.judge.known_answers import Prover
from kfm_gates.judge.link_report import JUDGED_BY, link_report
from kfm_gates.judge.profile import Gate
from kfm_gates.judge.redaction import Redaction
from kfm_gates.judge.request import Request, Target, resolve_targets
from kfm_gates.judge.running import judge, plan, refuse_incomplete
from kfm_gates.judge.scope import scope_of
from kfm_gates.judge.settled import JudgedSubject, settled
from kfm_gates.judge.suite import Suite, assemble
from kfm_gates.judge.toml_table import did_you_mean
from kfm_gates.model.finding import Json
from kfm_gates.model.text import instant

Progress = Callable[[str, str], None]
"""Called with a subject's id and a check's id as each check ends."""

EXIT_CODES = {"PASS": 0, "WAIVED": 0, "DENY": 1, "ERROR": 3, "ABSTAIN": 4}
NO_SUBJECT = 5


@dataclass
class Run:
    """What one run came to."""

    suite: Suite
    target: Target
    evaluated_at: str
    statement: Json = None
    decision: bytes = b""
    decision_digest: str = ""
    exit_code: int = NO_SUBJECT
    links: Json = None
    """The link report of each version of which the links were judged, if a record is kept."""
    files: dict[str, str] = field(default_factory=dict)
    """Path to digest of every file that the decision rests on."""
    paths_digest: str = ""
    """The digest of every path below the folders of the layout."""
    no_subject: str = ""
    """Why there was nothing to judge, as a sentence."""
    seconds: dict[str, float] = field(default_factory=dict)


def prepare(request: Request) -> tuple[Suite, Target]:
    """Everything about a request that can be wrong before evidence is read; raises UsageError."""
    folder = Path(request.folder)
    file = folder / request.configuration if request.configuration else None
    configuration = load_configuration(file, folder, None)
    target = resolve_targets(request.targets, folder, configuration.root, configuration.layout)
    configuration = load_configuration(file, folder, target.root)
    suite = assemble(configuration, request.profile)
    refuse_policy_inside(suite, target.root)
    if request.operation is not None and request.operation != suite.profile.operation:
        raise UsageError(
            f"the profile {suite.profile.name} is for the operation {suite.profile.operation!r}, "
            f"not {request.operation!r}"
        )
    gates = [gate.name for gate in suite.profile.gates] + [g.label for g in suite.profile.gates if g.label]
    for name, known, what in ((request.gates, gates, "gate"), (request.checks, list(suite.checks), "check")):
        for each in name:
            if each not in known:
                raise UsageError(
                    f"unknown {what} {each!r} in the profile {suite.profile.name}{did_you_mean(each, known)}"
                )
    if request.expect_pack is not None and request.expect_pack != suite.pack_digest:
        raise PermitMismatch(
            f"the policy pack is {suite.pack_digest}, not the expected {request.expect_pack}"
        )
    if request.evaluated_at is not None:
        try:
            instant(request.evaluated_at)
        except ValueError as error:
            raise UsageError(
                f"--evaluated-at {request.evaluated_at}: write a time as 2026-10-01T12:00:00Z"
            ) from error
    return suite, target


def refuse_policy_inside(suite: Suite, root: Path) -> None:
    """Raise UsageError for a profile or a pack that lies among what it would judge."""
    for file in suite.policy_files():
        if file.is_relative_to(root):
            raise UsageError(
                f"{file}: policy is never read from inside the evidence root ({root}); move it out of the root"
            )


def run(request: Request, suite: Suite, target: Target, progress: Progress) -> Run:
    """Judge what was prepared. The decision is complete, or an error is raised; nothing is written."""
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    done = Run(suite, target, request.evaluated_at or now)
    policy = suite.pack_digest
    snapshot = Snapshot(Folder(target.root))
    layout = suite.configuration.layout
    scope = scope_of(request, suite, target, snapshot, done.evaluated_at)
    subjects, aside, done.no_subject = scope.subjects, scope.aside, scope.no_subject
    request = dataclasses.replace(request, changed_since=scope.commit)
    if not subjects:
        return done
    if request.jobs > 1 and len(subjects) > 1:
        from kfm_gates.judge.parallel import judge_in_processes

        judged = judge_in_processes(request, done.evaluated_at, subjects, progress)
    else:
        judged = judge_here(request, suite, snapshot, done.evaluated_at, subjects, progress)
    if suite.pack_digest_now() != policy:
        raise EngineError(
            "the policy pack changed while it judged, so nothing is decided; run the gates again"
        )
    results = settled(judged, snapshot, layout, [each.notice for each in aside])
    done.files = {f["path"]: f["digest"] for each in results for f in each["files"]}
    done.paths_digest = paths_digest(snapshot.paths, layout.zones())
    done.links = [each.links for each in judged if each.links is not None] or None
    done.statement = statement(
        suite,
        suite.profile.operation,
        done.evaluated_at,
        request.partial,
        results,
        [each.document() for each in aside],
    )
    done.decision, done.decision_digest = canonical(done.statement)
    done.exit_code = EXIT_CODES[done.statement["predicate"]["status"]]
    return done


def judge_here(
    request: Request,
    suite: Suite,
    snapshot: Snapshot,
    evaluated_at: str,
    subjects: Sequence[Subject],
    progress: Progress,
) -> list[JudgedSubject]:
    """Judge subjects in this process, after its engines and checks have passed their known-answer tests."""
    layout = suite.configuration.layout
    shared: dict[Any, object] = {}
    judged = []
    with Engines(suite) as engines:
        prover = Prover(suite, engines)
        index = Index(snapshot, layout)
        for subject in subjects:
            since = Since(request.changed_since)  # by now a commit
            ahead = prover.given({})
            given = given_facts(suite, ahead, snapshot, layout, index, subject, evaluated_at, since)
            facts = Facts(given, shared)
            judged.append(judge_one(request, suite, facts, subject, progress, prover.prove))
            own = index.all_of_version(subject.slug, subject.version)
            snapshot.release(own)
            facts.get(Parsed).forget(own)
    return judged


def given_facts(
    suite: Suite,
    given: Mapping[Any, object],
    snapshot: Snapshot,
    layout: Layout,
    index: Index,
    subject: Subject,
    evaluated_at: str,
    since: Since = Since(),  # noqa: B008
) -> dict[Any, object]:
    """What the facts about a subject are computed from; `given` is what a Prover gives."""
    return {
        Snapshot: snapshot,
        Layout: layout,
        Index: index,
        Subject: subject,
        Clock: Clock(evaluated_at),
        Since: since,
        Tables: suite.tables,
        ShapeChecks: suite.shapes,
        **given,
    }


def judge_one(
    request: Request,
    suite: Suite,
    facts: Facts,
    subject: Subject,
    progress: Progress,
    prove: Callable[[Iterable[str]], None] = lambda checks: None,
) -> JudgedSubject:
    """Make the docket of one subject, have its checks proven, then judge every entry of it."""

    def selected(gate: Gate, check: str) -> bool:
        by_gate = not request.gates or gate.name in request.gates or gate.label in request.gates
        return by_gate and (not request.checks or check in request.checks)

    docket = plan(suite, facts, selected)
    waits = any(gate.needs for gate, _ in docket.planned)  # then what other gates say decides too
    planned = [check for _, group in docket.planned for check in group.checks]
    prove(suite.checks if waits else suite.with_needs(planned))
    facts.get(GraphReport).ask_ahead(set(planned) & set(suite.shapes.files))
    entries = judge(suite, facts, docket, subject.id, lambda check: progress(subject.id, check))
    refuse_incomplete(docket, entries, subject.id)
    links = link_report(facts) if request.record and JUDGED_BY in planned else None
    files = facts.resolve(tuple[PinnedFile, ...])
    snapshot = facts.get(Snapshot)
    redaction = Redaction.of(facts, [entry.status for entry in entries])
    result = subject_result(subject.id, docket, entries, files, snapshot, redaction)  # type: ignore[arg-type]
    stamps = {file["path"]: snapshot.content(file["path"]).stamp for file in result["files"]}
    return JudgedSubject(result, stamps, links)
