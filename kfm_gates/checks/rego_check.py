"""Checks that are rules in Rego: rules that a steward may want to change.

A rule sees one JSON object: each kind of evidence that its metadata names, `settings`, `subject` and
`evaluated_at`; tables of the pack stand under `data.kfm_data`. It must define `allow` as true and have an
empty `deny` to pass. A reason in `deny` is a text, or an object {msg, at, found, expected, hint} where
`at` is `"<evidence>[/<index>]#<pointer>"` or a place {file, pointer} that a fact carried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import kfm_gates.facts.all_named  # noqa: F401  (registers the facts that rules ask for by name)
from kfm_gates.checks.api import About, Outcome, concluded
from kfm_gates.checks.rego_input import InputForm
from kfm_gates.checks.settings import Setting, Stricter
from kfm_gates.engines.interface import RegoEngine
from kfm_gates.engines.rego_metadata import RuleMetadata, read_metadata
from kfm_gates.errors import EngineError, UsageError
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet
from kfm_gates.facts.given import Clock
from kfm_gates.facts.named import Named, Supplied, named, supply
from kfm_gates.model.finding import Finding, Json, Place, Status, finding


class BadReason(Exception):
    """A reason in `deny` that is not of the agreed form."""


@dataclass(frozen=True)
class RegoCheck:
    """One rule."""

    about: About
    package: str
    file: Path
    evidence: tuple[Named, ...]

    @cached_property
    def form(self) -> InputForm:
        """The form of the input that the rule gets."""
        defaults = {name: each.default for name, each in self.about.settings.items()}
        return InputForm(self.about.id, self.evidence, defaults)

    def run(self, facts: Facts, settings: Mapping[str, Any]) -> Outcome:
        """See Check."""
        try:
            supplied = self._supplied(facts)
        except Unmet as unmet:
            return Outcome(Status.ABSTAIN, because=(unmet.because,))
        examined = len(supplied[self.evidence[0].name].items)
        if examined == 0:
            return concluded(self.about.id, 0, ())
        document = _document(facts, supplied, settings)
        self.form.check(document)
        answer = facts.get(RegoEngine).judge(self.package, document)  # type: ignore[type-abstract]
        try:
            findings = [_finding(reason, supplied) for reason in answer.deny]
        except BadReason as error:
            return Outcome(Status.ERROR, examined, because=(f"{self.about.id}: {error}",))
        if not findings and answer.allow is not True:
            state = "is undefined" if answer.allow is None else "is false"
            reason = f"{self.about.id}: `allow` {state} but `deny` gives no reason; the rule must say why it denies"
            return Outcome(Status.ERROR, examined, because=(reason,))
        return concluded(self.about.id, examined, findings)

    def document(self, facts: Facts, settings: Mapping[str, Any]) -> dict[str, Json]:
        """What the rule sees of a subject; raises Unmet when a part of it can't be had."""
        return _document(facts, self._supplied(facts), settings)

    def _supplied(self, facts: Facts) -> dict[str, Supplied]:
        return {each.name: supply(facts, each) for each in self.evidence}


def read_rego_check(id: str, path: Path) -> RegoCheck:
    """The check that a .rego file defines, from its metadata. Raises UsageError when that is not complete."""
    return rego_check(id, path, metadata_of(path))


def rego_check(id: str, path: Path, metadata: RuleMetadata) -> RegoCheck:
    """The check of a rule with this metadata."""
    return RegoCheck(
        about(id, "rego", metadata), f"kfm.{id}", path, tuple(named(e) for e in metadata.evidence)
    )


def _document(facts: Facts, supplied: Mapping[str, Supplied], settings: Mapping[str, Any]) -> dict[str, Json]:
    subject = facts.get(Subject)
    document: dict[str, Json] = {name: each.json for name, each in supplied.items()}
    return document | {
        "settings": dict(settings),
        "subject": {"slug": subject.slug, "version": subject.version},
        "evaluated_at": facts.get(Clock).evaluated_at,
    }


def metadata_of(path: Path) -> RuleMetadata:
    """The metadata at the head of a rule or a shape; raises UsageError when it is not complete."""
    try:
        return read_metadata(str(path), path.read_text("utf-8"))
    except EngineError as error:
        raise UsageError(str(error)) from error


def about(id: str, kind: str, metadata: RuleMetadata) -> About:
    """What metadata says of a check that is a rule or a shape."""
    settings = {
        name: Setting(setting.default, Stricter(setting.stricter))
        for name, setting in metadata.settings.items()
    }
    serves, day = metadata.serves, metadata.effective_on
    return About(id, metadata.title, metadata.description, kind, metadata.needs, serves, settings, day)


def _finding(reason: Json, supplied: Mapping[str, Supplied]) -> Finding:
    if isinstance(reason, str) and reason:
        return finding(_place(None, supplied), reason, found=None, expected="", hint="")
    if not isinstance(reason, dict) or not isinstance(reason.get("msg"), str) or not reason["msg"]:
        raise BadReason(f"a reason in `deny` must be a text or an object with `msg`, not {str(reason)[:80]}")
    return finding(
        _place(reason.get("at"), supplied),
        reason["msg"],
        found=reason.get("found"),
        expected=reason.get("expected", ""),
        hint=str(reason.get("hint", "")),
    )


def _place(at: Json, supplied: Mapping[str, Supplied]) -> Place:
    first = next(iter(supplied.values()))
    if at is None:
        return first.place(0, "")
    if isinstance(at, dict) and isinstance(at.get("file"), str) and isinstance(at.get("pointer"), str):
        return Place(at["file"], at["pointer"])
    if isinstance(at, str):
        head, _, pointer = at.partition("#")
        name, _, index = head.partition("/")
        if (
            name in supplied
            and (not index or index.isdigit())
            and int(index or 0) < len(supplied[name].items)
        ):
            return supplied[name].place(int(index or 0), pointer)
    raise BadReason(
        f'`at` must name evidence of the rule, such as "spec#/rights/license", not {str(at)[:80]}'
    )
