"""A verified permit is made where a run is admitted, and nowhere else."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import PermitMismatch
from kfm_gates.permit.inputs import Inputs
from kfm_gates.permit.verified_permit import Run, VerifiedPermit, is_minted
from tests.support.permits import verified


def test_it_says_what_it_is_for(tmp_path: Path) -> None:
    permit = verified(tmp_path, "build")
    assert permit.operation == "build" and permit.permit.operation == "build"
    assert permit.nonce == permit.permit.nonce
    assert (permit.run, permit.targets, permit.subjects) == ("run-1", ("tiles:a",), ("a/1",))
    with permit.open("a.txt") as file:
        assert file.read() == b"judged"
    assert list(permit.inputs) == ["a.txt"]
    assert is_minted(permit)


def test_nobody_makes_one_by_hand(tmp_path: Path) -> None:
    real = verified(tmp_path, "build")
    run = Run("run-1", (), lambda receipt: None)
    for key in (None, object(), type("_Mint", (), {})()):
        with pytest.raises(TypeError, match="can't be made by hand"):
            VerifiedPermit(key, real.permit, Inputs(tmp_path, {}), run)  # type: ignore[arg-type]
    forged = object.__new__(VerifiedPermit)
    for name in ("_permit", "_inputs", "_run"):
        object.__setattr__(forged, name, getattr(real, name))
    assert not is_minted(forged)


def test_it_is_not_changed_copied_or_sent(tmp_path: Path) -> None:
    permit = verified(tmp_path, "build")
    with pytest.raises(AttributeError):
        permit.operation = "cutover"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="can't be changed"):
        permit._permit = None  # type: ignore[assignment]
    with pytest.raises(AttributeError, match="can't be changed"):
        del permit._run
    with pytest.raises(AttributeError):
        permit.anything = 1  # type: ignore[attr-defined]
    for way in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="can't be copied or sent"):
            way(permit)


def test_it_is_over_with_its_run(tmp_path: Path) -> None:
    kept: list[Any] = []
    permit = verified(tmp_path, "build", kept=kept)
    permit.record_receipt({"outputs": []})
    assert kept == [{"outputs": []}]
    permit._run.open = False
    with pytest.raises(PermitMismatch, match="its run is over"):
        permit.record_receipt({"outputs": []})
    assert len(kept) == 1
