"""The SHACL engine pySHACL for callers: a `ShapesEngine` whose work is done in a worker process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kfm_gates.engines.guarding import engine_errors
from kfm_gates.engines.interface import ShapeResult, ShapesAnswer
from kfm_gates.engines.limits import Limits
from kfm_gates.engines.worker import Worker
from kfm_gates.engines.worker_engine import WorkerEngine
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json


class PyshaclEngine(WorkerEngine):
    """Validates merged JSON-LD documents. `preload` names the shape files to parse as soon as it is started."""

    name = "pyshacl"
    service = "shapes"

    def __init__(self, preload: Sequence[Path] = (), *, limits: Limits | None = None) -> None:
        super().__init__(limits)
        self._preload = tuple(preload)

    def load_request(self) -> Json:
        """See `WorkerEngine`."""
        return {"op": "load", "shapes": _texts(self._preload)}

    def validate(self, documents: Mapping[str, Json], shape_files: Sequence[Path]) -> ShapesAnswer:
        """See `ShapesEngine.validate`. Shape files are named in the answer as they were given (POSIX)."""
        return self.ask(documents, shape_files)()

    def ask(self, documents: Mapping[str, Json], shape_files: Sequence[Path]) -> Callable[[], ShapesAnswer]:
        """See `ShapesEngine.ask`: the worker begins at once, and what is returned waits for its answer."""
        if not documents:
            raise EngineError("There is no document to validate.")
        with engine_errors(self.name, "validating a graph"):
            worker = self.started()
            payload = {"op": "validate", "documents": dict(documents), "shapes": _texts(shape_files)}
            ticket = worker.post(payload)
        return lambda: self._answer(worker, ticket, tuple(shape_files))

    def _answer(self, worker: Worker, ticket: int, shape_files: Sequence[Path]) -> ShapesAnswer:
        with engine_errors(self.name, "validating a graph"):
            if worker is self._worker:
                self.ready()
            reply = worker.answer(ticket)
            results = tuple(ShapeResult(*result) for result in reply["results"])
            counts = {file: dict(per_shape) for file, per_shape in reply["focus_counts"].items()}
            if counts.keys() != {file.as_posix() for file in shape_files}:
                raise EngineError("The shapes worker judged by other shape files than it was given.")
            return ShapesAnswer(results, counts)


def _texts(files: Sequence[Path]) -> list[list[str]]:
    """Name and text of each shape file."""
    texts = []
    for file in files:
        try:
            texts.append([file.as_posix(), file.read_bytes().decode("utf-8")])
        except (OSError, UnicodeDecodeError) as error:
            raise EngineError(f"{file.as_posix()}: the shapes can't be read ({error}).") from error
    return texts
