"""A decorated builder does not begin without a verified permit for its operation."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path
from typing import Any

import pytest

from kfm_gates import PermitMismatch, VerifiedPermit, requires_permit
from tests.support.permits import verified

RAN: list[str] = []


@requires_permit("build")
def build(permit: VerifiedPermit, out: str = "x") -> str:
    """Build it."""
    RAN.append(out)
    return permit.inputs.read("a.txt").decode()


@requires_permit("build")
def build_by_name(out: str, *, permit: VerifiedPermit) -> str:
    RAN.append(out)
    return permit.nonce


@requires_permit("build")
async def build_later(permit: VerifiedPermit) -> str:
    RAN.append("later")
    return permit.nonce


class Builder:
    @requires_permit("build")
    def build(self, permit: VerifiedPermit) -> str:
        RAN.append("method")
        return permit.nonce


@pytest.fixture(autouse=True)
def nothing_ran() -> None:
    RAN.clear()


def test_right_use(tmp_path: Path) -> None:
    permit = verified(tmp_path, "build")
    assert build(permit, "a") == "judged" and build(permit=permit) == "judged"
    assert build_by_name("b", permit=permit) == permit.nonce
    assert Builder().build(permit) == permit.nonce
    assert asyncio.run(build_later(permit)) == permit.nonce
    assert RAN == ["a", "x", "b", "method", "later"]
    assert build.__doc__ == "Build it." and build.__name__ == "build"
    assert inspect.iscoroutinefunction(build_later)


@pytest.mark.parametrize(
    "value", [{"allow": True}, True, 1, "PASS", object(), ["permit"]], ids=lambda value: type(value).__name__
)
def test_what_is_no_verified_permit(value: Any) -> None:
    with pytest.raises(
        TypeError, match=rf"build\(\) needs a verified permit, and this is a {type(value).__name__}"
    ):
        build(value)
    with pytest.raises(TypeError, match="needs a verified permit"):
        build_by_name("x", permit=value)
    with pytest.raises(TypeError, match="needs a verified permit"):
        Builder().build(value)
    with pytest.raises(TypeError, match="needs a verified permit"):
        asyncio.run(build_later(value))
    assert RAN == []


def test_none_at_all() -> None:
    for call in (
        lambda: build(),  # type: ignore[call-arg]
        lambda: build(None),  # type: ignore[arg-type]
        lambda: build_by_name("x"),  # type: ignore[call-arg]
    ):
        with pytest.raises(TypeError, match=r"needs a permit; call it inside `with guard\('build', …\)"):
            call()
    assert RAN == []


def test_a_permit_file_is_no_verified_permit(tmp_path: Path) -> None:
    permit = verified(tmp_path, "build")
    with pytest.raises(TypeError, match="this is a Permit"):
        build(permit.permit)  # type: ignore[arg-type]
    assert RAN == []


def test_one_made_by_hand(tmp_path: Path) -> None:
    real = verified(tmp_path, "build")
    forged = object.__new__(VerifiedPermit)
    with pytest.raises(TypeError, match="needs a verified permit"):
        build(forged)
    for name in ("_permit", "_inputs", "_run"):
        object.__setattr__(forged, name, getattr(real, name))
    with pytest.raises(TypeError, match="needs a verified permit"):
        build(forged)

    class Impostor:
        __class__ = VerifiedPermit  # type: ignore[assignment]
        operation = "build"

        def require_open(self) -> None: ...

    with pytest.raises(TypeError, match="needs a verified permit"):
        build(Impostor())  # type: ignore[arg-type]
    assert RAN == []


def test_another_operation(tmp_path: Path) -> None:
    with pytest.raises(
        PermitMismatch, match=r"build\(\) needs a permit for 'build', and this one is for 'cutover'"
    ):
        build(verified(tmp_path, "cutover"))
    assert RAN == []


def test_a_run_that_is_over(tmp_path: Path) -> None:
    permit = verified(tmp_path, "build")
    permit._run.open = False
    with pytest.raises(PermitMismatch, match="its run is over"):
        build(permit)
    assert RAN == []


def test_a_builder_is_refused_while_it_is_imported() -> None:
    with pytest.raises(ValueError, match="unknown operation 'biuld'"):
        requires_permit("biuld")  # type: ignore[arg-type]

    with pytest.raises(TypeError, match="no argument of that name"):

        @requires_permit("build")
        def without(decision: object) -> None: ...

    with pytest.raises(TypeError, match="no argument of that name"):

        @requires_permit("build")
        def swallowing(**permit: object) -> None: ...

    with pytest.raises(TypeError, match="a generator runs after the call"):

        @requires_permit("build")
        def generating(permit: VerifiedPermit) -> Any:
            yield 1


def test_other_mistakes_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'output'"):
        build(verified(tmp_path, "build"), output="x")  # type: ignore[call-arg]
