"""Reading a step's output as the runner of GitHub Actions does."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One workflow command, decoded."""

    name: str
    properties: dict[str, str]
    data: str


def commands(output: str) -> list[Command]:
    """Every command; fails for a line that is none, or that holds a command of the older form `##[…]`."""
    lines = re.split(r"\r\n|\r|\n|\u2028|\u2029|\x85|\x0b|\x0c", output)
    assert lines.pop() == ""
    return [_command(line) for line in lines]


def _command(line: str) -> Command:
    assert "##[" not in line
    match = re.fullmatch(r"::([a-z-]+) (.*?)::(.*)", line)
    assert match, line[:200]
    name, properties, data = match.groups()
    pairs = [each.partition("=") for each in properties.split(",")]
    return Command(name, {key: _decoded(value) for key, _, value in pairs}, _decoded(data))


def _decoded(text: str) -> str:
    assert re.search("%(?!25|0D|0A|3A|2C)", text) is None
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text
