"""docs/gates.md: the profiles, what each of their gates asks, and what may not apply."""

from __future__ import annotations

from collections.abc import Iterator

from docs.generator.house import suites
from kfm_gates.facts.applicability import APPLICABILITY
from kfm_gates.judge.suite import Suite


def gates() -> str:
    """The page."""
    parts = [
        "# Gates",
        "A gate is a named set of checks. A profile says which gates an operation needs; the letters are labels "
        "that a profile gives. Every check links to its page, which says what is denied, why, and how to mend it.",
    ]
    for suite in suites():
        parts += _profile(suite)
    return "\n\n".join(parts) + "\n"


def _profile(suite: Suite) -> Iterator[str]:
    profile = suite.profile
    yield f"## {profile.name}"
    yield f"Operation: `{profile.operation}`. {profile.description}"
    rows = ["| | gate | checks |", "|---|---|---|"]
    for gate in profile.gates:
        names = " · ".join(
            " or ".join(f"[{id}](checks/{id}.md)" for id in group.checks) for group in gate.groups
        )
        label = f"**{gate.label}**" if gate.label else ""
        after = f" (after {', '.join(gate.needs)})" if gate.needs else ""
        rows.append(f"| {label} | {gate.title}{after} | {names} |")
    yield "\n".join(rows)
    for entry in profile.not_planned:
        fact = APPLICABILITY[entry.unless]
        listed = ", ".join(f"[{id}](checks/{id}.md)" for id in entry.checks)
        yield f"Judged only if {fact.meaning} (`{fact.name}`): {listed}. The record says so, with the fact."
