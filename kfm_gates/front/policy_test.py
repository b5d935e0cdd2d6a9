"""`kfm-gates policy test`: rules on trial by the tests beside them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, TextIO

from kfm_gates.checks.pack_lint import check_id, shown, tests_beside
from kfm_gates.engines.worker import Worker
from kfm_gates.errors import EngineError
from kfm_gates.front.policy_packs import rules_and_tables
from kfm_gates.front.policy_test_conftest import conftest_for, told_by_conftest
from kfm_gates.model.finding import Json
from kfm_gates.reports.harmless import visible

FAILED = 1


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Try every rule; 1 when a test fails, a kind of input lacks, or too few rules are held by tests."""
    rules, data = rules_and_tables(arguments)
    conftest = conftest_for(arguments)
    with Worker("trial") as worker:
        tried = [_tried(worker, path, data, arguments.mutate) for path in rules]
    if conftest is not None:
        told_by_conftest(conftest, tried, rules, data, both=arguments.engine == "both")
    listing = _listing(tried, arguments.threshold, arguments.mutate)
    if arguments.format == "json":
        out.write(json.dumps(listing, indent=2, ensure_ascii=False) + "\n")
    else:
        out.writelines(f"{visible(line, 1000)}\n" for line in _lines(listing))
    return 0 if listing["passed"] else FAILED


def _tried(worker: Worker, rule: Path, data: Json, mutate: bool) -> dict[str, Any]:
    """What came of one rule."""
    tests = tests_beside(rule)
    found: dict[str, Any] = {"check": check_id(rule), "file": shown(rule), "test_file": shown(tests)}
    nothing = {"tests": [], "rules": [], "lacks": [], "mutants": 0, "survivors": []}
    if not tests.is_file():
        return found | nothing | {"error": f"there is no {shown(tests)}"}
    texts = [[shown(path), path.read_text("utf-8")] for path in (rule, tests)]
    request = {"policy": texts[0], "tests": texts[1], "data": data, "mutate": mutate}
    try:
        reply: dict[str, Any] = worker.request(request)
        return found | reply | {"error": None}
    except EngineError as error:
        if worker.failed:
            raise
        return found | nothing | {"error": str(error)}


def _listing(tried: list[dict[str, Any]], threshold: float, mutate: bool) -> dict[str, Any]:
    """All rules, and whether enough of their deny rules are held by tests."""
    held = total = 0
    for each in tried:
        loose = {survivor["rule_line"] for survivor in each["survivors"]}
        for rule in each["rules"]:
            rule["killed"] = rule["line"] not in loose if mutate else None
            total += 1
            held += rule["fires"] and rule["rests"] and rule["killed"] is not False
    sound = all(
        not each["error"] and not each["lacks"] and each["tests"] and all(t["passed"] for t in each["tests"])
        for each in tried
    )
    share = 100 * held / total if total else 0.0
    return {
        "passed": sound and share >= threshold,
        "deny_rules": total,
        "held": held,
        "threshold": threshold,
        "mutants": sum(each["mutants"] for each in tried) if mutate else None,
        "survivors": sum(len(each["survivors"]) for each in tried) if mutate else None,
        "rules": tried,
    }


def _lines(listing: dict[str, Any]) -> list[str]:
    lines = []
    for each in listing["rules"]:
        passed = sum(test["passed"] for test in each["tests"])
        mutants = f", {each['mutants'] - len(each['survivors'])}/{each['mutants']} mutants killed"
        told = mutants if listing["mutants"] is not None else ""
        lines.append(
            f"{each['check']}: {passed}/{len(each['tests'])} tests, {len(each['rules'])} deny rules{told}"
        )
        if each["error"]:
            lines.append(f"  {each['file']}: {each['error']}")
        for test in each["tests"]:
            if not test["passed"]:
                lines.append(f"  {each['test_file']}:{test['line']}: {test['name']} gives {test['said']}")
        lines += [f"  {each['test_file']}: there is no test with {lack}" for lack in each["lacks"]]
        for rule in each["rules"]:
            if not rule["fires"]:
                lines.append(f"  {each['file']}:{rule['line']}: no test makes this deny rule fire")
            if not rule["rests"]:
                lines.append(
                    f"  {each['file']}:{rule['line']}: no test has an input for which it does not fire"
                )
        for mutant in each["survivors"]:
            place = f"{each['file']}:{mutant['line']}:{mutant['column']}"
            lines.append(f"  {place}: no test notices when {mutant['what']} (rule `{mutant['rule']}`)")
    kind = "fire, rest and are killed" if listing["mutants"] is not None else "fire and rest"
    share = f"{listing['held']} of {listing['deny_rules']} deny rules {kind} by their tests"
    more = f"; {listing['survivors']} of {listing['mutants']} mutants survive" if listing["mutants"] else ""
    verdict = "passed" if listing["passed"] else "failed"
    tests = [test["passed"] for each in listing["rules"] for test in each["tests"]]
    share = f"{sum(tests)} of {len(tests)} tests pass; {share}"
    return [*lines, f"{verdict}: {share} (at least {listing['threshold']:g} %){more}"]
