import pytest

from kfm_gates.checks.settings import Setting, Stricter, configured
from kfm_gates.errors import UsageError

SETTINGS = {
    "minimum_m": Setting(500.0, Stricter.HIGHER),
    "max_days": Setting(30, Stricter.LOWER),
    "allowed": Setting(["a", "b"], Stricter.FEWER),
    "required": Setting(["a"], Stricter.MORE),
    "fixed": Setting("x", None),
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("minimum_m", 1000.0),
        ("minimum_m", 501),
        ("max_days", 7),
        ("allowed", ["a"]),
        ("required", ["a", "z"]),
    ],
)
def test_tighter_is_taken(name: str, value: object) -> None:
    assert configured("t.c", SETTINGS, {name: value})[name] == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("minimum_m", 100.0),
        ("max_days", 31),
        ("allowed", ["a", "b", "c"]),
        ("allowed", ["z"]),
        ("required", ["z"]),
    ],
)
def test_weaker_is_refused(name: str, value: object) -> None:
    with pytest.raises(UsageError, match="weaker"):
        configured("t.c", SETTINGS, {name: value})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("minimum_m", "1000", "a number"),
        ("minimum_m", True, "a number"),
        ("allowed", [], "not empty"),
        ("allowed", "a", "a list"),
        ("fixed", "y", "no stricter direction"),
        ("minimun_m", 1000.0, "did you mean 'minimum_m'"),
    ],
)
def test_wrong_is_refused_with_a_sentence(name: str, value: object, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        configured("t.c", SETTINGS, {name: value})


def test_changes_can_only_go_on_getting_stricter() -> None:
    once = configured("t.c", SETTINGS, {"minimum_m": 1000.0})
    with pytest.raises(UsageError, match=r"weaker than 1000\.0"):
        configured("t.c", SETTINGS, {"minimum_m": 600.0}, once)
