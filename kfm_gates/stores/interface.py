"""What a probe of a store is: one question, one recorded answer. It never writes.

A store's answer is evidence that can't be read twice, so it is recorded: question, answer, the revision of
what serves, and the moment. A store that can't be asked has no answer; it is never taken for unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from kfm_gates.model.finding import Json


@dataclass(frozen=True)
class Question:
    """What is asked about one index: what serves now (`live`), and what shall be built (`output`)."""

    live: str
    output: str

    def document(self) -> dict[str, Json]:
        """The question as it is recorded."""
        return {"live": self.live, "output": self.output}


@dataclass(frozen=True)
class Observation:
    """One answer of a store.

    `revision` is a digest of what serves, and of nothing else: it changes whenever that does, and building
    beside it leaves it alone. `answer` has at least `exists` and `output_exists` (whether there is anything
    under these names) and `output_serves` (whether users get what has the name of the output).
    """

    store: str
    question: Question
    answer: Mapping[str, Json]
    revision: str
    observed_at: str

    def document(self) -> dict[str, Json]:
        """The observation as a plan records it."""
        return {
            "target": f"{self.store}:{self.question.live}",
            "question": self.question.document(),
            "answer": dict(self.answer),
            "revision": self.revision,
            "observed_at": self.observed_at,
        }


class Store(Protocol):
    """A probe. Opening one costs nothing; each question is a visit of its own."""

    @property
    def name(self) -> str:
        """The target that it is a probe of: postgis, search, graph or tiles."""

    def observe(self, question: Question, observed_at: str) -> Observation:
        """Ask; `observed_at` is the moment that the caller's clock gives.

        Raises EngineError when the store can't be reached or read, EvidenceError when what it holds can't be
        understood.
        """
