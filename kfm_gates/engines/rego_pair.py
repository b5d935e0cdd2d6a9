"""Two Rego engines that must say the same: any difference is an error, and nothing is decided by either alone.

An engine that is wrong is wrong in its own way. Where one of them would pass a version that the other denies, or
gives other reasons, or fails where the other answers, nobody knows which is right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from kfm_gates.engines.conftest_bridge import plain_numbers
from kfm_gates.engines.interface import RegoAnswer, RegoEngine, Variant
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

_SHOWN = 3
"""Reasons per engine that a difference shows; the others are counted."""


class RegoPair:
    """Asks both engines everything; answers as the first one did."""

    def __init__(self, first: Any, second: Any) -> None:
        self._first, self._second = first, second
        self._both: tuple[RegoEngine, RegoEngine] = (first, second)

    @property
    def name(self) -> str:
        """Both names."""
        return " and ".join(each.name for each in self._both)

    @property
    def version(self) -> str:
        """Both versions."""
        return " and ".join(each.version for each in self._both)

    def start(self) -> Self:
        """Start both, and return at once."""
        for each in self._both:
            each.start()  # type: ignore[attr-defined]
        return self

    def close(self) -> None:
        """Close both."""
        try:
            self._first.close()
        finally:
            self._second.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def judge(self, package: str, input: Json) -> RegoAnswer:
        """See `RegoEngine.judge`. Raises EngineError where the two differ."""
        self._first.ready()  # an engine that can't judge at all is not one that differs
        self._second.ready()
        one, other = (_answer(each, package, input) for each in self._both)
        if isinstance(one, EngineError) and isinstance(other, EngineError):
            raise EngineError(f"{one} Likewise: {other}") from other
        if isinstance(one, RegoAnswer) and isinstance(other, RegoAnswer) and same(one, other):
            return one
        said = "; ".join(
            f"{e.name} {_told(a, b)}" for e, a, b in zip(self._both, (one, other), (other, one), strict=True)
        )
        raise EngineError(f"{package}: {self.name} differ on {_evidence(input)}: {said}")

    def ask_variants(
        self, package: str, input: Json, variants: Sequence[Variant], text: str | None = None
    ) -> Callable[[], tuple[bool, ...]]:
        """See `RegoEngine.ask_variants`. What is returned raises EngineError where the two differ."""
        begun = [each.ask_variants(package, input, variants, text) for each in self._both]

        def wait() -> tuple[bool, ...]:
            one, other = (each() for each in begun)
            for variant, first, second in zip(variants, one, other, strict=True):
                if first is not second:
                    opens = self._first.name if first else self._second.name
                    raise EngineError(
                        f"{package}: {self.name} differ on {_evidence(input)}, {_changed(variant)}: only {opens} "
                        "lets it pass"
                    )
            return one

        return wait


def same(one: RegoAnswer, other: RegoAnswer) -> bool:
    """Whether two answers are the same: `allow`, and the set of reasons, to the last value."""
    return one.allow is other.allow and sorted(map(_text, one.deny)) == sorted(map(_text, other.deny))


def _text(value: Json) -> str:
    """A value as a text that tells kinds apart, but not 1 from 1.0: to Rego they are one number."""
    return json.dumps(plain_numbers(value), sort_keys=True)


def _answer(engine: RegoEngine, package: str, input: Json) -> RegoAnswer | EngineError:
    try:
        return engine.judge(package, input)
    except EngineError as error:
        return error


def _told(answer: RegoAnswer | EngineError, other: RegoAnswer | EngineError) -> str:
    """An answer in words, with the reasons that the other engine does not give; values stand in quotes."""
    if isinstance(answer, EngineError):
        return f"fails ({answer})"
    allow = "undefined" if answer.allow is None else str(answer.allow).lower()
    theirs = set(map(_text, other.deny)) if isinstance(other, RegoAnswer) else set()
    alone = [reason for reason in answer.deny if _text(reason) not in theirs]
    shown = ", ".join(_message(reason) for reason in alone[:_SHOWN])
    more = f" and {len(alone) - _SHOWN} more" if len(alone) > _SHOWN else ""
    only = f", of which it alone gives {shown}{more}" if alone else ""
    return f"has allow {allow} and {len(answer.deny)} reasons{only}"


def _message(reason: Json) -> str:
    """What a reason says, in quotes, which are cut out where values are withheld; never what was found."""
    said = reason.get("msg") if isinstance(reason, dict) else reason
    at = f" at {reason['at']}" if isinstance(reason, dict) and isinstance(reason.get("at"), str) else ""
    return json.dumps(said, ensure_ascii=False)[:200] + at


def _evidence(input: Json) -> str:
    """Which evidence an input holds: the subject, and the names of its parts."""
    if not isinstance(input, dict):
        return "an input that is no object"
    subject = input.get("subject")
    of = f" of {subject.get('slug')}/{subject.get('version')}" if isinstance(subject, dict) else ""
    parts = [name for name in sorted(input) if name not in ("subject", "settings", "evaluated_at")]
    return f"{', '.join(parts) or 'no evidence'}{of}"


def _changed(variant: Variant) -> str:
    parts = [f"without {name}" for name in variant.without] + [
        f"with another {name}" for name in sorted(variant.put)
    ]
    return " and ".join(parts) or "unchanged"
