"""A permit in use: verified, consumed, and good for as long as its run is open.

What a builder is given. Nobody can make one but the code that admits a run, so that having one is the proof;
a dictionary, a permit file or a gate decision is none.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, NoReturn, final

from kfm_gates.errors import PermitMismatch

if TYPE_CHECKING:
    from kfm_gates.model.finding import Json
    from kfm_gates.model.permit import Permit
    from kfm_gates.permit.inputs import Inputs


class _Mint:
    """The only thing with which a verified permit can be made."""


_MINT = _Mint()
_MINTED: weakref.WeakSet[VerifiedPermit] = weakref.WeakSet()


@dataclass
class Run:
    """The run that a verified permit belongs to."""

    id: str
    targets: tuple[str, ...]
    keep_receipt: Callable[[Json], None]
    """Keeps the receipt with which the run will have succeeded."""
    refuse_lost: Callable[[], None] | None = None
    """Raises when the permit was revoked: for a part of a run, which may be given to another worker."""
    open: bool = True
    refusal: str = field(default="its run is over", init=False)


@final
class VerifiedPermit:
    """A permit whose evidence, policy and nonce were verified, with the inputs that it is for.

    `guard` and `permit_from_environment` give one. It can't be made, changed, copied or sent to another process.
    """

    __slots__ = ("__weakref__", "_inputs", "_permit", "_run")

    _permit: Permit
    _inputs: Inputs
    _run: Run

    def __init__(self, mint: _Mint, permit: Permit, inputs: Inputs, run: Run) -> None:
        if mint is not _MINT:
            raise TypeError(
                "a verified permit can't be made by hand; use `with guard(…)`, or permit_from_environment() "
                "in a command that `kfm-gates exec` started"
            )
        for name, value in (("_permit", permit), ("_inputs", inputs), ("_run", run)):
            object.__setattr__(self, name, value)
        _MINTED.add(self)

    @property
    def permit(self) -> Permit:
        """What the permit says: operation, subjects, digests, nonce."""
        return self._permit

    @property
    def operation(self) -> str:
        """What it allows."""
        return self._permit.operation

    @property
    def nonce(self) -> str:
        """The permit's nonce, which is also the fencing token of its leases."""
        return self._permit.nonce

    @property
    def run(self) -> str:
        """The id of the run that it was consumed for."""
        return self._run.id

    @property
    def targets(self) -> tuple[str, ...]:
        """What the run may write to; it holds a lease on each."""
        return self._run.targets

    @property
    def subjects(self) -> tuple[str, ...]:
        """The ids of the subjects (`slug/version`), sorted."""
        return self._inputs.subjects

    @property
    def inputs(self) -> Inputs:
        """The judged files."""
        return self._inputs

    def open(self, path: str | os.PathLike[str]) -> BinaryIO:
        """A file of the judged bytes; raises PermitMismatch or PermitStale for anything else."""
        return self._inputs.open(path)

    def record_receipt(self, receipt: Json) -> None:
        """Keep the receipt of what was done (a JSON object); without one the run counts as failed."""
        self.require_open()
        self._run.keep_receipt(receipt)

    def require_open(self) -> None:
        """Return while the run is open; raises PermitMismatch afterwards, PermitInvalid when its part was given away."""
        if not self._run.open:
            raise PermitMismatch(
                f"the permit can't be used any more: {self._run.refusal}; run the gates again"
            )
        if self._run.refuse_lost is not None:
            self._run.refuse_lost()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a verified permit can't be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a verified permit can't be changed")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(
            "a verified permit can't be copied or sent to another process; fork the worker inside the run, or "
            "send it .inputs, which compares what it reads by itself"
        )

    def __repr__(self) -> str:
        return f"<VerifiedPermit {self.operation} {self.nonce} run {self.run}>"


def mint(permit: Permit, inputs: Inputs, run: Run) -> VerifiedPermit:
    """A verified permit; for the code that admitted the run, and for nobody else."""
    return VerifiedPermit(_MINT, permit, inputs, run)


def is_minted(value: object) -> bool:
    """Whether this is a verified permit that was made here, and not one that only looks like it."""
    return type(value) is VerifiedPermit and value in _MINTED
