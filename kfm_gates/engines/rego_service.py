"""The service `rego` of the worker process: load policies once, then judge inputs.

Requests: {"op": "load", "policies": [[path, text, input schema]], "data": …} -> {"version", "packages"};
{"op": "judge", "package", "input"} -> {"allow": bool | null, "deny": […]};
{"op": "variants", "package", "input", "variants": [[without, put]], "text": text | null} -> {"opens": [bool]};
{"op": "lint", "policies", "data"} -> {"problems": [[file, line, message, column]]}, without loading anything.
"""

from __future__ import annotations

from importlib.metadata import version

from kfm_gates.engines import known_answers
from kfm_gates.engines.policy_file import PolicyFile, path_of
from kfm_gates.engines.regorus_core import RegorusCore, lint_all
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

DISTRIBUTION = "celine-regorus"
_loaded: RegorusCore | None = None


def serve(request: Json) -> Json:
    """Answer one request; nothing is judged before the engine has passed its known-answer tests."""
    global _loaded
    if request["op"] == "load":
        known_answers.prove()
        policies = [PolicyFile(*each) for each in request["policies"]]
        _loaded = RegorusCore(policies, request["data"])
        return {"version": version(DISTRIBUTION), "packages": sorted(policy.package for policy in policies)}
    if request["op"] == "lint":
        known_answers.prove()
        found = lint_all([PolicyFile(*each) for each in request["policies"]], request["data"])
        return {"problems": [[each.file, each.line, each.message, each.column] for each in found]}
    if request["op"] == "judge" and _loaded is not None:
        answer = _loaded.judge(request["package"], request["input"])
        return {"allow": answer.allow, "deny": list(answer.deny)}
    if request["op"] == "variants" and _loaded is not None:
        return {"opens": _variants(_loaded, request)}
    raise EngineError("The rego service was asked before policies were loaded, or for what it does not do.")


def _variants(loaded: RegorusCore, request: Json) -> list[bool]:
    """Which variants open; a text that is given is judged beside what is loaded, and then forgotten."""
    package, input = request["package"], request["input"]
    core = loaded
    if request["text"] is not None:
        core = RegorusCore([PolicyFile(path_of(package), request["text"])], loaded.data)
    core.demand(package)  # below, an error is the rule's own
    return [
        _opens(core, package, {key: value for key, value in input.items() if key not in without} | put)
        for without, put in request["variants"]
    ]


def _opens(core: RegorusCore, package: str, input: Json) -> bool:
    try:
        return core.judge(package, input).opens
    except EngineError:
        return False
