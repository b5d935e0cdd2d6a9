from __future__ import annotations

import pytest

from kfm_gates.engines import frames


@pytest.mark.parametrize("value", [None, 0, "é", "\ud800", [1, {"a": True}], {"a": 1.5}])
def test_round_trip(value: object) -> None:
    data = frames.encode(value)
    assert frames.body_length(data[:4]) == len(data) - 4
    assert frames.decode(data[4:]) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x"])
def test_what_is_not_json_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        frames.encode(value)


def test_a_dishonest_header_is_refused() -> None:
    with pytest.raises(ValueError, match="announces"):
        frames.body_length(b"\xff\xff\xff\xff")
