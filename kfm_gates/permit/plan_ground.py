"""Where a plan stands: the evidence, the stores and the gates as they are now. Nothing is written."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from kfm_gates.checks.pack import HOUSE, known_ids
from kfm_gates.errors import EngineError, UsageError
from kfm_gates.evidence.reading import Stamp, Unreadable, read_once, stamp_of
from kfm_gates.evidence.snapshot import Folder, Snapshot
from kfm_gates.judge.configuration import Configuration, load_configuration
from kfm_gates.judge.launch import Verdict
from kfm_gates.judge.profile_file import load_profile
from kfm_gates.judge.request import Request, resolve_targets
from kfm_gates.model.finding import Json
from kfm_gates.model.index_plan import PlanIntent
from kfm_gates.model.text import instant
from kfm_gates.planning.enumeration import Enumeration, enumerate_versions
from kfm_gates.planning.rules_of_findings import Found
from kfm_gates.stores.interface import Observation, Question


@dataclass(frozen=True)
class Ground:
    """One root under one configuration, as of one moment of the caller's clock."""

    request: Request
    configuration: Configuration
    root: Path
    evaluated_at: str

    @classmethod
    def of(cls, request: Request) -> Ground:
        """What a request stands on; raises UsageError for a root, configuration or time that is none."""
        folder = Path(request.folder)
        file = folder / request.configuration if request.configuration else None
        configuration = load_configuration(file, folder, None)
        target = resolve_targets(request.targets, folder, configuration.root, configuration.layout)
        if target.named:
            raise UsageError("a plan names its versions itself; give the evidence root, not a manifest")
        if request.partial:
            raise UsageError("a plan needs the whole profile; leave out what narrows it")
        at = request.evaluated_at or datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            instant(at)
        except ValueError as error:
            raise UsageError(f"--evaluated-at {at}: write a time as 2026-10-01T12:00:00Z") from error
        return cls(request, load_configuration(file, folder, target.root), target.root, at)

    @cached_property
    def known_checks(self) -> frozenset[str]:
        """The checks, gates and labels that a validation step may name."""
        profile = load_profile(self.request.profile or self.configuration.profile, self.configuration.folder)
        packs = [known_ids(Path(pack)) for pack in profile.packs]
        gates = [name for gate in profile.gates for name in (gate.name, gate.label) if name]
        return frozenset({*known_ids(HOUSE), *(id for pack in packs for id in pack), *gates})

    def enumerate(self, intent: PlanIntent) -> Enumeration:
        """The versions of the plan's scope, now."""
        snapshot = Snapshot(Folder(self.root))
        return enumerate_versions(intent.scope, snapshot, self.configuration.layout, self.evaluated_at)

    def observe(self, intent: PlanIntent) -> dict[str, Observation]:
        """What the store of each target answers, now, by target."""
        settings, layout = self.configuration.stores, self.configuration.layout
        seen = {}
        for target in intent.targets:
            store = settings.open(target.store, self.root, layout)
            seen[target.name] = store.observe(Question(target.live, target.output), self.evaluated_at)
        return seen

    def found(self, intent: PlanIntent) -> Found:
        """Everything that is found without judging."""
        return Found(self.evaluated_at, self.enumerate(intent), self.observe(intent), self._receipts(intent))

    def _receipts(self, intent: PlanIntent) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for target in intent.targets:
            if target.appended_to is not None:
                path = target.appended_to.receipt.path
                try:
                    found[path] = read_once(self.root, path).digest
                except Unreadable:
                    found[path] = None
        return found

    def to_judge(self, manifests: Iterable[str]) -> Request:
        """What the gates are asked: the whole profile, for the versions of these manifests."""
        targets = tuple(str(self.root / manifest) for manifest in manifests)
        return replace(self.request, targets=targets, evaluated_at=self.evaluated_at)

    def stamps(self) -> dict[str, Stamp | None]:
        """The state of every file of the root, to be compared later; None for what can't be looked at."""
        found: dict[str, Stamp | None] = {}
        for path in Folder(self.root).listing():
            try:
                found[path] = stamp_of(os.lstat(self.root / path))
            except OSError:
                found[path] = None
        return found


def predicate_of(verdict: Verdict) -> Json:
    """The decision's predicate; raises EngineError when nothing was decided, or a check or engine failed."""
    predicate = verdict.statement["predicate"] if verdict.statement is not None else None
    if predicate is None:
        raise EngineError("the gates found nothing to judge, though there are versions; nothing is planned")
    for subject in predicate["subjects"]:
        for check in subject["checks"]:
            if check["status"] == "ERROR":
                because = "; ".join(check["because"]) or "it gave no verdict"
                raise EngineError(f"{check['id']} failed for {subject['id']}: {because}; nothing is planned")
    return predicate
