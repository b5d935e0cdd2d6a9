"""Permits at admission: one that the judge process just issued, or one that somebody brings."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path

from kfm_gates.errors import EngineError, PermitMismatch, PermitStale
from kfm_gates.evidence.canonical import jcs
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.judge import record
from kfm_gates.judge.launch import Verdict
from kfm_gates.judge.request import Request
from kfm_gates.model.finding import Json
from kfm_gates.model.permit import Permit
from kfm_gates.permit.admitted import Grant
from kfm_gates.permit.place import Place
from kfm_gates.permit.store import PermitStore
from kfm_gates.permit.verify import read_permit, verify


def judged(verdict: Verdict, operation: str, site: Place, folder: Path) -> Grant:
    """The permit of a verdict, which the judge process wrote into the run's own folder."""
    path = folder / "permit.json"
    permit = read_permit(path)
    decision = (folder / "decision.json").read_bytes()
    if permit.operation != operation:
        raise PermitMismatch(f"the permit is for {permit.operation!r}, not for {operation!r}")
    if permit.decision_digest != verdict.decision_digest or not _is(decision, permit):
        raise EngineError(f"{folder}: the record is not what the judge said; nothing ran")
    if Path(verdict.run["root"]) != site.target.root:
        raise EngineError(f"the judge judged {verdict.run['root']}, not {site.target.root}; nothing ran")
    return Grant(permit, path, verdict.statement, site.target.root)


def given(
    path: Path,
    request: Request,
    site: Place,
    store: PermitStore,
    folder: Path,
    judge: Callable[[Request], Verdict],
) -> Grant:
    """A permit that was issued before, if it holds now. Its decision is what was judged again, or lies beside it."""
    given_path = Path(request.folder) / path
    permit = read_permit(given_path)
    store.refuse_unusable(permit)  # at once: judging takes longer
    said: list[Verdict] = []

    def remembered(asked: Request) -> Verdict:
        said.append(judge(asked))
        return said[-1]

    verify(permit, request, operation=request.operation, expect_pack=request.expect_pack, judge=remembered)
    decision = jcs(said[-1].statement) + b"\n" if said else _beside(given_path, permit)
    if not _is(decision, permit):
        raise PermitStale("the decision is not the one that the permit names; run the gates again")
    record.write(folder, "decision.json", decision)
    record.write(folder, "permit.json", given_path.read_bytes())
    if read_permit(folder / "permit.json") != permit:
        raise PermitStale(f"{given_path}: changed while it was verified; run the gates again")
    return Grant(permit, folder / "permit.json", parse_json(decision), site.target.root)


def copy_record(folder: Path, to: Path) -> None:
    """Copy what was judged to the place that the caller named, the permit last."""
    for name in reversed(record.NAMES):
        with contextlib.suppress(FileNotFoundError):
            record.write(to, name, (folder / name).read_bytes())


def _beside(path: Path, permit: Permit) -> bytes:
    """The decision of a signed permit, which is not judged again."""
    decision = path.with_name("decision.json")
    try:
        return decision.read_bytes()
    except OSError as error:
        raise PermitStale(
            f"{decision}: the decision that the permit names must lie beside it: {error.strerror}"
        ) from error


def _is(decision: bytes, permit: Permit) -> bool:
    """Whether this is the decision of the permit; on disk a newline follows what is hashed."""
    decision = decision.removesuffix(b"\n")
    digest: Json = "sha256:" + hashlib.sha256(decision).hexdigest()
    return bool(digest == permit.decision_digest)
