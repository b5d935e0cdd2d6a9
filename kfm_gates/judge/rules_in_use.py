"""The Rego rules of a suite, as the check of their default judges them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from kfm_gates.checks.pack import HOUSE
from kfm_gates.checks.rego_check import RegoCheck, read_rego_check, rego_check
from kfm_gates.checks.settings import configured
from kfm_gates.engines.policy_file import path_of
from kfm_gates.engines.rego_metadata import read_metadata
from kfm_gates.errors import EngineError
from kfm_gates.facts.container import Facts
from kfm_gates.facts.policy_probes import RuleInUse, RulesInUse
from kfm_gates.model.finding import Json

LABEL_RULE = "sensitivity.label"


def rules_in_use(engine: Any, rules: tuple[RegoCheck, ...], sample_of: Callable[[str], Facts]) -> RulesInUse:
    """All rules; `sample_of` gives the facts about the good sample that the check of this ID must pass."""
    ordered = sorted(rules, key=lambda rule: rule.about.id)
    return RulesInUse(engine, [_rule(rule, partial(sample_of, rule.about.id)) for rule in ordered])


def sample_rules(
    engine: Any, suite_rules: tuple[RegoCheck, ...], sample_of: Callable[[str], Facts]
) -> RulesInUse:
    """The rules of the good sample: that of the label alone, whatever else the profile holds.

    So a rule of the profile that lets the empty input through denies versions, by its name, and does not
    stand there as a fault of the installation.
    """
    loaded = next((each for each in suite_rules if each.about.id == LABEL_RULE), None)
    file = HOUSE / path_of(f"kfm.{LABEL_RULE}")
    rule = loaded or read_rego_check(LABEL_RULE, file)
    text = None if loaded else file.read_text("utf-8")
    return RulesInUse(engine, [_rule(rule, partial(sample_of, LABEL_RULE), text)])


def with_rules(rules: RulesInUse, texts: Mapping[str, str], sample: Callable[[], Facts]) -> RulesInUse:
    """The rules as a denial case changes them: `texts` is by file, such as `rights/license.rego`.

    A text takes the place of the rule of this name, or stands beside the others, for this case alone: nothing
    is written, and the engine forgets it. Its own metadata say what evidence it names. Raises EngineError for
    a text that can't be read.
    """
    for name, text in sorted(texts.items()):
        id = name.removesuffix(".rego").replace("/", ".")
        path = path_of(f"kfm.{id}")
        if not name.endswith(".rego") or name.count("/") != 1:
            raise EngineError(f"a denial case names a rule {name!r}; it lies at <family>/<name>.rego")
        rules = rules.replaced(_rule(rego_check(id, Path(path), read_metadata(path, text)), sample, text))
    return rules


def _rule(check: RegoCheck, sample: Callable[[], Facts], text: str | None = None) -> RuleInUse:
    settings = configured(check.about.id, check.about.settings, {})

    def document() -> Mapping[str, Json]:
        return check.document(sample(), settings)

    evidence = tuple(each.name for each in check.evidence)
    return RuleInUse(check.about.id, check.package, path_of(check.package), evidence, document, text)
