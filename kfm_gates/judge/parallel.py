"""Judging subjects in several processes. Each one has its own engines and passes the known-answer tests."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from kfm_gates.errors import EngineError
from kfm_gates.evidence.snapshot import Folder, Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.judge.request import Request
from kfm_gates.judge.session import Progress, judge_here, prepare
from kfm_gates.judge.settled import JudgedSubject
from kfm_gates.model.finding import Json

BATCH = 32
"""Subjects per task: seconds of work, so that starting engines is paid once per batch at most."""


def judge_in_processes(
    request: Request,
    evaluated_at: str,
    subjects: Sequence[Subject],
    progress: Progress,
    executor: Executor | None = None,
) -> list[JudgedSubject]:
    """Judge subjects by any executor (default: local processes); results in the order of the subjects."""
    size = min(BATCH, -(-len(subjects) // request.jobs))
    batches = [subjects[start : start + size] for start in range(0, len(subjects), size)]
    pool = executor or ProcessPoolExecutor(
        min(request.jobs, len(batches)), mp_context=multiprocessing.get_context("spawn")
    )
    judged: list[JudgedSubject] = []
    try:
        asked = [pool.submit(_judge_batch, request.to_json(), evaluated_at, list(batch)) for batch in batches]
        for batch, answer in zip(batches, asked, strict=True):
            judged += answer.result()
            for subject in batch:
                progress(subject.id, "")
    except BrokenProcessPool as error:
        raise EngineError(
            "a judging process died; its subjects are without a verdict, so nothing is decided"
        ) from error
    finally:
        if executor is None:
            pool.shutdown(cancel_futures=True)
    return judged


def _judge_batch(request: Json, evaluated_at: str, subjects: list[Subject]) -> list[JudgedSubject]:
    asked = Request.of_json(request)
    suite, target = prepare(asked)
    return judge_here(asked, suite, Snapshot(Folder(target.root)), evaluated_at, subjects, lambda *_: None)
