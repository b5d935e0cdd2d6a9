"""Whatever an engine throws becomes an `EngineError` with a sentence.

Rust extensions panic with a BaseException, deep data ends in RecursionError, and a library may even call
`sys.exit(0)`: none of that may look like an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kfm_gates.errors import EngineError

SENTENCE_LIMIT = 400


@contextmanager
def engine_errors(engine: str, doing: str) -> Iterator[None]:
    """Turn every exception in the block into an EngineError "<engine> failed while <doing>: …"."""
    try:
        yield
    except (EngineError, KeyboardInterrupt):
        raise  # an EngineError has its sentence already; an interrupt is the person's, not the engine's
    except ModuleNotFoundError as error:
        raise EngineError(missing(engine, error.name or engine)) from error
    except BaseException as error:
        raise EngineError(f"{engine} failed while {doing}: {sentence(error)}") from error


def missing(engine: str, module: str) -> str:
    """The sentence for an engine that is not installed here."""
    return (
        f"{engine} can't run because the module {module!r} is not installed; "
        f"install what provides it (pip install kfm-gates), or use a platform that has a wheel for it."
    )


def sentence(error: BaseException) -> str:
    """One line of text for any exception, never empty and never longer than a person reads."""
    words = " ".join(str(error).split())
    text = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return text if len(text) <= SENTENCE_LIMIT else text[: SENTENCE_LIMIT - 1] + "…"
