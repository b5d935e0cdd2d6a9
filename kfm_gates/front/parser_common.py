"""What several commands take, and the parser itself. Only argparse is imported."""

from __future__ import annotations

import argparse
from typing import NoReturn

from kfm_gates.errors import UsageError
from kfm_gates.front.word_types import count, life, seconds

ENGINES = ("regorus", "conftest", "both")
"""As kfm_gates.judge.rego_choice knows them."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence."""

    def error(self, message: str) -> NoReturn:
        """See argparse."""
        raise UsageError(f"{message}; see `{self.prog} --help`")


def command(commands: argparse._SubParsersAction[Parser], name: str, help: str) -> Parser:
    """One more command, or action of a command."""
    return commands.add_parser(
        name, help=help, description=f"{help[0].upper()}{help[1:]}.", allow_abbrev=False
    )


def permitting(command: Parser) -> None:
    """What every command takes that may issue a permit."""
    add = command.add_argument
    store(command)
    add("--audience", metavar="NAME", help="who may consume the permit (default: the permit store)")
    add("--expires", type=life, default=900, metavar="TIME", help="how long it lives, such as 15m (default)")
    add("--sign-key", metavar="FILE", help="sign the permit with this private key (PEM, Ed25519 or P-256)")


def store(command: Parser) -> None:
    """Which permit store is meant."""
    command.add_argument(
        "--store", metavar="DIR", help="the permit store (default .kfm-gates/store beside the configuration)"
    )


def judging(command: Parser) -> None:
    """What every command takes that starts a judge process."""
    add = command.add_argument
    profile(command)
    add(
        "--engine",
        choices=ENGINES,
        help="what judges the rules in Rego (default: as kfm-gates.toml says, or regorus)",
    )
    add("--expect-pack", metavar="DIGEST", help="refuse any other policy pack than sha256:…")
    add("--jobs", type=count, default=1, metavar="N", help="processes that judge subjects (default 1)")
    add("--timeout", type=seconds, metavar="SECONDS", help="stop the judge after this time (default: never)")


def profile(command: Parser) -> None:
    """Which profile is meant, and which configuration."""
    command.add_argument("--profile", metavar="P", help="a built-in profile, or a .toml file")
    command.add_argument("--config", metavar="FILE", help="instead of the nearest kfm-gates.toml")
