"""What a permit says, and when there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import EngineError, UsageError
from kfm_gates.evidence.canonical import jcs
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.request import Request
from kfm_gates.model.permit import Permit
from kfm_gates.model.text import instant
from kfm_gates.permit.issue import Judged, NotIssued, audience_of, issue
from kfm_gates.permit.store import PermitStore
from kfm_gates.permit.subjects import subjects_root
from tests.model.samples import DECISION_PREDICATE, A, B, C
from tests.support.permits import moment, subject

HEAD = jcs({"root": A, "size": 3, "origin": "x"})


def _judged(subjects: int = 2, **changes: Any) -> Judged:
    named = [{"id": id, "digest": digest} for id, digest in (subject(n) for n in reversed(range(subjects)))]
    predicate = DECISION_PREDICATE | {
        "status": "PASS",
        "partial": False,
        "operation": "promote",
        "evaluated_at": moment(),
        "subjects": named,
    }
    return Judged({"predicate": predicate | changes}, B, HEAD, C)


def _issued(judged: Judged, seconds: int = 900) -> Permit:
    return Permit.read(issue(judged, lambda: "0" * 32, seconds), "permit.json")


@pytest.mark.parametrize("number", [1, 2, 1000])
def test_up_to_a_thousand_subjects_are_listed(number: int) -> None:
    permit = _issued(_judged(number))
    assert [(each.id, each.digest) for each in permit.subjects] == [subject(n) for n in range(number)]
    assert permit.subjects_root.document() == subjects_root(subject(n) for n in range(number))


def test_of_more_only_the_head_is_named() -> None:
    permit = _issued(_judged(1001))
    assert permit.subjects == ()
    assert permit.subjects_root.document() == subjects_root(subject(n) for n in range(1001))
    assert permit.subjects_root.root != _issued(_judged(1002)).subjects_root.root


def test_everything_that_was_judged_is_named() -> None:
    permit = _issued(_judged())
    assert (permit.decision_digest, permit.paths_digest, permit.audience) == (B, C, "0" * 32)
    assert permit.checkpoint is not None and permit.checkpoint.document() == {"root": A, "size": 3}
    assert permit.waivers == () and permit.scope is None
    assert _issued(_judged()).nonce != permit.nonce


def test_waivers_are_named_once_and_sorted() -> None:
    waivers = [{"id": name, "digest": A, "kind": "exception"} for name in ("w2", "w1", "w2")]
    assert [each.id for each in _issued(_judged(waivers=waivers)).waivers] == ["w1", "w2"]


@pytest.mark.parametrize("seconds", [1, 900, 3600])
def test_a_permit_lives_as_long_as_asked(seconds: int) -> None:
    permit = _issued(_judged(), seconds)
    assert (instant(permit.expires_at) - instant(permit.issued_at)).total_seconds() == seconds


@pytest.mark.parametrize("seconds", [-1, 0, 3601])
def test_no_permit_lives_longer_than_an_hour(seconds: int) -> None:
    with pytest.raises(UsageError, match="between 1 and 3600"):
        _issued(_judged(), seconds)


@pytest.mark.parametrize(
    "changes",
    [{"status": "DENY"}, {"status": "ERROR"}, {"partial": True}, {"evaluated_at": "2026-10-01T00:00:00Z"}],
)
def test_there_is_none_for_less_than_a_whole_pass_now(changes: dict[str, Any]) -> None:
    asked: list[str] = []
    with pytest.raises(NotIssued):
        issue(_judged(**changes), lambda: str(asked.append("asked")), 900)
    assert asked == [], "no store is made for a permit that there is not"


def _audience(folder: Path, configuration: Configuration | None = None, **asked: Any) -> str:
    root = folder / "evidence"
    root.mkdir(exist_ok=True)
    return audience_of(Request(str(folder), **asked), configuration or Configuration(folder), root)


def test_the_audience_is_the_store(tmp_path: Path) -> None:
    assert _audience(tmp_path) == "none"
    assert not (tmp_path / ".kfm-gates").exists()
    made = _audience(tmp_path, make_store=True)
    assert made == _audience(tmp_path) == PermitStore.open(tmp_path / ".kfm-gates" / "store", None).id
    named = _audience(tmp_path, store="named")
    assert named == PermitStore.open(tmp_path / "named", None).id != made
    configured = Configuration(tmp_path, store=tmp_path / "named")
    assert _audience(tmp_path, configured) == named
    assert _audience(tmp_path, configured, store=".kfm-gates/store") == made


def test_the_audience_can_be_named(tmp_path: Path) -> None:
    shared = Configuration(tmp_path, audience=("cutover", "build"))
    assert _audience(tmp_path, shared, make_store=True) == "cutover"
    assert _audience(tmp_path, shared, store="named") == "cutover"
    assert _audience(tmp_path, shared, audience="0" * 32) == "0" * 32
    assert [each.name for each in tmp_path.iterdir()] == ["evidence"]
    for wrong in ("", "none", "two words", "a" * 201):
        with pytest.raises(UsageError, match="--audience"):
            _audience(tmp_path, audience=wrong)


def test_a_store_that_nobody_named_and_that_can_not_be_used_is_no_audience(tmp_path: Path) -> None:
    place = tmp_path / ".kfm-gates" / "store"
    place.mkdir(parents=True)
    (place / "letters").touch()
    assert _audience(tmp_path, make_store=True) == "none"
    with pytest.raises(UsageError):
        _audience(tmp_path, store=".kfm-gates/store")
    with pytest.raises((UsageError, EngineError)):
        _audience(tmp_path, Configuration(tmp_path, store=place))
