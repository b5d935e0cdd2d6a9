"""docs/requirements.md: what the runbooks demand, the checks that serve it, and the cases that show it.

A requirement is served when a check names it and a resealed denial case of that check cites it: only then is it
known that this check, and not a stale digest, denies. What no check serves must be named in `later` of
`requirements.json`, with the subject that will serve it; otherwise nothing is generated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from docs.generator.house import cases, checks

_FILE = Path(__file__).with_name("requirements.json")
_SHOWN = 3


class OpenRequirement(Exception):
    """A requirement that nothing serves and nobody has put off."""


@cache
def _data() -> Any:
    return json.loads(_FILE.read_text("utf-8"))


def requirements() -> Mapping[str, str]:
    """Number to text, in order."""
    return {number: text for group in _data()["groups"] for number, text in group["requirements"].items()}


def later() -> Mapping[str, str]:
    """Number to the subject that will serve it."""
    return {number: subject for subject, spans in _data()["later"].items() for number in _numbers(spans)}


def served() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Number to check to the resealed cases of that check which cite it; checks without such a case are left out."""
    found: dict[str, dict[str, tuple[str, ...]]] = {number: {} for number in requirements()}
    for id, check in checks().items():
        for number in check.about.serves:
            showing = [name for name, c in cases(id).items() if c.get("reseal") and number in c["serves"]]
            if showing:
                found[number][id] = tuple(showing)
    return found


def problems() -> Iterator[str]:
    """What is wrong with the table: open numbers, numbers that do not exist, and some that are put off needlessly."""
    known, done, waits = requirements(), served(), later()
    for number in known:
        if not done[number] and number not in waits:
            yield f"{number} is served by no check with a resealed case, and put off to nothing: {known[number]}"
        if done[number] and number in waits and _is_whole(waits[number]):
            yield f"{number} is served by {', '.join(done[number])}; take it out of `later` in {_FILE.name}"
    for number in sorted({*waits} - {*known}):
        yield f"{number} is put off, and there is no such requirement"
    for id, check in checks().items():
        for number in check.about.serves:
            if number not in known:
                yield f"{id} serves {number}, and there is no such requirement"


def page() -> str:
    """The page. Raises OpenRequirement when the table has a problem."""
    found = list(problems())
    if found:
        raise OpenRequirement("; ".join(found))
    parts = [
        "# Requirements",
        "What the runbooks demand of the gates, number by number: the checks that serve each requirement, and the "
        "denial cases that show it. A check counts when a case that cites the number is resealed, so that nothing "
        "but the check itself can deny. Where no check serves a requirement yet, the table says what will; where "
        "some do and more is to come, it says both.",
    ]
    done, waits = served(), later()
    for group in _data()["groups"]:
        rows = ["| | requirement | served by |", "|---|---|---|"]
        for number, text in group["requirements"].items():
            by = [_served_by(id, names) for id, names in done[number].items()]
            by += [f"*to come: {waits[number]}*"] if number in waits else []
            rows.append(f"| {number} | {text.replace('|', chr(92) + '|')} | {'<br>'.join(by)} |")
        parts += [f"## {group['title']}", "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def _served_by(id: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"[{id}](checks/{id}.md): {', '.join(f'`{name}`' for name in names[:_SHOWN])}{more}"


def _is_whole(subject: str) -> bool:
    """Whether a subject would serve the requirement alone: profiles ask the same at another time."""
    return "profile" not in subject


def _numbers(spans: Sequence[str]) -> Iterator[str]:
    for span in spans:
        first, *last = (int(each) for each in re.findall(r"R-(\d{3})", span))
        for number in range(first, (last[0] if last else first) + 1):
            yield f"R-{number:03}"
