"""Judging one subject: the docket first, then each entry to its end.

The docket of a subject is what the profile plans, less what a pinned fact shows not to apply. Every
entry ends with a status; nothing that a check does can take it off the docket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kfm_gates.checks.api import Outcome
from kfm_gates.errors import EngineError
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.facts.applicability import APPLICABILITY
from kfm_gates.facts.container import Facts, Unmet
from kfm_gates.facts.given import Clock
from kfm_gates.judge.profile import Gate, Group
from kfm_gates.judge.suite import Suite
from kfm_gates.judge.waiving import CHECK as WAIVERS
from kfm_gates.judge.waiving import Opener
from kfm_gates.model.finding import Status

EFFECTIVE_ON = "effective_on"
"""The fact that a rule is not in force yet; its value is the day on which it will be."""


@dataclass(frozen=True)
class NotPlannedEntry:
    """A check that does not apply to a subject, and the fact that shows it."""

    check: str
    gate: str
    fact: str
    value: bool | str
    digest: str


@dataclass(frozen=True)
class Docket:
    """What must be judged for one subject, made before judging."""

    planned: tuple[tuple[Gate, Group], ...]
    not_planned: tuple[NotPlannedEntry, ...]


@dataclass(frozen=True)
class Entry:
    """One docket entry at its end."""

    gate: Gate
    group: Group
    status: Status
    outcomes: Mapping[str, Outcome]
    """Per check of the group."""


Selected = Callable[[Gate, str], bool]


def plan(suite: Suite, facts: Facts, selected: Selected) -> Docket:
    """The docket of a subject. `selected` narrows it for a partial run."""
    absent: dict[str, NotPlannedEntry] = {}
    gate_of = {
        check: gate.name for gate in suite.profile.gates for group in gate.groups for check in group.checks
    }
    for entry in suite.profile.not_planned:
        fact = APPLICABILITY[entry.unless]
        try:
            holds = fact.holds(facts)
        except Unmet:
            continue
        if not holds:
            digest = digest_of({"fact": fact.name, "value": False})
            for check in entry.checks:
                absent[check] = NotPlannedEntry(check, gate_of[check], fact.name, False, digest)
    absent |= {entry.check: entry for entry in _not_yet_in_force(suite, facts, gate_of)}
    planned = tuple(
        (gate, group)
        for gate in suite.profile.gates
        for group in gate.groups
        if any(selected(gate, check) for check in group.checks) and not all(c in absent for c in group.checks)
    )
    return Docket(planned, tuple(absent[check] for check in sorted(absent)))


def _not_yet_in_force(suite: Suite, facts: Facts, gate_of: Mapping[str, str]) -> Iterator[NotPlannedEntry]:
    """The checks that begin to judge on a later day than this one."""
    for check, each in suite.checks.items():
        day = each.about.effective_on
        if day and facts.get(Clock).evaluated_at < f"{day}T00:00:00":
            digest = digest_of({"fact": EFFECTIVE_ON, "value": day})
            yield NotPlannedEntry(check, gate_of[check], EFFECTIVE_ON, day, digest)


def judge(
    suite: Suite, facts: Facts, docket: Docket, subject: str, progress: Callable[[str], None]
) -> tuple[Entry, ...]:
    """Judge every entry of a docket, in its order; checks that look back at the others come last."""
    bench = _Bench(suite, facts, docket, subject, progress)
    ordered = sorted(docket.planned, key=lambda each: any(suite.checks[c].about.last for c in each[1].checks))
    ended: dict[str, Entry] = {}
    for gate, group in ordered:
        outcomes = {check: bench.outcome(check) for check in group.checks}
        blocking = bench.gates_in_the_way(gate)
        if blocking:
            outcomes = {check: Outcome(Status.ABSTAIN, because=blocking) for check in group.checks}
        ended[group.id] = Entry(gate, group, _together([o.status for o in outcomes.values()]), outcomes)
    return tuple(ended[group.id] for _, group in docket.planned)


def refuse_incomplete(docket: Docket, ended: Sequence[Entry], subject: str) -> None:
    """Every docket entry ended exactly once; anything else is a defect, and no verdict can rest on it."""
    if not docket.planned:
        raise EngineError(f"{subject}: nothing was planned, so nothing is proven")
    if [entry.group.id for entry in ended] != [group.id for _, group in docket.planned]:
        raise EngineError(f"{subject}: what was judged is not what the docket planned")


def _together(statuses: list[Status]) -> Status:
    """The status of a group: an error wins, then any pass, then any waiver, then the worst."""
    for wins in (Status.ERROR, Status.PASS, Status.WAIVED):
        if wins in statuses:
            return wins
    return max(statuses)


class _Bench:
    """The outcomes of one subject as they come in."""

    def __init__(
        self,
        suite: Suite,
        facts: Facts,
        docket: Docket,
        subject: str,
        progress: Callable[[str], None],
    ) -> None:
        self._suite, self._facts, self._subject, self._progress = suite, facts, subject, progress
        self._docket = docket
        self._absent = frozenset(entry.check for entry in docket.not_planned)
        self._opener = Opener(facts, suite.checks)
        self._outcomes: dict[str, Outcome] = {}
        self._started: set[str] = set()

    def outcome(self, check: str) -> Outcome:
        """The outcome of a check, judged at most once."""
        if check not in self._outcomes:
            if check in self._started:
                return Outcome(
                    Status.ERROR, because=(f"{check}: waits for itself; a check of form takes Form[…]",)
                )
            self._started.add(check)
            if check == WAIVERS:
                self._judge_others()
            self._outcomes[check] = self._opener.opened(check, self._judge(check))
            self._progress(check)
        return self._outcomes[check]

    def gates_in_the_way(self, gate: Gate) -> tuple[str, ...]:
        """The checks of needed gates that did not open."""
        needed = [each for each in self._suite.profile.gates if each.name in gate.needs]
        return tuple(
            group.id
            for each in needed
            for group in each.groups
            if not self._absent.issuperset(group.checks)
            and not _together([self.outcome(check).status for check in group.checks]).opens
        )

    def _judge_others(self) -> None:
        """Judge all that is planned, for the check that looks back at what was opened."""
        passed = {}
        for _, group in self._docket.planned:
            if WAIVERS in group.checks:
                continue
            statuses = {check: self.outcome(check).status for check in group.checks}
            for check in group.checks:
                passed[check] = Status.PASS in (s for other, s in statuses.items() if other != check)
        self._opener.look_back(self._absent, passed)

    def _judge(self, check: str) -> Outcome:
        about = self._suite.checks[check].about
        unmet = [n for n in about.needs if n not in self._absent and not self.outcome(n).status.opens]
        if unmet:
            return Outcome(Status.ABSTAIN, because=self._roots(unmet))
        try:
            outcome = self._suite.checks[check].run(self._facts, self._suite.settings(check, self._subject))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # an engine's panic is no Exception, and a crash is never a pass
            return Outcome(Status.ERROR, because=(f"{check}: {_sentence(error)}",))
        if outcome.status is not Status.ABSTAIN:
            return outcome
        return self._explained(check, outcome)

    def _explained(self, check: str, outcome: Outcome) -> Outcome:
        """An abstention must rest on a check that did not pass; otherwise it is a defect, hence an error."""
        causes = []
        for cause in outcome.because:
            if cause not in self._suite.checks:
                return Outcome(
                    Status.ERROR, because=(f"{check}: needs what {cause} judges, which the profile lacks",)
                )
            ended = self.outcome(cause)
            if cause not in self._outcomes:  # still being judged: it waits for this one
                return ended
            if ended.status is not Status.PASS:  # what is waived was not made good: the document is still bad
                causes.append(cause)
            else:
                return Outcome(Status.ERROR, because=(f"{check}: can't be judged though {cause} passed",))
        return Outcome(Status.ABSTAIN, because=self._roots(causes))

    def _roots(self, causes: list[str]) -> tuple[str, ...]:
        """The first causes: an abstention is explained by what its own cause is explained by."""
        found: list[str] = []
        for cause in causes:
            outcome = self._outcomes.get(cause)
            deeper = outcome.because if outcome is not None and outcome.status is Status.ABSTAIN else (cause,)
            found += [each for each in deeper if each not in found]
        return tuple(sorted(found))


def _sentence(error: BaseException) -> str:
    """An error as one line that is the same on every run."""
    import re

    text = str(error).partition("\n")[0] or "no message"
    text = re.sub(r"0x[0-9a-f]+", "0x…", text)
    return text if type(error).__name__ == "EngineError" else f"{type(error).__name__}: {text}"
