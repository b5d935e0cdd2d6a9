"""The decorator for builders: their body does not begin without a verified permit for the operation."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from kfm_gates.errors import PermitMismatch
from kfm_gates.judge.profile import OPERATIONS
from kfm_gates.permit.verified_permit import VerifiedPermit, is_minted

if TYPE_CHECKING:
    from kfm_gates.model.gate_decision import GateOperation

P = ParamSpec("P")
R = TypeVar("R")

NAME = "permit"


def requires_permit(operation: GateOperation) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Have a function refuse to begin unless its argument `permit` is a verified permit for `operation`.

        @requires_permit("build")
        def build(permit: VerifiedPermit, out: Path) -> None: ...

    A call without one, or with anything that is none (a dictionary, a gate decision, a permit file), raises
    TypeError; a permit for another operation, or of a run that is over, raises PermitMismatch.
    """
    if operation not in OPERATIONS:
        raise ValueError(f"unknown operation {operation!r}; known: {', '.join(OPERATIONS)}")

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = _signature(function)

        def refuse(*args: P.args, **kwargs: P.kwargs) -> None:
            _refuse(operation, function, signature.bind_partial(*args, **kwargs).arguments.get(NAME))

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def later(*args: P.args, **kwargs: P.kwargs) -> object:
                refuse(*args, **kwargs)
                return await function(*args, **kwargs)

            return later  # type: ignore[return-value]

        @functools.wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            refuse(*args, **kwargs)
            return function(*args, **kwargs)

        return guarded

    return decorate


def _signature(function: Callable[..., object]) -> inspect.Signature:
    """The function's signature, which must have the argument; refused while the module is being imported."""
    name = getattr(function, "__qualname__", repr(function))
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(
            f"{name}: the body of a generator runs after the call; decorate the function that runs it"
        )
    signature = inspect.signature(function)
    parameter = signature.parameters.get(NAME)
    if parameter is None or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise TypeError(
            f"{name}: requires a permit but has no argument of that name; add `permit: VerifiedPermit`"
        )
    return signature


def _refuse(operation: str, function: Callable[..., object], value: object) -> None:
    name = getattr(function, "__qualname__", repr(function))
    if value is None:
        raise TypeError(
            f"{name}() needs a permit; call it inside `with guard({operation!r}, …) as run:` with run.permit"
        )
    if not isinstance(value, VerifiedPermit) or not is_minted(value):
        what = type(value).__name__
        raise TypeError(
            f"{name}() needs a verified permit, and this is a {what}; `with guard({operation!r}, …)` gives one"
        )
    value.require_open()
    if value.operation != operation:
        raise PermitMismatch(
            f"{name}() needs a permit for {operation!r}, and this one is for {value.operation!r}"
        )
