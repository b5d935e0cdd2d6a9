"""An engine whose work is done in a worker process: started early, loaded once, replaced when it dies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from kfm_gates.engines.early import worker_for
from kfm_gates.engines.limits import Limits
from kfm_gates.engines.worker import Worker
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json


class WorkerEngine(ABC):
    """The life of a worker that loads something before it answers.

    `start` begins to load in the background; the first request waits for it. When a request kills the worker,
    that request is an EngineError and the next one gets a fresh worker.
    """

    service: str

    def __init__(self, limits: Limits | None) -> None:
        self._limits = limits
        self._worker: Worker | None = None
        self._loading: int | None = None
        self._version: str | None = None

    @abstractmethod
    def load_request(self) -> Json:
        """What the worker is to load; the answer must have a `version`."""

    def check_loaded(self, reply: Json) -> None:  # noqa: B027  (most have nothing to compare)
        """Raise EngineError when the worker loaded something else than it was given."""

    @property
    def version(self) -> str:
        """The version of the installed engine, as the worker found it."""
        self.ready()
        return self._version or ""

    def start(self) -> Self:
        """Start loading and return at once."""
        self.started()
        return self

    def started(self) -> Worker:
        """The worker, which may still be loading."""
        if self._worker is None or self._worker.failed:
            self.close()
            request = self.load_request()
            self._worker = worker_for(self.service, self._limits)
            self._loading = self._worker.post(request)
        return self._worker

    def ready(self) -> Worker:
        """The worker, once it has loaded. Raises EngineError when it can't."""
        worker = self.started()
        if self._loading is not None:
            try:
                reply = worker.answer(self._loading)
            except EngineError:
                self.close()  # what does not load leaves nothing to go on with
                raise
            self._loading = None
            self.check_loaded(reply)
            self._version = str(reply["version"])
        return worker

    def close(self) -> None:
        """Kill the worker."""
        if self._worker is not None:
            self._worker.close()
        self._worker, self._loading = None, None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
