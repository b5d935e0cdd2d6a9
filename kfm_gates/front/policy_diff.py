"""`kfm-gates policy diff`: which verdicts another pack would turn, on evidence that was judged before."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from kfm_gates.checks.pack import known_ids
from kfm_gates.errors import UsageError
from kfm_gates.front.progress import Progress
from kfm_gates.judge.launch import judge_in_process
from kfm_gates.judge.request import Request
from kfm_gates.model.finding import Json
from kfm_gates.reports.harmless import visible

FLIPPED, NOT_COMPARED = 1, 3


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Judge again by both; 1 when a verdict differs, 3 when some evidence can't be compared any more."""
    now = arguments.evaluated_at or datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with tempfile.TemporaryDirectory() as scratch:
        profiles = [
            _profile(each, arguments, Path(scratch), n)
            for n, each in enumerate((arguments.old, arguments.new))
        ]
        found = [_compared(Path(each), profiles, now, arguments) for each in arguments.against]
    flips = [each for one in found for each in one["flips"]]
    gone = [each for one in found for each in one["not_compared"]]
    subjects = sum(one["subjects"] for one in found)
    listing = {
        "old": arguments.old,
        "new": arguments.new,
        "subjects": subjects,
        "flips": flips,
        "not_compared": gone,
    }
    if arguments.format == "json":
        out.write(json.dumps(listing, indent=2, ensure_ascii=False) + "\n")
    else:
        out.writelines(f"{line}\n" for line in _lines(listing))
    if gone or not subjects:
        return NOT_COMPARED
    return FLIPPED if flips else 0


def _profile(given: str, arguments: argparse.Namespace, scratch: Path, number: int) -> str:
    """A profile as it is named; for the folder of a pack, a profile that adds all of its checks."""
    folder = Path(given)
    if not folder.is_dir():
        return str(folder.resolve()) if given.endswith(".toml") else given
    checks = list(known_ids(folder))
    if not checks:
        raise UsageError(f"{given}: is no policy pack; a pack has checks in a folder checks, rego or shapes")
    base = arguments.profile or "promotion-v1"
    base = str(Path(base).resolve()) if base.endswith(".toml") else base
    head = {"name": f"pack-{number}", "extends": base, "packs": [str(folder.resolve())]}
    lines = ["[profile]", *(f"{key} = {json.dumps(value)}" for key, value in head.items())]
    lines += ["", "[gates.pack]", f"checks = {json.dumps(checks)}"]
    path = scratch / f"pack{number}.toml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def _compared(target: Path, profiles: list[str], now: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """One root under both, and what differs."""
    root, evaluated_at, stored = _evidence(target, now)
    before, after = (_judged(root, each, evaluated_at, arguments) for each in profiles)
    flips, gone = [], []
    for id in sorted({*before, *after, *stored}):
        digest = before.get(id, {}).get("digest")
        if id in stored and stored[id] != digest:
            state = "is not there any more" if digest is None else "has changed since it was judged"
            gone.append({"evidence": str(target), "subject": id, "reason": f"the evidence {state}"})
        elif id in before and id in after:
            flips += [
                {"evidence": str(target), "subject": id, **each} for each in _flips(before[id], after[id])
            ]
    return {"subjects": len(before.keys() & after.keys()), "flips": flips, "not_compared": gone}


def _evidence(target: Path, now: str) -> tuple[str, str, dict[str, str]]:
    """Root, moment and subjects: of a record of a run, or a root as it is now."""
    if not target.is_dir():
        raise UsageError(f"{target}: there is no such folder; give an evidence root or the record of a run")
    decision = target / "decision.json"
    if not decision.is_file():
        return str(target), now, {}
    try:
        predicate = json.loads(decision.read_bytes())["predicate"]
        root = str(json.loads((target / "run.json").read_bytes())["root"])
        subjects = {str(each["id"]): str(each["digest"]) for each in predicate["subjects"]}
        return root, str(predicate["evaluated_at"]), subjects
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{target}: is no readable record of a run ({type(error).__name__}: {error})"
        ) from error


def _judged(root: str, profile: str, evaluated_at: str, arguments: argparse.Namespace) -> dict[str, Json]:
    """Subject id to its part of the decision."""
    request = Request(
        folder=os.getcwd(),
        targets=(root,),
        configuration=arguments.config,
        profile=profile,
        evaluated_at=evaluated_at,
        jobs=arguments.jobs,
    )
    with Progress(sys.stderr) as progress:
        verdict = judge_in_process(request, progress, timeout=arguments.timeout)
    if verdict.statement is None:
        return {}
    return {each["id"]: each for each in verdict.statement["predicate"]["subjects"]}


def _flips(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[dict[str, Any]]:
    """The subject's own status first, then each check's."""
    if before["status"] != after["status"]:
        yield {"check": None, "old": before["status"], "new": after["status"], "why": ""}
    old, new = ({each["id"]: each for each in side["checks"]} for side in (before, after))
    for id in dict.fromkeys([*old, *new]):
        was, now = (side[id]["status"] if id in side else "not judged" for side in (old, new))
        if was != now:
            told = new.get(id, {}).get("findings") or old.get(id, {}).get("findings") or []
            yield {"check": id, "old": was, "new": now, "why": told[0]["message"] if told else ""}


def _lines(listing: Mapping[str, Any]) -> Iterator[str]:
    for each in listing["flips"]:
        what = f"  {each['check']}" if each["check"] else ""
        why = f"  ({each['why']})" if each["why"] else ""
        yield visible(f"{each['subject']}{what}: {each['old']} -> {each['new']}{why}", 400)
    for each in listing["not_compared"]:
        yield visible(f"{each['subject']}: not compared, {each['reason']}", 400)
    yield (
        f"{listing['subjects']} subjects, {len(listing['flips'])} differences, "
        f"{len(listing['not_compared'])} not compared"
    )
