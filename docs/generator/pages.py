"""The page of a check, and the index of all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from docs.generator.examples import Example, example
from docs.generator.house import (
    PACKAGE,
    cases,
    checks,
    link,
    metadata,
    places,
    reads,
    source,
    suite_of,
    suites,
)
from kfm_gates.judge.bench_engines import Engines

KINDS = {"python": "Python", "rego": "Rego", "shacl": "SHACL"}
DIRECTIONS = {"higher": "higher", "lower": "lower", "fewer": "fewer entries", "more": "more entries"}


def pages() -> Iterator[tuple[str, str]]:
    """File name below docs/checks and text, for every check and the index."""
    for suite in suites():
        with Engines(suite) as engines:
            for id in suite.checks:
                if suite_of(id) is suite:
                    yield f"{id}.md", page(id, engines)
    yield "index.md", index()


def page(id: str, engines: Engines) -> str:
    """The page of one check."""
    about = checks()[id].about
    parts = [f"# {id}", _sentence(about.title), _table(id), about.description]
    if about.settings:
        parts += ["## Settings", _settings(id)]
    shown = example(id, engines)
    if shown is not None:
        parts += ["## Example", *_example(shown)]
    if hint := _mending(id, shown):
        parts += ["## How to mend it", hint]
    parts += ["## Cases", _cases(id)]
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def index() -> str:
    """All checks, by profile and gate."""
    parts = [
        "# Checks",
        "Every check by the gate that it belongs to. `kfm-gates explain ID` prints its page.",
    ]
    for suite in suites():
        for gate in suite.profile.gates:
            label = f"{gate.label} · " if gate.label else ""
            parts.append(f"## {suite.profile.name}: {label}{gate.title}")
            rows = ["| check | | kind | serves |", "|---|---|---|---|"]
            for group in gate.groups:
                for id in group.checks:
                    about = checks()[id].about
                    rows.append(
                        f"| [{id}]({id}.md) | {_cell(about.title)} | {KINDS[about.kind]} | {', '.join(about.serves)} |"
                    )
            parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _table(id: str) -> str:
    about = checks()[id].about
    where = [
        f"{place.profile.name}, gate {place.gate.label or place.gate.name} ({place.gate.title})"
        for place in places(id)
    ]
    needs = ", ".join(f"[{need}]({need}.md)" for need in about.needs)
    rows = {
        "gate": "; ".join(where),
        "kind": KINDS[about.kind],
        "judged by": link(source(id), "../../"),
        "reads": ", ".join(f"`{name}`" for name in reads(id)),
        "needs": needs or "nothing first",
        "waivers": _waivers(id),
        "serves": ", ".join(about.serves),
        "proven before each run by": link(PACKAGE / "samples" / "denials" / f"{id}.json", "../../"),
    }
    about_rule = metadata(id)
    if about_rule is not None and about_rule.owner:
        rows["owner"] = about_rule.owner
    if about_rule is not None:
        rows["severity"] = about_rule.severity
    if about.effective_on:
        rows["in force from"] = about.effective_on
    return "| | |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in rows.items())


def _waivers(id: str) -> str:
    """Whether [waivers](../waivers.md) open it, by profile."""
    fixed = [place.profile.name for place in places(id) if place.profile.forbids_waiving(id)]
    free = [place.profile.name for place in places(id) if not place.profile.forbids_waiving(id)]
    if not fixed:
        return "[can be waived](../waivers.md)"
    return "can't be waived" + (f" under {', '.join(fixed)}; can be under {', '.join(free)}" if free else "")


def _settings(id: str) -> str:
    rows = ["| setting | default | may be changed to |", "|---|---|---|"]
    for name, setting in checks()[id].about.settings.items():
        way = DIRECTIONS[setting.stricter.value] + " only" if setting.stricter else "nothing else"
        rows.append(f"| `{name}` | `{_short(setting.default)}` | {way} |")
    return "\n".join(rows)


def _example(shown: Example) -> Iterator[str]:
    yield f"Case `{shown.case}`: {_sentence(shown.why)}"
    yield "```diff\n" + "\n".join(shown.lines) + "\n```"
    if shown.finding is not None:
        said = {"found": shown.finding.found, "expected": shown.finding.expected}
        rows = [f"{name}: {value}" for name, value in said.items() if value]
        yield "The finding:\n\n```text\n" + "\n".join([shown.finding.message, *rows]) + "\n```"


def _mending(id: str, shown: Example | None) -> str:
    about = metadata(id)
    if about is not None and about.remediation:
        return _sentence(about.remediation)
    return _sentence(shown.finding.hint) if shown and shown.finding and shown.finding.hint else ""


def _cases(id: str) -> str:
    rows = ["| case | base | what is broken | serves |", "|---|---|---|---|"]
    for name, case in cases(id).items():
        sealed = "" if case.get("reseal") else " (not resealed)"
        rows.append(
            f"| `{name}` | {case['base']} | {_cell(case['why'])}{sealed} | {', '.join(case['serves'])} |"
        )
    return "\n".join(rows)


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _short(value: Any) -> str:
    text = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
    return _cell(text if len(text) <= 160 else f"{text[:159]}…")
