"""The service `rego` of the worker process: load policies once, then judge inputs.

Requests: {"op": "load", "policies": [[path, text]], "data": …} -> {"version", "packages"};
{"op": "judge", "package", "input"} -> {"allow": bool | null, "deny": […]}.
"""

from __future__ import annotations

from importlib.metadata import version

from kfm_gates.engines import known_answers
from kfm_gates.engines.policy_file import PolicyFile
from kfm_gates.engines.regorus_core import RegorusCore
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

DISTRIBUTION = "celine-regorus"
_loaded: RegorusCore | None = None


def serve(request: Json) -> Json:
    """Answer one request; nothing is judged before the engine has passed its known-answer tests."""
    global _loaded
    if request["op"] == "load":
        known_answers.prove()
        policies = [PolicyFile(path, text) for path, text in request["policies"]]
        _loaded = RegorusCore(policies, request["data"])
        return {"version": version(DISTRIBUTION), "packages": sorted(policy.package for policy in policies)}
    if request["op"] == "judge" and _loaded is not None:
        answer = _loaded.judge(request["package"], request["input"])
        return {"allow": answer.allow, "deny": list(answer.deny)}
    raise EngineError("The rego service was asked before policies were loaded, or for what it does not do.")
