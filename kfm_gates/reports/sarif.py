"""SARIF 2.1.0 (OASIS), for code scanning and editors.

Every check of the profile is a rule. A finding is a result at its line; so is a check that failed or was not
judged, since a log without results reads as a pass. Code scanning refuses a file if one result has no place,
so what is about the whole is placed at the evidence root, and what has no line at line 1.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from kfm_gates.model.finding import Status
from kfm_gates.reports.blocking import Blocking, blocking, why_nothing
from kfm_gates.reports.harmless import visible
from kfm_gates.reports.places import below, in_repository
from kfm_gates.reports.result import Result, Rule
from kfm_gates.reports.waived import Waived, waived

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "kfmGates/v1"
_RUN = "kfm-gates.run"
"""The rule of what is about the whole run and so about no check."""
_LONGEST_PATH = 4096
"""Characters of a path: a longer one is no file that anybody has."""
_TOKEN = re.compile(r"\[redacted(?:: [a-z_, ]+)?\]")


def render(result: Result) -> str:
    """The whole log as ASCII JSON, on one line: it is for programs, and can hold ten thousand results."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(result)]}
    return json.dumps(log, ensure_ascii=True) + "\n"


def _run(result: Result) -> dict[str, Any]:
    found = blocking(result)
    opened = [(one, each) for one in waived(result) for each in _opened(one)]
    rules = {rule.id: rule for rule in result.rules}
    for each in (*found, *(each for _, each in opened)):
        rules.setdefault(each.check or _RUN, _unlisted(each))
    index = {id: number for number, id in enumerate(rules)}
    base, prefix = _base(result)
    driver = {
        "name": "kfm-gates",
        "semanticVersion": importlib.metadata.version("kfm-gates"),
        "rules": [_rule(rule) for rule in rules.values()],
    }
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"kfm-gates/{visible(result.profile) or 'none'}/"},
        "invocations": [_invocation(result, found)],
        "originalUriBaseIds": {base: {"description": {"text": _BASES[base]}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            *(_result(each, index, base, prefix) for each in found),
            *(_suppressed(one, each, index, base, prefix) for one, each in opened),
        ],
        "redactionTokens": sorted({t for each in (*found, *(e for _, e in opened)) for t in _redacted(each)}),
        "properties": _about(result),
    }


_BASES = {
    "%SRCROOT%": "the repository that holds the evidence",
    "EVIDENCE": "the evidence root, which lies in no repository",
}


def _base(result: Result) -> tuple[str, str]:
    """From where paths count: code scanning knows files by their path in the repository."""
    prefix = in_repository(result.root)
    return ("EVIDENCE", "") if prefix is None else ("%SRCROOT%", prefix)


def _rule(rule: Rule) -> dict[str, Any]:
    title, description = _lines(rule.title), _lines(rule.description or rule.title)
    more = f"`kfm-gates explain {rule.id}` shows what it reads and how it can be set."
    return {
        "id": rule.id,
        "shortDescription": {"text": title},
        "fullDescription": {"text": description},
        "help": {
            "text": f"{title}\n\n{description}\n\n{more}",
            "markdown": f"**{_no_html(title)}**\n\n{_no_html(description)}\n\n{more}",
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": list(filter(None, dict.fromkeys((rule.gate, rule.id.partition(".")[0]))))},
    }


def _unlisted(each: Blocking) -> Rule:
    """What is judged without a check of the profile, such as what changed meanwhile."""
    title = "Deny what the run itself came to." if not each.check else f"Deny what {each.check} finds."
    return Rule(each.check or _RUN, each.gate.rpartition(" ")[2], title, "")


def _result(each: Blocking, index: Mapping[str, int], base: str, prefix: str) -> dict[str, Any]:
    id, reason = each.check or _RUN, each.reason
    found: dict[str, Any] = {
        "ruleId": id,
        "ruleIndex": index[id],
        "level": "error",
        "kind": "fail",
        "message": {"text": _message(each)},
        "locations": [_location(each, base, prefix)],
        "properties": {"status": each.status.name} | _given(gate=each.gate, subject=each.subject),
    }
    if reason is not None:
        found["partialFingerprints"] = {FINGERPRINT: reason.stable_id}
        found["properties"] |= _given(
            pointer=reason.place.pointer, found=reason.found, expected=reason.expected, hint=reason.hint
        )
    return found


def _opened(one: Waived) -> Iterator[Blocking]:
    """The findings that waivers opened, in the form of what blocks."""
    for reason in one.check.reasons:
        yield Blocking(Status.WAIVED, reason.message, reason.check, one.gate, one.subject, reason)


def _suppressed(
    one: Waived, each: Blocking, index: Mapping[str, int], base: str, prefix: str
) -> dict[str, Any]:
    """A finding that a waiver opened: still there, and accepted by somebody (SARIF §3.27.23)."""
    said = {"kind": "external", "status": "accepted", "justification": visible(one.justification, 4000)}
    return _result(each, index, base, prefix) | {"level": "note", "suppressions": [said]}


def _redacted(each: Blocking) -> list[str]:
    """What stands where a value was withheld."""
    reason = each.reason
    texts = () if reason is None else (reason.message, reason.found, reason.expected, reason.hint)
    return [token for text in (each.message, *texts) for token in _TOKEN.findall(text)]


def _message(each: Blocking) -> str:
    head = "" if each.status is Status.DENY else f"{each.status.name}: "
    said = [f"{head}{each.message}"]
    if each.reason is not None:
        found, expected, hint = each.reason.found, each.reason.expected, each.reason.hint
        said += (
            [f"Found: {found}"] * bool(found)
            + [f"Expected: {expected}"] * bool(expected)
            + [hint] * bool(hint)
        )
    if each.waiting:
        said.append(f"Not judged because of it: {', '.join(each.waiting)}")
    return " ".join(_sentence(plain(text)) for text in said)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "…", "!", "?")) else f"{text}."


