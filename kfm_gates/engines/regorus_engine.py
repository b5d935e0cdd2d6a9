"""The Rego engine `regorus` for callers: a `RegoEngine` whose work is done in a worker process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kfm_gates.engines.guarding import engine_errors
from kfm_gates.engines.interface import RegoAnswer, Variant
from kfm_gates.engines.limits import Limits
from kfm_gates.engines.policy_file import PolicyFile, packages
from kfm_gates.engines.worker_engine import WorkerEngine
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json


class RegorusEngine(WorkerEngine):
    """Judges inputs by `policies`, with `data` mounted as `data.kfm_data`."""

    name = "regorus"
    service = "rego"

    def __init__(
        self, policies: Sequence[PolicyFile], data: Json = None, *, limits: Limits | None = None
    ) -> None:
        super().__init__(limits)
        self._policies = tuple(policies)
        self._packages = packages(self._policies)
        self._data = data

    def judge(self, package: str, input: Json) -> RegoAnswer:
        """See `RegoEngine.judge`. Raises EngineError for an unknown package, a crash, a timeout."""
        self._known(package)
        with engine_errors(self.name, f"judging by {package}"):
            reply = self.ready().request({"op": "judge", "package": package, "input": input})
            allow, deny = reply["allow"], reply["deny"]
            if not (allow is None or allow is True or allow is False) or not isinstance(deny, list):
                raise EngineError(f"The rego worker answered for {package} with what is no verdict.")
            return RegoAnswer(allow, tuple(deny))

    def ask_variants(
        self, package: str, input: Json, variants: Sequence[Variant], text: str | None = None
    ) -> Callable[[], tuple[bool, ...]]:
        """See `RegoEngine.ask_variants`."""
        if text is None:
            self._known(package)
        changes = [[list(each.without), dict(each.put)] for each in variants]
        question = {"op": "variants", "package": package, "input": input, "variants": changes, "text": text}
        worker = self.ready()
        ticket = worker.post(question)

        def wait() -> tuple[bool, ...]:
            with engine_errors(self.name, f"trying variants of an input on {package}"):
                opens = worker.answer(ticket)["opens"]
                if len(opens) != len(variants) or not all(each is True or each is False for each in opens):
                    raise EngineError(f"The rego worker answered for {package} with what is no verdict.")
                return tuple(opens)

        return wait

    def _known(self, package: str) -> None:
        if package not in self._packages:
            raise EngineError(
                f"There is no policy package {package}; known are {', '.join(sorted(self._packages))}."
            )

    def load_request(self) -> Json:
        """See `WorkerEngine`."""
        policies = [[each.path, each.text, each.input_schema] for each in self._policies]
        return {"op": "load", "policies": policies, "data": self._data}

    def check_loaded(self, reply: Json) -> None:
        """See `WorkerEngine`."""
        if reply["packages"] != sorted(self._packages):
            raise EngineError("The rego worker loaded other packages than it was given.")
