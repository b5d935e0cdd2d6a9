"""The README's help text, which is what the program says."""

from __future__ import annotations

import os
import re

from docs.generator.house import REPOSITORY

_BLOCK = re.compile(r"(?<=<!-- help -->\n).*?(?=<!-- /help -->)", re.DOTALL)


def readme() -> str:
    """README.md with the help text of this version in its place."""
    text = (REPOSITORY / "README.md").read_text("utf-8")
    block = f"```text\n$ kfm-gates --help\n{_help()}```\n"
    text, number = _BLOCK.subn(lambda _: block, text)
    if number != 1:
        raise ValueError("README.md must have one place between <!-- help --> and <!-- /help -->")
    return text


def _help() -> str:
    from kfm_gates.front.parser import parser

    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "100"
    try:
        return parser().format_help()
    finally:
        os.environ.pop("COLUMNS")
        if before is not None:
            os.environ["COLUMNS"] = before
