"""The words of `policy` and `waiver`. Only argparse is imported."""

from __future__ import annotations

from kfm_gates.front.parser_common import ENGINES, Parser, command, profile
from kfm_gates.front.word_types import count, percent, seconds


def policy_words(parent: Parser) -> None:
    """The actions of `policy`."""
    actions = parent.add_subparsers(dest="action", metavar="ACTION", required=True)
    digest = command(actions, "digest", "print the digest of the policy pack, as decisions name it")
    lint = command(actions, "lint", "say what is wrong with rules in Rego; exit 1 if anything is")
    test = command(actions, "test", "run the tests beside the rules, and say what they do not hold in place")
    diff = command(actions, "diff", "judge evidence by two packs; exit 1 if a verdict differs")
    inputs = command(
        actions, "inputs", "write what the rules see of evidence, for conftest and OPA; judges nothing"
    )
    inputs.add_argument(
        "targets", nargs="*", metavar="ROOT|MANIFEST", help="evidence root, or manifests of one root"
    )
    inputs.add_argument(
        "--out", required=True, metavar="DIR", help="an empty or new folder, outside of the evidence"
    )
    inputs.add_argument("--evaluated-at", metavar="TIME", help="as of this time")
    for each in (lint, test):
        each.add_argument(
            "paths", nargs="*", metavar="PATH", help="a rule, or a pack (default: the profile's packs)"
        )
    test.add_argument(
        "--engine", choices=ENGINES, default="regorus", help="what runs the tests (default regorus)"
    )
    test.add_argument(
        "--mutate", action="store_true", help="demand that a test notices each small change of a rule"
    )
    test.add_argument(
        "--threshold",
        type=percent,
        default=100.0,
        metavar="N",
        help="per cent of the deny rules that tests must hold in place (default 100)",
    )
    for name, what in (("old", "OLD"), ("new", "NEW")):
        diff.add_argument(
            name, metavar=what, help="a built-in profile, a .toml file, or the folder of a pack"
        )
    diff.add_argument(
        "--against",
        nargs="+",
        required=True,
        metavar="DECISIONS",
        help="records of runs (their evidence is judged as of then), or evidence roots",
    )
    diff.add_argument("--evaluated-at", metavar="TIME", help="judge evidence roots as of this time")
    diff.add_argument("--jobs", type=count, default=1, metavar="N", help="processes that judge (default 1)")
    diff.add_argument("--timeout", type=seconds, metavar="SECONDS", help="stop each judge after this time")
    for each in (digest, lint, test, diff, inputs):
        profile(each)
        each.add_argument("--format", choices=("text", "json"), default="text")


def waiver_words(parent: Parser) -> None:
    """The actions of `waiver`."""
    actions = parent.add_subparsers(dest="action", metavar="ACTION", required=True)
    draft = command(
        actions, "draft", "print a waiver for what a check denies, without reason, persons and times"
    )
    add = draft.add_argument
    add("decision", metavar="DECISION", help="a record folder, or a decision.json")
    add("--check", required=True, metavar="ID", help="the check that denies")
    add("--subject", metavar="SLUG/VERSION", help="the version, if the decision is about several")
    add("--finding", action="append", default=[], metavar="FP", help="only this finding; may be repeated")
    kinds = ("exception", "exclusion", "tolerance", "acceptance")
    add("--kind", choices=kinds, default="exception", help="what it is (default exception)")
