"""The table of named ways around the gates in the threat model: each is a test."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator

from docs.generator.house import REPOSITORY

_BLOCK = re.compile(r"(?<=<!-- ways -->\n).*?(?=<!-- /ways -->)", re.DOTALL)
_NOT_GREEN = "the session is not green, and no permit is left that verifies"
_LOST = "no plugin can change the exit status; no permit is left that verifies"
_OF_PYTEST = {
    "SELECTION": ("select something else than the gates", _NOT_GREEN),
    "MODES": ("end green in a mode that judges nothing", _NOT_GREEN),
    "SWITCHED_OFF": ("run without the plugin", _NOT_GREEN),
    "IN_CONFTEST": ("change the outcome from the project's own code", _NOT_GREEN),
    "LOST": ("end before the plugin's first word, or after its last", _LOST),
}
Row = tuple[str, str, str, str]


def threat_model() -> str:
    """docs/threat-model.md with the table of this version in its place."""
    text = (REPOSITORY / "docs" / "threat-model.md").read_text("utf-8")
    rows = sorted([*_tried(), *_pytest(), *_action()], key=lambda row: row[0])
    block = f"{len(rows)} ways are tried, each by a test of its name.\n\n{_table(rows)}"
    text, number = _BLOCK.subn(lambda _: block, text)
    if number != 1:
        raise ValueError("docs/threat-model.md must have one place between <!-- ways --> and <!-- /ways -->")
    return text


def _tried() -> Iterator[Row]:
    for path in sorted((REPOSITORY / "tests" / "bypass" / "ways").glob("*.py")):
        importlib.import_module(f"tests.bypass.ways.{path.stem}")
    scenarios = importlib.import_module("tests.bypass.scenario").SCENARIOS
    for each in scenarios.values():
        yield each.door, each.name.partition(": ")[2], each.wants, each.must


def _pytest() -> Iterator[Row]:
    module = importlib.import_module("tests.front.test_pytest_scenarios")
    for group, (wants, must) in _OF_PYTEST.items():
        for name in getattr(module, group):
            yield "pytest", re.sub(r"^\d+b? ", "", name), wants, must


def _action() -> Iterator[Row]:
    wants = "start the gates from a step in such a way that a denial stays green"
    for name in importlib.import_module("tests.action.shapes").SHAPES:
        yield "action", name.replace("-", " "), wants, "the job is red, and `run` is not started"


def _table(rows: Iterable[Row]) -> str:
    lines = ["| door | way | what an attacker wants | what must happen |", "|---|---|---|---|"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
