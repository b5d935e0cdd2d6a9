"""The worker service in which Python checks of packs run; see kfm_gates.checks.pack_python."""

from __future__ import annotations

import base64
import importlib.util
import pickle
import typing
from pathlib import Path
from typing import Any

from kfm_gates.checks.api import PythonCheck
from kfm_gates.errors import UsageError
from kfm_gates.model.finding import Denied, Json, Ok

_LOADED: dict[str, PythonCheck] = {}


def serve(request: Json) -> Json:
    """Describe a check, or judge the items that were sent."""
    check = _load(Path(request["file"]), request["id"])
    if request.get("describe"):
        return _described(check)
    items, rest, settings = pickle.loads(base64.b64decode(request["payload"]))
    return [_verdict(check.function(item, **rest, **settings)) for item in items]


def _load(path: Path, id: str) -> PythonCheck:
    if str(path) not in _LOADED:
        spec = importlib.util.spec_from_file_location(f"kfm_gates_pack_{id.replace('.', '_')}", path)
        if spec is None or spec.loader is None:
            raise UsageError(f"{path}: is no Python file")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        name = id.rpartition(".")[2]
        check = getattr(getattr(module, name, None), "kfm_check", None)
        if not isinstance(check, PythonCheck) or check.about.id != id:
            raise UsageError(
                f"{path}: must define the check {id!r} as a function {name!r} under @check({id!r})"
            )
        _LOADED[str(path)] = check
    return _LOADED[str(path)]


def _described(check: PythonCheck) -> Json:
    about = check.about
    return {
        "title": about.title,
        "description": about.description,
        "needs": list(about.needs),
        "serves": list(about.serves),
        "settings": {
            name: [setting.default, setting.stricter.value if setting.stricter else None]
            for name, setting in about.settings.items()
        },
        "evidence": {name: _reference(kind) for name, kind in check.evidence.items()},
    }


def _reference(kind: Any) -> list[str]:
    many = typing.get_origin(kind) is tuple
    plain = typing.get_args(kind)[0] if many else kind
    return ["many" if many else "one", plain.__module__, plain.__qualname__]


def _verdict(verdict: object) -> Json:
    if isinstance(verdict, Ok):
        return "OK"
    if isinstance(verdict, Denied):
        return [
            {
                "file": each.place.file,
                "pointer": each.place.pointer,
                "message": each.message,
                "found": each.found,
                "expected": each.expected,
                "hint": each.hint,
            }
            for each in verdict.findings
        ]
    return repr(verdict)
