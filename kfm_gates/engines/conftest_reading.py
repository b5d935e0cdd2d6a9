"""Reading what conftest printed. Its exit code is never believed alone, and nothing that it left out is a pass.

Conftest computes its successes by subtraction and says nothing of namespaces, rules and values that it does not
know. So there must be exactly one entry per file and namespace, the rules of the policy must have been counted,
nothing may have been exempted, and what conftest itself makes of `deny` must be what the policy said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from kfm_gates.engines.conftest_bridge import BRIDGE, MESSAGE, Asked, read
from kfm_gates.engines.conftest_process import Ended
from kfm_gates.engines.interface import RegoAnswer
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

_KEYS = {"filename", "namespace", "successes", "warnings", "failures", "exceptions", "skipped"}


def answers(
    path: str, ended: Ended, questions: Mapping[str, Asked], own: str | None, rules: int
) -> list[RegoAnswer]:
    """The answer to each question (file name to question), in their order.

    `own` is the namespace of the policy, of which conftest must have counted `rules` rules; None when conftest
    was not asked to read `deny` itself. Raises EngineError when anything is not as it must be.
    """
    namespaces = [BRIDGE] if own is None else [own, BRIDGE]
    entries = _entries(path, ended, list(questions), namespaces)
    found = []
    for name, question in questions.items():
        answer = _reported(path, question, entries[name, BRIDGE])
        if own is not None:
            _agree(path, question, answer, entries[name, own], rules)
        found.append(answer)
    failed = any(entry["failures"] for entry in entries.values())
    if ended.code != int(failed):
        raise EngineError(
            f"{path}: conftest ended with exit code {ended.code}, which contradicts what it printed."
        )
    return found


def refusal(ended: Ended) -> str | None:
    """What conftest said when it refused to judge at all; None when it judged."""
    if ended.code == 0 or ended.stdout.strip():
        return None
    lines = [line.strip() for line in ended.stderr.splitlines() if line.strip()]
    told = [line.removeprefix("Error: running test: ") for line in lines if not line.startswith("Usage")]
    return "; ".join(told)[:600] or f"it said nothing and ended with exit code {ended.code}"


def _entries(
    path: str, ended: Ended, files: Sequence[str], namespaces: Sequence[str]
) -> dict[tuple[str, str], dict[str, Json]]:
    try:
        listing = json.loads(ended.stdout)
    except (ValueError, RecursionError) as error:
        raise EngineError(f"{path}: conftest printed what is no JSON (exit code {ended.code}).") from error
    found: dict[tuple[str, str], dict[str, Json]] = {}
    for entry in listing if isinstance(listing, list) else [None]:
        if not isinstance(entry, dict) or not set(entry) <= _KEYS or not _is_count(entry.get("successes")):
            raise EngineError(f"{path}: conftest printed an entry that is not of the known form.")
        key = (str(entry.get("filename")), str(entry.get("namespace")))
        if key in found:
            raise EngineError(f"{path}: conftest printed two entries for {key[0]} and {key[1]}.")
        found[key] = {"warnings": [], "failures": [], "exceptions": [], "skipped": [], **entry}
    wanted = {(file, namespace) for file in files for namespace in namespaces}
    if missing := sorted(wanted - set(found)):
        raise EngineError(
            f"{path}: conftest printed no entry for {len(missing)} of {len(wanted)} files and namespaces "
            f"(the first: {missing[0][1]}), so nobody knows what it did with them."
        )
    if set(found) != wanted:
        raise EngineError(f"{path}: conftest printed entries for what it was not asked.")
    return found


def _reported(path: str, question: Asked, entry: Mapping[str, Json]) -> RegoAnswer:
    warnings = entry["warnings"]
    if entry["failures"] or entry["exceptions"] or entry["skipped"] or len(warnings) != 1:
        raise EngineError(f"{path}: conftest gave {len(warnings)} answers to one question.")
    (warning,) = warnings
    if not isinstance(warning, dict) or warning.get("msg") != MESSAGE:
        raise EngineError(f"{path}: conftest gave another answer than was asked for.")
    return read(path, question, (warning.get("metadata") or {}).get("answer"))


def _agree(path: str, question: Asked, answer: RegoAnswer, entry: Mapping[str, Json], rules: int) -> None:
    """Demand that conftest itself sees the reasons that the policy gave."""
    failures = entry["failures"]
    if entry["exceptions"] or entry["skipped"] or entry["warnings"]:
        raise EngineError(f"{path}: conftest exempts or warns in {question.package}; a policy only denies.")
    if entry["successes"] + len(failures) < rules or rules == 0:
        raise EngineError(
            f"{path}: conftest judged {entry['successes'] + len(failures)} rules of {question.package}, "
            f"which has {rules}."
        )
    told = [message for message in map(_message, answer.deny) if message]
    seen = [failure.get("msg") if isinstance(failure, dict) else None for failure in failures]
    same = len(told) == len(seen) if question.rounded else sorted(told) == sorted(map(str, seen))
    if not same:
        raise EngineError(
            f"{path}: conftest itself reads {len(seen)} denials where the policy gives {len(told)} reasons, "
            "or reads other words."
        )


def _message(reason: Json) -> str:
    """The message that conftest reads in a reason; empty for what it passes over in silence."""
    said = reason.get("msg") if isinstance(reason, dict) else reason
    return said if isinstance(said, str) else ""


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
