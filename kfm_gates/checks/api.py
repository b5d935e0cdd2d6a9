"""What a check is, and how one is written.

A check in Python is a typed function. Documents and facts come by annotation, settings by keyword, the
verdict is explicit. It is called once per item of its first parameter, so that what was examined counts
itself; no item, no verdict, or a raise is an error.

    @check("quality.cell_size", needs="catalog.stac", serves="R-140")
    def cell_size(item: StacItem, *, minimum_m: Annotated[float, Stricter.HIGHER] = 500.0) -> Verdict:
        \"\"\"Deny an item whose grid is finer than its label allows.\"\"\"
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol, TypeVar

from kfm_gates.checks.settings import Setting, Stricter
from kfm_gates.errors import UsageError
from kfm_gates.facts.container import Facts, Unmet, provider_of
from kfm_gates.facts.waiver_reading import ReadWaiver
from kfm_gates.model.finding import Denied, Finding, Ok, Status, Verdict

F = TypeVar("F", bound=Callable[..., Verdict])


@dataclass(frozen=True)
class Outcome:
    """What one check came to on one subject."""

    status: Status
    examined: int = 0
    findings: tuple[Finding, ...] = ()
    because: tuple[str, ...] = ()
    """For ABSTAIN: the checks whose denial explains it. For ERROR: the reason, as a sentence."""
    waivers: tuple[ReadWaiver, ...] = ()
    """For WAIVED: what opens the findings."""


@dataclass(frozen=True)
class About:
    """What is known about a check without running it."""

    id: str
    title: str
    description: str
    kind: str
    """`python`, `rego` or `shacl`."""
    needs: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    effective_on: str = ""
    """The first day (UTC) on which it judges, such as 2027-01-01; empty when it always does."""
    last: bool = False
    """Judged after all others: it looks back at what they read."""


class Check(Protocol):
    """A check of any kind."""

    @property
    def about(self) -> About:
        """What is known about it."""

    def run(self, facts: Facts, settings: Mapping[str, Any]) -> Outcome:
        """Judge one subject. Never raises for what is in the evidence."""


@dataclass(frozen=True)
class PythonCheck:
    """A check written as a typed function."""

    about: About
    function: Callable[..., Verdict]
    evidence: Mapping[str, Any]

    def run(self, facts: Facts, settings: Mapping[str, Any]) -> Outcome:
        """See Check."""
        try:
            (first, item_type), *others = self.evidence.items()
            items = items_of(facts, item_type)
            rest = {name: facts.resolve(kind) for name, kind in others}
        except Unmet as unmet:
            return Outcome(Status.ABSTAIN, because=(unmet.because,))
        findings: list[Finding] = []
        for item in items:
            try:
                verdict = self.function(item, **rest, **settings)
            except Unmet as unmet:  # seen only now: what another check denies is in the way
                return Outcome(Status.ABSTAIN, because=(unmet.because,))
            if isinstance(verdict, Denied):
                findings += verdict.findings
            elif not isinstance(verdict, Ok):
                reason = f"{self.about.id}: returned {verdict!r} instead of a verdict (parameter {first})"
                return Outcome(Status.ERROR, len(items), because=(reason,))
        return concluded(self.about.id, len(items), findings)


def concluded(check: str, examined: int, findings: Sequence[Finding]) -> Outcome:
    """PASS or DENY; ERROR when nothing was examined, since that proves nothing."""
    if examined == 0:
        return Outcome(Status.ERROR, because=(f"{check}: nothing was examined",))
    ordered = tuple(sorted(set(findings), key=lambda f: (f.place, f.message, f.found)))
    return Outcome(Status.DENY if ordered else Status.PASS, examined, ordered)


def items_of(facts: Facts, wanted: Any) -> tuple[object, ...]:
    """The items of a check's first parameter: each of many, or the only one. Raises Unmet."""
    if wanted in facts.given or provider_of(wanted):
        found = facts.resolve(wanted)
        return typing.cast("tuple[object, ...]", found) if _is_many(wanted) else (found,)
    return typing.cast("tuple[object, ...]", facts.resolve(tuple[wanted, ...]))


def _is_many(wanted: Any) -> bool:
    return typing.get_origin(wanted) is tuple


def check(
    id: str, *, needs: str | Sequence[str] = (), serves: str | Sequence[str] = (), last: bool = False
) -> Callable[[F], F]:
    """Make a typed function a check; the first line of its docstring says what is denied."""

    def wrap(function: F) -> F:
        hints = typing.get_type_hints(function, include_extras=True)
        evidence: dict[str, Any] = {}
        settings: dict[str, Setting] = {}
        for name, parameter in inspect.signature(function).parameters.items():
            if parameter.kind is parameter.KEYWORD_ONLY:
                settings[name] = Setting(parameter.default, _direction(hints[name]))
            else:
                evidence[name] = hints[name]
        if not evidence:
            raise UsageError(f"{id}: the check takes no evidence, so it can't examine anything")
        title, _, description = inspect.cleandoc(function.__doc__ or "").partition("\n")
        if not title:
            raise UsageError(f"{id}: the check has no docstring; its first line says what is denied")
        about = About(
            id, title, description.strip(), "python", _many(needs), _many(serves), settings, last=last
        )
        function.kfm_check = PythonCheck(about, function, evidence)  # type: ignore[attr-defined]
        return function

    return wrap


def _direction(hint: Any) -> Stricter | None:
    extras = typing.get_args(hint)[1:] if typing.get_origin(hint) is Annotated else ()
    return next((extra for extra in extras if isinstance(extra, Stricter)), None)


def _many(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
