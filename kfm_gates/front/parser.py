"""The command line's words. Only argparse is imported: `--version` and `--help` must be instant."""

from __future__ import annotations

import argparse

from kfm_gates import __version__
from kfm_gates.front import parser_runs
from kfm_gates.front.parser_common import Parser, judging, permitting, profile, store
from kfm_gates.front.parser_common import command as _command
from kfm_gates.front.parser_permit import permit_words, runs_words
from kfm_gates.front.parser_policy import policy_words, waiver_words

RECORD = ".kfm-gates/record"
"""Where the record of a run lies unless another folder is named."""

_EXAMPLES = """\
examples:
  kfm-gates check fixtures/kansas-counties            judge every dataset version below a root
  kfm-gates check release/manifests/rivers/2026.json  judge the version of one manifest
  kfm-gates check data --format text --format sarif:kfm.sarif --format junit:kfm.xml
  kfm-gates diff yesterday .kfm-gates/record          what is denied that was not, and what changed
  kfm-gates explain rights.license                    what a check denies, and what it looks at
  kfm-gates permit verify .kfm-gates/record/permit.json data --operation promote

exit codes:
  0 open   1 denied   2 usage   3 error (never a verdict)   4 abstained   5 no subject found
"""


def parser() -> Parser:
    """All commands with their options."""
    top = Parser(
        prog="kfm-gates",
        description="Judge governed geospatial data: a permit, or a reason why not.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"kfm-gates {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _check(
        _command(commands, "check", "judge evidence; write the decision, and the permit if the gates open")
    )
    _list(_command(commands, "list", "list the gates and checks of a profile, and the built-in profiles"))
    _explain(_command(commands, "explain", "say what a check denies, reads and needs"))
    _seal(_command(commands, "seal", "recompute every digest that follows from other bytes, in place"))
    _digest(_command(commands, "digest", "print the sha256 digest of files"))
    _spec_hash(
        _command(commands, "spec-hash", "print the spec hash of a spec; exit 1 if the spec names another")
    )
    permit_words(_command(commands, "permit", "verify or show a permit"))
    command = _command(commands, "exec", "run a command if the gates open, and not otherwise")
    parser_runs.exec_words(command)
    store(command)
    judging(command)
    runs_words(_command(commands, "runs", "list the runs of each target, or settle one that failed"))
    _promoted(_command(commands, "promoted", "list the promoted versions of a root, and why others are not"))
    plan = _command(commands, "plan", "make an index backfill plan, or verify one; nothing else is written")
    parser_runs.plan_words(plan)
    judging(plan)
    _rerun(_command(commands, "rerun", "say whether a run may be repeated, in which mode, and why"))
    _diff(_command(commands, "diff", "compare two decisions; exit 1 if something new is denied"))
    _hook(_command(commands, "hook", "look at single files, as pre-commit does; advice, never a verdict"))
    policy_words(
        _command(
            commands,
            "policy",
            "digest, lint and test policy packs; write what they see; compare what two decide",
        )
    )
    waiver_words(_command(commands, "waiver", "draft a waiver for a denial"))
    return top


def _check(command: Parser) -> None:
    add = command.add_argument
    add("targets", nargs="*", metavar="ROOT|MANIFEST", help="evidence root, or manifests of one root")
    add("--operation", metavar="NAME", help="refuse a profile that is for another operation")
    add("--subject", action="append", default=[], metavar="SLUG/VERSION", help="judge only this (no permit)")
    add("--gate", action="append", default=[], metavar="NAME", help="judge only this gate (no permit)")
    add("--check", action="append", default=[], metavar="ID", help="judge only this check (no permit)")
    add(
        "--changed-since",
        metavar="REV",
        help="judge only versions that differ from a Git revision (no permit)",
    )
    add(
        "--format",
        action="append",
        default=[],
        metavar="F[:FILE]",
        help="text (default), json, junit, sarif, github, markdown or html, to standard output or to FILE; may be repeated",
    )
    add("--record", default=RECORD, metavar="DIR", help=f"where decision and permit go (default {RECORD})")
    add("--evaluated-at", metavar="TIME", help="judge as of this time, such as 2026-10-01T12:00:00Z")
    permitting(command)
    judging(command)


def _list(command: Parser) -> None:
    profile(command)
    command.add_argument("--format", choices=("text", "json"), default="text")


def _explain(command: Parser) -> None:
    command.add_argument("check", metavar="CHECK", help="the ID of a check, such as rights.license")
    command.add_argument("--profile", metavar="P", help="also look in the packs of this profile")
    command.add_argument("--config", metavar="FILE", help="instead of the nearest kfm-gates.toml")


def _seal(command: Parser) -> None:
    command.add_argument("root", metavar="ROOT", help="the evidence root")
    command.add_argument("--config", metavar="FILE", help="instead of the nearest kfm-gates.toml")


def _digest(command: Parser) -> None:
    command.add_argument("files", nargs="+", metavar="FILE", help="a file, or - for standard input")


def _spec_hash(command: Parser) -> None:
    command.add_argument("spec", metavar="SPEC", help="a spec in YAML or JSON")
    command.add_argument("--method", metavar="NAME", help="instead of the hash method that the spec names")


def _hook(command: Parser) -> None:
    command.add_argument(
        "hook", metavar="NAME", help="kfm-catalog, kfm-manifest, kfm-receipt, kfm-policy or kfm-config"
    )
    command.add_argument("files", nargs="*", metavar="FILE", help="the files of a commit")


def _promoted(command: Parser) -> None:
    add = command.add_argument
    add("root", metavar="ROOT", help="the evidence root")
    add("--format", choices=("text", "json"), default="text", help="how to print the list (default text)")
    add("--evaluated-at", metavar="TIME", help="judge as of this time, such as 2026-10-01T12:00:00Z")
    judging(command)


def _rerun(command: Parser) -> None:
    add = command.add_argument
    add("root", metavar="ROOT", help="the evidence root")
    which = command.add_mutually_exclusive_group()
    which.add_argument(
        "--subject", metavar="SLUG[/VERSION]", help="a dataset version, or the one of a dataset that ran last"
    )
    which.add_argument("--run", metavar="RUN_ID", help="the version of a run in the ledger")
    which.add_argument("--ci-url", metavar="URL", help="the version whose rerun request names this CI job")
    add("--request", metavar="FILE", help="a rerun request, instead of the one in the evidence")
    add("--observed", metavar="FILE", help="an observation of sources and projections, likewise")
    add("--format", choices=("text", "json"), default="text")
    add("--evaluated-at", metavar="TIME", help="decide as of this time, such as 2026-10-01T12:00:00Z")
    add("--config", metavar="FILE", help="instead of the nearest kfm-gates.toml")


def _diff(command: Parser) -> None:
    command.add_argument("old", metavar="OLD", help="a record folder, or a decision.json")
    command.add_argument("new", metavar="NEW", help="the same, of a later run")
    command.add_argument("--format", choices=("text", "json"), default="text")
