"""Opening denials: a check that denies ends WAIVED if waivers name every one of its findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kfm_gates.checks.api import Outcome
from kfm_gates.facts.container import Facts
from kfm_gates.facts.given import WaiverPolicy
from kfm_gates.facts.waivers import Ended, Waiving
from kfm_gates.judge.redaction import Redaction
from kfm_gates.model.finding import Status

CHECK = "release.waivers"
"""The check that looks over the waivers; a profile without it opens nothing."""


class Opener:
    """The waivers of one subject at work. It remembers how each check ended before it was opened."""

    def __init__(self, facts: Facts, checks: Iterable[str]) -> None:
        self._facts = facts
        given = facts.given.get(WaiverPolicy)
        self._works = isinstance(given, WaiverPolicy) and bool(given.files) and CHECK in checks
        self._ended: dict[str, Ended] = {}

    def opened(self, check: str, outcome: Outcome) -> Outcome:
        """The outcome, or the same as WAIVED."""
        if not self._works:
            return outcome
        fingerprints = self._fingerprints(check, outcome) if outcome.status is Status.DENY else frozenset()
        self._ended[check] = Ended(outcome.status, fingerprints, outcome.because)
        if outcome.status is not Status.DENY or check == CHECK:
            return outcome
        used = self._facts.get(Waiving).opening(check, fingerprints)
        return replace(outcome, status=Status.WAIVED, waivers=used) if used else outcome

    def _fingerprints(self, check: str, outcome: Outcome) -> frozenset[str]:
        """As the decision records them: of findings without values that are withheld."""
        redaction = Redaction.withholding(self._facts)
        return frozenset(redaction.finding(each).fingerprint(check) for each in outcome.findings)

    def look_back(self, absent: Iterable[str], passed: Mapping[str, bool]) -> None:
        """Tell the facts how every check ended: `passed` says of each whether its group passed without it."""
        if not self._works:
            return
        ended = {check: replace(e, needed=not passed.get(check, False)) for check, e in self._ended.items()}
        nothing = Ended(Status.PASS, frozenset())
        self._facts.get(Waiving).ended = {check: nothing for check in absent} | ended
