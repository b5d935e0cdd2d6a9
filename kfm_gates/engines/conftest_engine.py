"""The Rego engine `conftest` for callers: a `RegoEngine` that runs the real conftest as a program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from types import TracebackType
from typing import Protocol, Self

from kfm_gates.engines import conftest_known_answers
from kfm_gates.engines.conftest_bench import ConftestBench, Written
from kfm_gates.engines.conftest_binary import Conftest
from kfm_gates.engines.conftest_bridge import asked
from kfm_gates.engines.guarding import engine_errors
from kfm_gates.engines.interface import RegoAnswer, Variant
from kfm_gates.engines.limits import LIMITS, Limits
from kfm_gates.engines.policy_file import PolicyFile, packages, path_of
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

PROCESSES = 2
"""How many conftest at once: each takes a core for a moment, and some 60 MB."""


class Linter(Protocol):
    """Refuses policies that an engine would misread; conftest has no such lint of its own."""

    def refuse(self, policies: Sequence[PolicyFile]) -> None:
        """Raise EngineError with everything that is wrong with these policies."""
        ...

    def close(self) -> None:
        """Give up what it holds."""
        ...


class ConftestEngine:
    """Judges inputs by `policies`, with `data` mounted as `data.kfm_data`.

    `linter` sees every policy before conftest does; None where another engine beside this one lints them.
    """

    name = "conftest"

    def __init__(
        self,
        policies: Sequence[PolicyFile],
        data: Json,
        conftest: Conftest,
        *,
        linter: Linter | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._policies, self._packages = tuple(policies), packages(policies)
        self._data = {} if data is None else data
        self._conftest, self._linter = conftest, linter
        self._limits = limits or LIMITS["conftest"]
        self._lock = Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._proven: Callable[[], None] | None = None
        self._bench: ConftestBench | None = None
        self._loaded: dict[str, Written] | None = None

    @property
    def version(self) -> str:
        """The version of the conftest that judges."""
        return self._conftest.version

    def start(self) -> Self:
        """Begin the known-answer tests and return at once."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(PROCESSES, thread_name_prefix="conftest")
            self._bench = ConftestBench(self._conftest, self._data, self._limits)
            self._proven = conftest_known_answers.begin(self._conftest, self._limits, self._pool)
        return self

    def ready(self) -> None:
        """Wait until everything is proven, linted and written. Raises EngineError when it can't be."""
        self._all_written()

    def judge(self, package: str, input: Json) -> RegoAnswer:
        """See `RegoEngine.judge`. Raises EngineError for an unknown package, a crash, a timeout."""
        (answer,) = self.judge_many(package, [input])
        if isinstance(answer, EngineError):
            raise answer
        return answer

    def judge_many(self, package: str, inputs: Sequence[Json]) -> list[RegoAnswer | EngineError]:
        """The same for many inputs in few processes; an error stands where the policy failed on an input.

        Raises EngineError when conftest answers to none.
        """
        with engine_errors(self.name, f"judging by {package}"):
            written = self._written(package)
            return written.ask([asked(package, input) for input in inputs])

    def ask_variants(
        self, package: str, input: Json, variants: Sequence[Variant], text: str | None = None
    ) -> Callable[[], tuple[bool, ...]]:
        """See `RegoEngine.ask_variants`."""
        made = [
            {k: v for k, v in input.items() if k not in each.without} | dict(each.put) for each in variants
        ]

        def answer() -> tuple[bool, ...]:
            written = self._written(package) if text is None else self._once(package, text)
            answers = written.ask([asked(package, each) for each in made])
            return tuple(isinstance(each, RegoAnswer) and each.opens for each in answers)

        future = self._started().submit(answer)

        def wait() -> tuple[bool, ...]:
            with engine_errors(self.name, f"trying variants of an input on {package}"):
                return future.result()

        return wait

    def close(self) -> None:
        """End what still runs, and remove what was written."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        if self._bench is not None:
            self._bench.close()
        if self._linter is not None:
            self._linter.close()
        self._pool, self._bench, self._loaded = None, None, None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _started(self) -> ThreadPoolExecutor:
        pool = self.start()._pool
        if pool is None:
            raise EngineError("conftest was closed.")
        return pool

    def _written(self, package: str) -> Written:
        """The policy of a package."""
        if package not in self._packages:
            raise EngineError(
                f"There is no policy package {package}; known are {', '.join(sorted(self._packages))}."
            )
        return self._all_written()[package]

    def _all_written(self) -> dict[str, Written]:
        self._started()
        with self._lock:
            if self._loaded is None:
                checked = self._checked(self._policies)
                self._loaded = {policy.package: written for policy, written in checked}
            return self._loaded

    def _once(self, package: str, text: str) -> Written:
        """A policy for one question alone."""
        ((_, written),) = self._checked([PolicyFile(path_of(package), text)])
        return written

    def _checked(self, policies: Sequence[PolicyFile]) -> list[tuple[PolicyFile, Written]]:
        if self._proven is None or self._bench is None:
            raise EngineError("conftest was closed.")
        self._proven()
        if self._linter is not None:
            self._linter.refuse(policies)
        return [(each, self._bench.write([each])) for each in policies]
