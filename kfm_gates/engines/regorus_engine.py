"""The Rego engine `regorus` for callers: a `RegoEngine` whose work is done in a worker process."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from kfm_gates.engines.early import worker_for
from kfm_gates.engines.guarding import engine_errors
from kfm_gates.engines.interface import RegoAnswer
from kfm_gates.engines.limits import Limits
from kfm_gates.engines.policy_file import PolicyFile, packages
from kfm_gates.engines.worker import Worker
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json


class RegorusEngine:
    """Judges inputs by `policies`, with `data` mounted as `data.kfm_data`.

    `start` begins to load in the background; the first `judge` waits for it. When a request kills the worker,
    that request is an EngineError and the next one gets a fresh worker.
    """

    name = "regorus"

    def __init__(
        self, policies: Sequence[PolicyFile], data: Json = None, *, limits: Limits | None = None
    ) -> None:
        self._policies = tuple(policies)
        self._packages = packages(self._policies)
        self._data = data
        self._limits = limits
        self._worker: Worker | None = None
        self._loading: int | None = None
        self._version: str | None = None

    @property
    def version(self) -> str:
        """The installed wheel's version, as the worker found it."""
        self._ready()
        return self._version or ""

    def start(self) -> RegorusEngine:
        """Start loading and return at once."""
        if self._worker is None or self._worker.failed:
            self.close()
            self._worker = worker_for("rego", self._limits)
            policies = [[policy.path, policy.text] for policy in self._policies]
            self._loading = self._worker.post({"op": "load", "policies": policies, "data": self._data})
        return self

    def judge(self, package: str, input: Json) -> RegoAnswer:
        """See `RegoEngine.judge`. Raises EngineError for an unknown package, a crash, a timeout."""
        if package not in self._packages:
            raise EngineError(
                f"There is no policy package {package}; known are {', '.join(sorted(self._packages))}."
            )
        with engine_errors(self.name, f"judging by {package}"):
            reply = self._ready().request({"op": "judge", "package": package, "input": input})
            allow, deny = reply["allow"], reply["deny"]
            if not (allow is None or allow is True or allow is False) or not isinstance(deny, list):
                raise EngineError(f"The rego worker answered for {package} with what is no verdict.")
            return RegoAnswer(allow, tuple(deny))

    def close(self) -> None:
        """Kill the worker."""
        if self._worker is not None:
            self._worker.close()
        self._worker, self._loading = None, None

    def _ready(self) -> Worker:
        self.start()
        worker = self._worker
        if worker is None:
            raise EngineError("The rego worker is not running.")
        if self._loading is not None:
            try:
                reply = worker.answer(self._loading)
            except EngineError:
                self.close()  # policies that don't load leave nothing to go on with
                raise
            self._loading = None
            if reply["packages"] != sorted(self._packages):
                raise EngineError("The rego worker loaded other packages than it was given.")
            self._version = str(reply["version"])
        return worker

    def __enter__(self) -> RegorusEngine:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
