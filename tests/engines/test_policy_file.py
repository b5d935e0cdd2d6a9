from __future__ import annotations

from pathlib import Path

import pytest

from kfm_gates.engines.policy_file import PolicyFile, read_policies
from kfm_gates.errors import EngineError


def test_policies_are_read_in_order_and_tests_are_left_out(tmp_path: Path) -> None:
    for name in ("b/two.rego", "a/one.rego", "a/one_test.rego"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert [policy.path for policy in read_policies(tmp_path)] == ["rego/a/one.rego", "rego/b/two.rego"]
    assert PolicyFile("rego/a/one.rego", "").package == "kfm.a.one"


def test_no_policy_at_all_is_an_engine_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no policy"):
        read_policies(tmp_path)


def test_a_file_that_is_not_utf_8_is_an_engine_error(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one.rego").write_bytes(b"\xff")
    with pytest.raises(EngineError, match=r"rego/a/one\.rego"):
        read_policies(tmp_path)


def test_a_file_outside_of_a_family_has_no_package() -> None:
    with pytest.raises(EngineError, match="family"):
        _ = PolicyFile("one.rego", "").package
