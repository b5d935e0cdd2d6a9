"""The SHACL engine pySHACL for callers: a `ShapesEngine` whose work is done in a worker process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from kfm_gates.engines.early import worker_for
from kfm_gates.engines.guarding import engine_errors
from kfm_gates.engines.interface import ShapeResult, ShapesAnswer
from kfm_gates.engines.limits import Limits
from kfm_gates.engines.worker import Worker
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json


class PyshaclEngine:
    """Validates merged JSON-LD documents. A killed worker is one EngineError; the next call gets a fresh one.

    `preload` names the shape files to parse in the background as soon as the engine is started.
    """

    name = "pyshacl"

    def __init__(self, preload: Sequence[Path] = (), *, limits: Limits | None = None) -> None:
        self._preload = tuple(preload)
        self._limits = limits
        self._worker: Worker | None = None
        self._loading: int | None = None
        self._version: str | None = None

    @property
    def version(self) -> str:
        """The installed version of pyshacl, as the worker found it."""
        self._ready()
        return self._version or ""

    def start(self) -> PyshaclEngine:
        """Start the worker and return at once."""
        if self._worker is None or self._worker.failed:
            self.close()
            shapes = _texts(self._preload)
            self._worker = worker_for("shapes", self._limits)
            self._loading = self._worker.post({"op": "load", "shapes": shapes})
        return self

    def validate(self, documents: Mapping[str, Json], shape_files: Sequence[Path]) -> ShapesAnswer:
        """See `ShapesEngine.validate`. Shape files are named in the answer as they were given (POSIX)."""
        return self.ask(documents, shape_files)()

    def ask(self, documents: Mapping[str, Json], shape_files: Sequence[Path]) -> Callable[[], ShapesAnswer]:
        """See `ShapesEngine.ask`: the worker begins at once, and what is returned waits for its answer."""
        if not documents:
            raise EngineError("There is no document to validate.")
        with engine_errors(self.name, "validating a graph"):
            worker = self.start()._worker
            if worker is None:
                raise EngineError("The shapes worker is not running.")
            payload = {"op": "validate", "documents": dict(documents), "shapes": _texts(shape_files)}
            ticket = worker.post(payload)
        return lambda: self._answer(worker, ticket, tuple(shape_files))

    def _answer(self, worker: Worker, ticket: int, shape_files: Sequence[Path]) -> ShapesAnswer:
        with engine_errors(self.name, "validating a graph"):
            if worker is self._worker:
                self._ready()
            reply = worker.answer(ticket)
            results = tuple(ShapeResult(*result) for result in reply["results"])
            counts = {file: dict(per_shape) for file, per_shape in reply["focus_counts"].items()}
            if counts.keys() != {file.as_posix() for file in shape_files}:
                raise EngineError("The shapes worker judged by other shape files than it was given.")
            return ShapesAnswer(results, counts)

    def close(self) -> None:
        """Kill the worker."""
        if self._worker is not None:
            self._worker.close()
        self._worker, self._loading = None, None

    def _ready(self) -> Worker:
        self.start()
        worker = self._worker
        if worker is None:
            raise EngineError("The shapes worker is not running.")
        if self._loading is not None:
            try:
                reply = worker.answer(self._loading)
            except EngineError:
                self.close()
                raise
            self._loading = None
            self._version = str(reply["version"])
        return worker

    def __enter__(self) -> PyshaclEngine:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _texts(files: Sequence[Path]) -> list[list[str]]:
    """Name and text of each shape file."""
    texts = []
    for file in files:
        try:
            texts.append([file.as_posix(), file.read_bytes().decode("utf-8")])
        except (OSError, UnicodeDecodeError) as error:
            raise EngineError(f"{file.as_posix()}: the shapes can't be read ({error}).") from error
    return texts
