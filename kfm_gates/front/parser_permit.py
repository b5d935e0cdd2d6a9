"""The words of `permit` and `runs`. Only argparse is imported."""

from __future__ import annotations

from kfm_gates.front import parser_runs
from kfm_gates.front.parser_common import Parser, command, judging, store


def permit_words(parent: Parser) -> None:
    """The actions of `permit`."""
    actions = parent.add_subparsers(dest="action", metavar="ACTION", required=True)
    verify = command(actions, "verify", "verify its signature, or judge again; exit 0 only if it holds")
    verify.add_argument("permit", metavar="PERMIT", help="the permit file")
    verify.add_argument("targets", nargs="*", metavar="ROOT|MANIFEST", help="the evidence that it is for")
    verify.add_argument("--operation", metavar="NAME", help="what is about to be done, such as promote")
    verify.add_argument("--store", metavar="DIR", help="also demand that this permit store can consume it")
    judging(verify)
    show = command(actions, "show", "print what a permit says, without believing it")
    show.add_argument("permit", metavar="PERMIT", help="the permit file")


def runs_words(parent: Parser) -> None:
    """The actions of `runs`."""
    actions = parent.add_subparsers(dest="action", metavar="ACTION", required=True)
    listed = command(actions, "list", "list the runs of each target and how they ended (also without ACTION)")
    parser_runs.list_words(listed)
    settled = command(actions, "settle", "record how a run that failed was repaired or rolled back")
    parser_runs.settle_words(settled)
    for each in (listed, settled):
        store(each)
        each.add_argument("--config", metavar="FILE", help="instead of the nearest kfm-gates.toml")
