"""The known-answer tests of the Rego engine: one wrong answer ends the whole run.

They run through the same code as real policies (`RegorusCore`), in the worker, at each start.
"""

from __future__ import annotations

from kfm_gates.engines.rego_builtins import ALLOWED_BUILTINS
from kfm_gates.engines.rego_questions import ANSWERS, Question
from kfm_gates.engines.rego_refusals import REFUSALS
from kfm_gates.errors import EngineError

__all__ = ["QUESTIONS", "Question", "prove"]

QUESTIONS = (*ANSWERS, *REFUSALS)


def prove(questions: tuple[Question, ...] = QUESTIONS) -> None:
    """Ask everything. Raises EngineError that names each question with a wrong answer."""
    wrong = [question.name for question in questions if not _right(question)]
    if "http.send" in ALLOWED_BUILTINS or "time.now_ns" in ALLOWED_BUILTINS:
        wrong.append("the list of allowed builtins is closed")
    if wrong:
        raise EngineError(f"The Rego engine failed its known-answer tests: {'; '.join(wrong)}.")


def _right(question: Question) -> bool:
    try:
        answer = question.ask()
    except EngineError as error:
        return isinstance(question.expected, str) and question.expected in str(error)
    return answer == question.expected and type(answer.allow) is bool
