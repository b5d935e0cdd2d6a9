from __future__ import annotations

import pytest

from kfm_gates.engines.guarding import engine_errors, sentence
from kfm_gates.errors import EngineError


class _Panic(BaseException):
    """As pyo3's PanicException: not an Exception."""


@pytest.mark.parametrize(
    "error", [ValueError("a\n b"), _Panic("x"), SystemExit(0), RecursionError(), MemoryError()]
)
def test_everything_becomes_an_engine_error(error: BaseException) -> None:
    with pytest.raises(EngineError, match=r"^toy failed while playing: "), engine_errors("toy", "playing"):
        raise error


def test_an_engine_error_keeps_its_sentence() -> None:
    with pytest.raises(EngineError, match=r"^as it was$"), engine_errors("toy", "playing"):
        raise EngineError("as it was")


def test_an_interrupt_is_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt), engine_errors("toy", "playing"):
        raise KeyboardInterrupt


def test_a_missing_module_names_itself() -> None:
    with (
        pytest.raises(EngineError, match="'no_such_engine' is not installed"),
        engine_errors("toy", "playing"),
    ):
        import no_such_engine  # type: ignore[import-not-found]  # noqa: F401


def test_sentences_are_one_short_line() -> None:
    assert sentence(ValueError("a\n\n b")) == "ValueError: a b"
    assert len(sentence(ValueError("x" * 9999))) == 400
