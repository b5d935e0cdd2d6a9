"""One line of the ledger, read by the strict parser and the model, or by one pattern that asks for the same.

Almost every line has the very form that a canonical entry with plain characters has. The pattern accepts
nothing that the slow way would refuse; what it does not accept is read the slow way, which finds the words.
"""

from __future__ import annotations

import re
import typing
from datetime import datetime
from typing import Any, NamedTuple

from kfm_gates.evidence.canonical import jcs
from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.base import form_findings
from kfm_gates.model.finding import Finding, Place, finding
from kfm_gates.model.ledger import LedgerEntry
from kfm_gates.model.parts import PassFail, RunOperation
from kfm_gates.model.text import RunIdOrUuid, Sha256, Slug, Timestamp, VersionId, instant


class LedgerLine(NamedTuple):
    """What an entry says; `number` is its place in the file, from 0."""

    number: int
    seq: int
    prev: str | None
    time: str
    moment: datetime
    slug: str
    version: str
    run_id: str
    operation: str
    status: str
    path: str
    digest: str


def _text(kind: Any) -> str:
    return f"(?:{typing.get_args(kind)[1].pattern})"


def _words(kind: Any) -> str:
    return "|".join(re.escape(word) for word in typing.get_args(kind))


_SEGMENT = r"(?!\.\.?[/\"])[A-Za-z0-9._@+-]+"
_CANONICAL = re.compile(
    rf'\{{"dataset_slug":"(?P<slug>{_text(Slug)})"'
    rf',"dataset_version_id":"(?P<version>{_text(VersionId)})"'
    r',"kind":"receipt"'
    rf',"operation":"(?P<operation>{_words(RunOperation)})"'
    rf',"prev":(?:null|"(?P<prev>{_text(Sha256)})")'
    rf',"receipt":\{{"digest":"(?P<digest>{_text(Sha256)})","path":"(?P<path>{_SEGMENT}(?:/{_SEGMENT})*)"\}}'
    rf',"run_id":"(?P<run_id>{_text(RunIdOrUuid)})"'
    r',"seq":(?P<seq>0|[1-9][0-9]{0,14})'
    rf',"status":"(?P<status>{_words(PassFail)})"'
    rf',"ts":"(?P<time>{_text(Timestamp)})"\}}'
)
_NAMES = ("slug", "version", "run_id", "operation", "status", "path", "digest")
_UNREAL_RUN = typing.get_args(RunIdOrUuid)[1].flaw


def read_line(line: bytes, number: int, path: str) -> tuple[LedgerLine | None, tuple[Finding, ...]]:
    """The entry in a line (without its newline), or None; and what is wrong with it.

    Raises Malformed, with the line and a pointer into the ledger, when it is no strict JSON.
    """
    quick = _quickly(line, number)
    return (quick, ()) if quick is not None else slowly(line, number, path)


def _quickly(line: bytes, number: int) -> LedgerLine | None:
    found = _CANONICAL.fullmatch(line.decode("latin-1"))
    if found is None:
        return None
    time, prev, seq = found["time"], found["prev"], int(found["seq"])
    if (seq == 0) != (prev is None) or _UNREAL_RUN(found["run_id"]):
        return None
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return None
    return LedgerLine(number, seq, prev, time, moment, *found.group(*_NAMES))


def slowly(line: bytes, number: int, path: str) -> tuple[LedgerLine | None, tuple[Finding, ...]]:
    """Like `read_line`, by the strict parser, the model and RFC 8785."""
    try:
        raw = parse_json(line)
    except Malformed as error:
        raise Malformed(str(error), line=number + 1, pointer=f"/{number}{error.pointer}") from None
    entry, problems = form_findings(LedgerEntry, raw, path)
    findings = [_in_ledger(problem, number) for problem in problems]
    if jcs(raw) != line:
        findings.append(
            finding(
                Place(path, f"/{number}"),
                f"entry {number} is not written canonically",
                found=line[:80].decode("utf-8", "replace"),
                expected="canonical JSON (RFC 8785): sorted keys, no spaces, nothing escaped without need",
                hint="write entries with the tool that appends receipts; never by hand",
            )
        )
    if entry is None:
        return None, tuple(findings)
    read = LedgerLine(
        number,
        entry.seq,
        entry.prev,
        entry.ts,
        instant(entry.ts),
        entry.dataset_slug,
        entry.dataset_version_id,
        entry.run_id,
        entry.operation,
        entry.status,
        entry.receipt.path,
        entry.receipt.digest,
    )
    return read, tuple(findings)


def _in_ledger(problem: Finding, number: int) -> Finding:
    place = Place(problem.place.file, f"/{number}{problem.place.pointer}")
    return Finding(place, f"entry {number}: {problem.message}", problem.found, problem.expected, problem.hint)
