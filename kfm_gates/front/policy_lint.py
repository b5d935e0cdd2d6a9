"""`kfm-gates policy lint`: what is wrong with rules, with file, line and column."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import TextIO

from kfm_gates.checks.pack_lint import lint_all
from kfm_gates.front.policy_packs import rules_and_tables
from kfm_gates.reports.harmless import visible

FOUND = 1


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print every problem; 1 when there is one."""
    rules, data = rules_and_tables(arguments)
    problems = lint_all(rules, data)
    if arguments.format == "json":
        listing = {"rules": len(rules), "problems": [dataclasses.asdict(each) for each in problems]}
        out.write(json.dumps(listing, indent=2, ensure_ascii=False) + "\n")
    else:
        out.writelines(f"{visible(str(each), 1000)}\n" for each in problems)
        out.write(f"{len(rules)} rules, {len(problems)} problems\n")
    return FOUND if problems else 0