def plain(text: str) -> str:
    """Text for a plain message: no placeholder `{0}` (braces are doubled, SARIF §3.11.5), no `[link](…)` (§3.11.6)."""
    return visible(text).replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _location(each: Blocking, base: str, prefix: str) -> dict[str, Any]:
    place = each.reason.place if each.reason is not None else None
    path = below(prefix, place.file if place else "")[:_LONGEST_PATH] or "."
    if each.reason is not None and each.reason.policy:
        path = in_repository(os.path.dirname(each.reason.policy), each.reason.policy) or "."
    physical = {
        "artifactLocation": {"uri": quote(path.encode("utf-8", "backslashreplace")), "uriBaseId": base},
        "region": {"startLine": max(place.line if place else 1, 1)},
    }
    logical = [{"name": visible(each.subject), "kind": "module"}] if each.subject else []
    return {"physicalLocation": physical} | ({"logicalLocations": logical} if logical else {})


def _invocation(result: Result, found: Sequence[Blocking]) -> dict[str, Any]:
    """How the run went: a check that failed is a failure of the tool, a denial is not."""
    failed = [each for each in found if each.status is Status.ERROR]
    about: dict[str, Any] = {
        "executionSuccessful": not failed and result.status is not None,
        "exitCode": result.exit_code,
        "exitCodeDescription": result.status.name if result.status is not None else "nothing was judged",
    }
    notes = [_note(each.check, _message(each), "error") for each in failed]
    notes += [
        _note(name, f"{plain(name)} was not judged, since it waits for {plain(each.check)}.", "warning")
        for each in found
        for name in each.waiting
    ]
    notes += [_note("", _sentence(plain(result.no_permit)), "note")] if result.no_permit else []
    return about | {"toolExecutionNotifications": notes}


def _note(check: str, text: str, level: str) -> dict[str, Any]:
    associated = {"associatedRule": {"id": visible(check)}} if check else {}
    return {"message": {"text": text}, "level": level} | associated


def _about(result: Result) -> dict[str, Any]:
    if why_nothing(result) is not None:
        return {"status": "ERROR"}
    status = result.status.name if result.status is not None else "ERROR"
    return {"status": status, "partial": result.partial} | _given(
        operation=result.operation,
        profile=result.profile,
        evaluatedAt=result.evaluated_at,
        policyPack=result.policy_pack,
        decision=result.decision_digest,
    )


def _given(**values: str) -> dict[str, str]:
    return {name: visible(value) for name, value in values.items() if value}


def _lines(text: str) -> str:
    """A pack's own text: paragraphs and lists stay, everything else that can't be seen is spelled out."""
    flowing = re.sub(r"(?<=\S)\n(?=[^\s*+\-\d|])", " ", text)
    return "\n".join(visible(line, 4000) for line in flowing.splitlines())


def _no_html(text: str) -> str:
    """Markdown without HTML (SARIF §3.11.4.2); what stands between backticks is no HTML."""
    pieces = text.split("`")
    code = range(1, len(pieces) - 1, 2)
    return "`".join(p if n in code else p.replace("<", "&lt;") for n, p in enumerate(pieces))
