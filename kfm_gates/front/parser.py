"""The command line's words. Only argparse is imported: `--version` and `--help` must be instant."""

from __future__ import annotations

import argparse
from typing import NoReturn

from kfm_gates import __version__
from kfm_gates.errors import UsageError
from kfm_gates.front import parser_runs
from kfm_gates.front.word_types import count as _count
from kfm_gates.front.word_types import life as _life
from kfm_gates.front.word_types import percent as _percent
from kfm_gates.front.word_types import seconds as _seconds

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


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence."""

    def error(self, message: str) -> NoReturn:
        """See argparse."""
        raise UsageError(f"{message}; see `{self.prog} --help`")


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
    _permit(_command(commands, "permit", "verify or show a permit"))
    command = _command(commands, "exec", "run a command if the gates open, and not otherwise")
    parser_runs.exec_words(command)
    _store(command)
    _judging(command)
    _runs(_command(commands, "runs", "list the runs of each target, or settle one that failed"))
    _promoted(_command(commands, "promoted", "list the promoted versions of a root, and why others are not"))
    _diff(_command(commands, "diff", "compare two decisions; exit 1 if something new is denied"))
    _hook(_command(commands, "hook", "look at single files, as pre-commit does; advice, never a verdict"))
    _policy(_command(commands, "policy", "digest, lint and test policy packs; compare what two decide"))
    return top


def _command(commands: argparse._SubParsersAction[Parser], name: str, help: str) -> Parser:
    return commands.add_parser(
        name, help=help, description=f"{help[0].upper()}{help[1:]}.", allow_abbrev=False
    )


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
    _permitting(command)
    _judging(command)


def _permitting(command: Parser) -> None:
    """What every command takes that may issue a permit."""
    add = command.add_argument
    _store(command)
    add("--audience", metavar="NAME", help="who may consume the permit (default: the permit store)")
    add("--expires", type=_life, default=900, metavar="TIME", help="how long it lives, such as 15m (default)")
    add("--sign-key", metavar="FILE", help="sign the permit with this private key (PEM, Ed25519 or P-256)")


def _store(command: Parser) -> None:
    command.add_argument(
        "--store", metavar="DIR", help="the permit store (default .kfm-gates/store beside the configuration)"
    )


def _judging(command: Parser) -> None:
    """What every command takes that starts a judge process."""
    add = command.add_argument
    _profile(command)
    add("--expect-pack", metavar="DIGEST", help="refuse any other policy pack than sha256:…")
    add("--jobs", type=_count, default=1, metavar="N", help="processes that judge subjects (default 1)")
    add("--timeout", type=_seconds, metavar="SECONDS", help="stop the judge after this time (default: never)")


def _profile(command: Parser) -> None:
    command.add_argument("--profile", metavar="P", help="a built-in profile, or a .toml file")
    command.add_argument("--config", metavar="FILE", help="instead of the nearest kfm-gates.toml")


def _list(command: Parser) -> None:
    _profile(command)
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


def _permit(command: Parser) -> None:
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    verify = _command(actions, "verify", "verify its signature, or judge again; exit 0 only if it holds")
    verify.add_argument("permit", metavar="PERMIT", help="the permit file")
    verify.add_argument("targets", nargs="*", metavar="ROOT|MANIFEST", help="the evidence that it is for")
    verify.add_argument("--operation", metavar="NAME", help="what is about to be done, such as promote")
    verify.add_argument("--store", metavar="DIR", help="also demand that this permit store can consume it")
    _judging(verify)
    show = _command(actions, "show", "print what a permit says, without believing it")
    show.add_argument("permit", metavar="PERMIT", help="the permit file")


def _runs(command: Parser) -> None:
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    listed = _command(
        actions, "list", "list the runs of each target and how they ended (also without ACTION)"
    )
    parser_runs.list_words(listed)
    settled = _command(actions, "settle", "record how a run that failed was repaired or rolled back")
    parser_runs.settle_words(settled)
    for each in (listed, settled):
        _store(each)
        each.add_argument("--config", metavar="FILE", help="instead of the nearest kfm-gates.toml")


def _promoted(command: Parser) -> None:
    add = command.add_argument
    add("root", metavar="ROOT", help="the evidence root")
    add("--format", choices=("text", "json"), default="text", help="how to print the list (default text)")
    add("--evaluated-at", metavar="TIME", help="judge as of this time, such as 2026-10-01T12:00:00Z")
    _judging(command)


def _diff(command: Parser) -> None:
    command.add_argument("old", metavar="OLD", help="a record folder, or a decision.json")
    command.add_argument("new", metavar="NEW", help="the same, of a later run")
    command.add_argument("--format", choices=("text", "json"), default="text")


def _policy(command: Parser) -> None:
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    digest = _command(actions, "digest", "print the digest of the policy pack, as decisions name it")
    lint = _command(actions, "lint", "say what is wrong with rules in Rego; exit 1 if anything is")
    test = _command(actions, "test", "run the tests beside the rules, and say what they do not hold in place")
    diff = _command(actions, "diff", "judge evidence by two packs; exit 1 if a verdict differs")
    for each in (lint, test):
        each.add_argument(
            "paths", nargs="*", metavar="PATH", help="a rule, or a pack (default: the profile's packs)"
        )
    test.add_argument("--engine", choices=("regorus",), default="regorus", help="what runs the tests")
    test.add_argument(
        "--mutate", action="store_true", help="demand that a test notices each small change of a rule"
    )
    test.add_argument(
        "--threshold",
        type=_percent,
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
    diff.add_argument("--jobs", type=_count, default=1, metavar="N", help="processes that judge (default 1)")
    diff.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="stop each judge after this time")
    for each in (digest, lint, test, diff):
        _profile(each)
        each.add_argument("--format", choices=("text", "json"), default="text")
