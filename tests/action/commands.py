"""What a step says to the runner: commands on its output, and the files of GITHUB_OUTPUT and GITHUB_ENV."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_COMMAND = re.compile(r"^\s*::([\w-]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$")
_OLD_COMMAND = re.compile(r"##\[([\w-]+)(?: ([^\]]*))?\](.*)$")
_KNOWN = {
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
}
_SWITCHED_OFF = {"set-env", "add-path"}


@dataclass
class Said:
    """What came of a step's output."""

    outputs: dict[str, str] = field(default_factory=dict)
    annotations: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    failed: bool = False
    """A command that is switched off was used, which fails the step."""


def read_log(log: str) -> Said:
    """Obey the commands in a step's output, as the runner does, both in the new and in the old spelling."""
    said, stopped = Said(), None
    for line in log.splitlines():
        match = _COMMAND.match(line) or _OLD_COMMAND.search(line)
        if match is None:
            continue
        name, properties, value = match[1].lower(), _properties(match[2] or ""), _unescaped(match[3])
        if stopped is not None:
            stopped = None if match[1] == stopped else stopped
        elif name not in _KNOWN:
            continue
        elif name == "stop-commands":
            stopped = value
        elif name == "set-output":
            said.outputs[properties["name"]] = value
        elif name in _SWITCHED_OFF:
            said.failed = True
        elif name in ("error", "warning", "notice"):
            said.annotations.append((name, properties, value))
    return said


def read_file(path: Path) -> dict[str, str]:
    """The `name=value` and `name<<delimiter` entries of a command file; raises ValueError like the runner."""
    found: dict[str, str] = {}
    lines = path.read_text("utf-8").split("\n")
    while lines:
        line = lines.pop(0)
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
        elif heredoc >= 0:
            name, _, delimiter = line.partition("<<")
            if delimiter not in lines:
                raise ValueError(f"{path.name}: no matching delimiter {delimiter!r}")
            end = lines.index(delimiter)
            value, lines = "\n".join(lines[:end]), lines[end + 1 :]
        else:
            raise ValueError(f"{path.name}: invalid format {line!r}")
        if not name:
            raise ValueError(f"{path.name}: a name is empty")
        found[name] = value
    return found


def _properties(text: str) -> dict[str, str]:
    pairs = (each.partition("=") for each in re.split("[,;]", text) if "=" in each)
    return {name.strip().lower(): _unescaped(value) for name, _, value in pairs}


def _unescaped(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text
