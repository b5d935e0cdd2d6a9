"""What the pages are made of: profiles, checks, their metadata and their denial cases."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kfm_gates.checks.api import Check
from kfm_gates.checks.pack import check_files
from kfm_gates.engines.rego_metadata import RuleMetadata, read_metadata
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.profile import Gate, Profile, built_in_profiles
from kfm_gates.judge.suite import Suite, assemble

REPOSITORY = Path(__file__).parent.parent.parent
PACKAGE = REPOSITORY / "kfm_gates"
DENIALS = REPOSITORY / "fixtures" / "denials"


@dataclass(frozen=True)
class Place:
    """Where a profile judges a check."""

    profile: Profile
    gate: Gate


@cache
def suites() -> tuple[Suite, ...]:
    """Every built-in profile with its checks."""
    return tuple(assemble(Configuration(REPOSITORY), name) for name in built_in_profiles())


@cache
def checks() -> Mapping[str, Check]:
    """Every check of every built-in profile, by ID."""
    found = {id: check for suite in suites() for id, check in suite.checks.items()}
    return dict(sorted(found.items()))


def suite_of(id: str) -> Suite:
    """The first suite that judges a check; that of promotion before all others."""
    ordered = sorted(suites(), key=lambda suite: suite.profile.name != "promotion-v1")
    return next(suite for suite in ordered if id in suite.checks)


def places(id: str) -> Iterator[Place]:
    """The gates that a check belongs to."""
    for suite in suites():
        for gate in suite.profile.gates:
            if any(id in group.checks for group in gate.groups):
                yield Place(suite.profile, gate)


def source(id: str) -> Path:
    """The file that judges, as it lies in the repository."""
    (path,) = check_files(PACKAGE, id)
    return path.resolve()


def metadata(id: str) -> RuleMetadata | None:
    """The metadata of a rule or a shape; None for Python."""
    path = source(id)
    return None if path.suffix == ".py" else read_metadata(path.name, path.read_text("utf-8"))


def reads(id: str) -> tuple[str, ...]:
    """The documents and facts that a check reads."""
    check: Any = checks()[id]
    about = metadata(id)
    if about is not None:
        return about.evidence
    return tuple(_plain(kind) for kind in check.evidence.values())


def _plain(kind: Any) -> str:
    text = kind.__name__ if isinstance(kind, type) and not hasattr(kind, "__args__") else str(kind)
    return text.replace("kfm_gates.", "").split(".")[-1] if "[" not in text else _generic(text)


def _generic(text: str) -> str:
    """`tuple[kfm_gates.model.receipt.Receipt, ...]` as `tuple[Receipt, ...]`."""
    import re

    return re.sub(r"[\w.]+\.(\w+)", r"\1", text)


@cache
def cases(id: str) -> Mapping[str, Any]:
    """The denial cases of a check, by name."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted((DENIALS / id).glob("*.json"))}


def link(path: Path, start: str) -> str:
    """A Markdown link from a document `start` levels below the repository to a file in it."""
    name = path.relative_to(REPOSITORY).as_posix()
    return f"[`{name}`]({start}{name})"
