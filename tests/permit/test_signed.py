"""A signed permit of more subjects than it lists, and of versions that were set aside."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import pytest

from benchmarks.permits import signed_case
from kfm_gates.errors import PermitInvalid, PermitStale
from kfm_gates.judge.request import Request
from kfm_gates.permit.verify import Verified, verify_file


def _never(_: Request) -> NoReturn:
    raise AssertionError("a signed permit is not judged again")


def _verify(folder: Path, **more: Any) -> Verified:
    request = Request(str(folder), ("evidence",))
    return verify_file(folder / "record" / "permit.json", request, judge=_never, **more)


@pytest.mark.parametrize("subjects", [1, 1000, 1001])
def test_it_holds_for_any_number_of_subjects(tmp_path: Path, subjects: int) -> None:
    pack = signed_case(tmp_path, subjects, max(subjects, 10))
    permit = _verify(tmp_path, expect_pack=pack).permit
    assert len(permit.subjects) == (subjects if subjects <= 1000 else 0)
    assert permit.subjects_root.size == subjects
    file = sorted((tmp_path / "evidence").rglob("*.json"))[-1]
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(PermitStale, match=f"{file.name} has other bytes"):
        _verify(tmp_path)


def test_a_notice_that_set_a_version_aside_is_looked_at(tmp_path: Path) -> None:
    signed_case(tmp_path, 1, 3, notice=b'{"status": "withdrawn"}')
    assert _verify(tmp_path).signed_by == "bench"
    (notice,) = (tmp_path / "evidence" / "release").rglob("*.json")
    notice.write_bytes(b'{"status": "in use"}')
    with pytest.raises(PermitStale, match="release/status"):
        _verify(tmp_path)


def test_a_folder_that_can_not_be_listed_is_no_evidence(tmp_path: Path) -> None:
    signed_case(tmp_path, 1, 3)
    (tmp_path / "evidence").rename(tmp_path / "away")
    (tmp_path / "evidence").mkdir()
    with pytest.raises(PermitInvalid):
        _verify(tmp_path)
