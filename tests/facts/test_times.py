import pytest

from kfm_gates.facts.times import is_cut


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("2017", "year"),
        ("2017-01-01", "year"),
        ("2017-01-01T00:00:00Z", "year"),
        ("2016-12-31T19:00:00-05:00", "year"),
        ("2017-04", "quarter"),
        ("2017-03", "month"),
        ("2017-05-01", "week"),
        ("2017-03-02", "day"),
        ("2017-03-02T05:00:00Z", "hour"),
        ("2017-03-02T05:07:00.000Z", "minute"),
    ],
)
def test_start_of_a_unit(text: str, unit: str) -> None:
    assert is_cut(text, unit)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("2017-02", "year"),
        ("2017-01-01T00:00:01Z", "year"),
        ("2017-01-01T00:00:00-05:00", "year"),
        ("2017-05", "quarter"),
        ("2017-03-02", "month"),
        ("2017-05-02", "week"),
        ("2017-03-02T00:01:00Z", "day"),
        ("2017-03-02T05:07:00Z", "hour"),
        ("2017-03-02T05:07:00.000001Z", "minute"),
        ("2017-01-01T00:00:00.0000001Z", "year"),
    ],
)
def test_finer_than_the_unit(text: str, unit: str) -> None:
    assert not is_cut(text, unit)


@pytest.mark.parametrize("value", ["", "soon", "2017-13", "17", 2017, None, True])
def test_no_time(value: object) -> None:
    with pytest.raises(ValueError, match=r"a (text|value) is no") as caught:
        is_cut(value, "year")
    assert "soon" not in str(caught.value)
