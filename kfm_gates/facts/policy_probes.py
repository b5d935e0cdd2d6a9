"""What the rules of the profile in use do when something is missing: the default must be to deny.

Each rule is asked, by the engine that judges, about changes to an input that it passes: nothing at all, each
kind of evidence left out, each null. Rules that see a policy label are asked about one that nobody knows. All of it
is a property of the policy pack, so it is found out once per run, on the sample of the known-answer tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kfm_gates.engines.interface import RegoEngine, Variant
from kfm_gates.errors import EngineError
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.model.finding import Json

UNCHANGED = "an input that it must pass"
EMPTY = "the empty input"
UNKNOWN_LABEL = "a policy label that nobody knows"
NO_LABEL = "kfm-no-such-label"
RULES = "rego"
"""Where the rules lie, as people know it."""


@dataclass(frozen=True)
class RuleInUse:
    """One Rego rule of the profile."""

    check: str
    package: str
    file: str
    evidence: tuple[str, ...]
    sample: Callable[[], Mapping[str, Json]]
    """Makes the input that the rule sees of the good sample."""
    text: str | None = None
    """The rule itself, where it is another than the one that the engine has loaded."""


@dataclass(frozen=True)
class PolicyProbe:
    """One question and its answer: does the rule open on this change of its input?"""

    rule: str
    """The check's ID; empty when all rules together were asked."""
    file: str
    change: str
    opens: bool


class RulesInUse:
    """The rules of the profile, and what they said of changed inputs; each is asked once."""

    def __init__(self, engine: RegoEngine | None, rules: Sequence[RuleInUse]) -> None:
        self._engine, self._rules = engine, tuple(rules)
        self._asked: dict[RuleInUse, Callable[[], tuple[PolicyProbe, ...]]] = {}

    def replaced(self, rule: RuleInUse) -> RulesInUse:
        """These rules with one in place of that of the same name, or beside them."""
        others = [each for each in self._rules if each.check != rule.check]
        made = RulesInUse(self._engine, [*others, rule])
        made._asked = self._asked
        return made

    def ask_ahead(self) -> None:
        """Have the engine begin; what goes wrong here goes wrong again, and is said, when the answers are read."""
        for rule in self._rules:
            try:
                self._ask(rule)
            except (Unmet, EngineError):
                continue

    def probes(self) -> tuple[PolicyProbe, ...]:
        """All questions with their answers. Raises EngineError when the engine gives none."""
        found = [probe for rule in self._rules for probe in self._ask(rule)()]
        judging = [probe for probe in found if probe.change == UNKNOWN_LABEL]
        one_by_one = tuple(probe for probe in found if probe.change != UNKNOWN_LABEL)
        if not one_by_one:
            return ()
        # Not every rule looks at the label, but one of them must stop what nobody knows.
        return (*one_by_one, PolicyProbe("", RULES, UNKNOWN_LABEL, all(probe.opens for probe in judging)))

    def _ask(self, rule: RuleInUse) -> Callable[[], tuple[PolicyProbe, ...]]:
        if rule not in self._asked:
            self._asked[rule] = self._begin(rule)
        return self._asked[rule]

    def _begin(self, rule: RuleInUse) -> Callable[[], tuple[PolicyProbe, ...]]:
        if self._engine is None:
            raise EngineError("no engine for Rego is running, so nobody can say what the rules do by default")
        sample = rule.sample()
        variants = _variants(rule, sample)
        answer = self._engine.ask_variants(rule.package, sample, list(variants.values()), rule.text)
        known: list[PolicyProbe] = []

        def wait() -> tuple[PolicyProbe, ...]:
            if not known:
                found = zip(variants, answer(), strict=True)
                known.extend(PolicyProbe(rule.check, rule.file, change, opens) for change, opens in found)
            return tuple(known)

        return wait


def _variants(rule: RuleInUse, sample: Mapping[str, Json]) -> dict[str, Variant]:
    """The changes by their names."""
    variants = {UNCHANGED: Variant(), EMPTY: Variant(without=tuple(sample))}
    for name in rule.evidence:
        variants[f"an input without `{name}`"] = Variant(without=(name,))
        variants[f"an input in which `{name}` is null"] = Variant(put={name: None})
    relabelled = {name: _relabelled(value) for name, value in sample.items()}
    seen = {name: value for name, value in relabelled.items() if value != sample[name]}
    if seen:
        variants[UNKNOWN_LABEL] = Variant(put=seen)
    return variants


def _relabelled(value: Json) -> Json:
    """The same with another label wherever one is stated: all documents agree on it, so only its meaning is new."""
    if isinstance(value, dict):
        return {
            key: NO_LABEL if key.endswith("label") and isinstance(inner, str) else _relabelled(inner)
            for key, inner in value.items()
        }
    return [_relabelled(each) for each in value] if isinstance(value, list) else value


@provides(shared=True)
def policy_probes(rules: RulesInUse) -> tuple[PolicyProbe, ...]:
    """What the rules said; nothing when the profile has no rule."""
    return rules.probes()
