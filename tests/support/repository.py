"""What the repository says of its checks: the profiles, the files that judge, and the denial cases."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kfm_gates.checks.api import Check
from kfm_gates.checks.registry import find_checks
from kfm_gates.judge.profile import built_in_profiles
from kfm_gates.judge.profile_file import load_profile

REPOSITORY = Path(__file__).parent.parent.parent
PACKAGE = REPOSITORY / "kfm_gates"
DENIALS = REPOSITORY / "fixtures" / "denials"
SAMPLES = PACKAGE / "samples" / "denials"
DOCS = REPOSITORY / "docs" / "checks"


@functools.cache
def check_ids() -> tuple[str, ...]:
    """Every check of every built-in profile, sorted."""
    return tuple(
        sorted({id for name in built_in_profiles() for id in load_profile(name, REPOSITORY).check_ids()})
    )


@functools.cache
def profile_of(id: str) -> str:
    """A built-in profile that judges a check."""
    known = ("promotion-v1", *built_in_profiles())
    return next(name for name in known if id in load_profile(name, REPOSITORY).check_ids())


@functools.cache
def checks() -> Mapping[str, Check]:
    """Those checks themselves."""
    return find_checks(check_ids())


@functools.cache
def cases(id: str) -> Mapping[str, Any]:
    """The denial cases of a check, by name."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted((DENIALS / id).glob("*.json"))}
