"""The words of `exec` and `runs`. Only argparse is imported."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

EXEC_NOTES = """\
environment of the command:
  KFM_GATES_PERMIT   the permit, a file
  KFM_GATES_RUN      the name of the run
  KFM_GATES_RECEIPT  where it must write its receipt, a JSON object; without one the run failed

exit codes:
  125 gate error, or no receipt   126 denied   127 command not found   75 lease held
  otherwise the command's own (128 + n for signal n)
"""


def ordered(words: Sequence[str]) -> tuple[list[str], list[str] | None]:
    """The words for argparse, and the command of `exec`: all that follows the first `--`, untouched.

    `runs` alone means `runs list`.
    """
    if words[:1] == ["exec"] and "--" in words:
        at = words.index("--")
        return list(words[:at]), list(words[at + 1 :])
    if words[:1] == ["runs"] and (
        len(words) == 1 or words[1] in ("--store", "--config", "--format", "--target")
    ):
        return ["runs", "list", *words[1:]], None
    return list(words), None


def exec_words(command: argparse.ArgumentParser) -> None:
    """The words of `exec` that are its own."""
    command.usage = "kfm-gates exec --operation O [options] [ROOT|MANIFEST …] -- CMD…"
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = EXEC_NOTES
    add = command.add_argument
    add("targets", nargs="*", metavar="ROOT|MANIFEST", help="the evidence that the command relies on")
    add(
        "--operation", required=True, metavar="NAME", help="what the command does: promote, build, cutover, …"
    )
    add(
        "--target",
        action="append",
        default=[],
        metavar="NAME",
        help="what it writes to, such as tiles:kansas-counties; may be repeated (default OPERATION:SLUG of each dataset)",
    )
    add(
        "--permit",
        metavar="FILE",
        help="a permit that was issued before; it is verified (default: judge now)",
    )
    add(
        "--receipt",
        metavar="FILE",
        help="where the command writes its receipt (default: in the permit store)",
    )
    add("--record", metavar="DIR", help="one more place for decision and permit, besides the permit store")


def list_words(command: argparse.ArgumentParser) -> None:
    """The words of `runs list`."""
    command.add_argument("--target", metavar="NAME", help="only runs of this target")
    command.add_argument("--format", choices=("text", "json"), default="text", help="default text")


def settle_words(command: argparse.ArgumentParser) -> None:
    """The words of `runs settle`."""
    add = command.add_argument
    add("run", metavar="RUN", help="the run that failed")
    add(
        "--as",
        dest="settled_as",
        required=True,
        choices=("repaired", "rolled-back"),
        help="what was done about it",
    )
    add("--by", required=True, metavar="PRINCIPAL", help="who answers for that")
    add("--reason", required=True, metavar="TEXT", help="what was wrong, and how it is known to be right now")
    add("--receipt", metavar="FILE", help="the receipt of the repair; its digest is recorded")
