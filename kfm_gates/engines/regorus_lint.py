"""The lint of policies for an engine that has none: regorus reads them, in its worker, and says what is wrong.

Conftest would judge by a policy that never fires as calmly as by any other. Where there is no regorus, only the
policies that come with this package are judged: they were linted before they were released.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from threading import Lock

from kfm_gates.engines.early import worker_for
from kfm_gates.engines.lint_problem import LintProblem, refuse
from kfm_gates.engines.policy_file import PolicyFile
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json


class RegorusLint:
    """Lints by regorus, with `data` as the policies see it; `released` are the policies of this package."""

    def __init__(self, data: Json, released: frozenset[PolicyFile]) -> None:
        self._data, self._released = data, released
        self._here = importlib.util.find_spec("regorus") is not None
        self._worker = worker_for("rego", None) if self._here else None
        self._lock = Lock()

    def refuse(self, policies: Sequence[PolicyFile]) -> None:
        """See `Linter`. Raises EngineError that names regorus where it is missing and needed."""
        if not self._here:
            self._refuse_unknown(policies)
            return
        asked = [[each.path, each.text, each.input_schema] for each in policies]
        with self._lock:
            if self._worker is None or self._worker.failed:
                self._worker = worker_for("rego", None)
            reply = self._worker.request({"op": "lint", "policies": asked, "data": self._data})
        refuse([LintProblem(*each) for each in reply["problems"]])

    def close(self) -> None:
        """See `Linter`."""
        if self._worker is not None:
            self._worker.close()
        self._worker = None

    def _refuse_unknown(self, policies: Sequence[PolicyFile]) -> None:
        unknown = [policy.path for policy in policies if policy not in self._released]
        if unknown:
            raise EngineError(
                f"regorus is not installed here, so nobody can lint {', '.join(unknown)}, and conftest would judge "
                "by a rule that never fires; judge on a platform that has a wheel of celine-regorus, or with the "
                "rules of this package alone."
            )
