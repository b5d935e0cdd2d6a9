"""Python checks of other people's packs: judged in a worker, never in the process that issues permits.

The judge asks the worker what the check takes, hands it the items (pickled: from the judge to the worker
only), and gets back plain JSON: a verdict for each item.
"""

from __future__ import annotations

import base64
import importlib
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kfm_gates.checks.api import About, Outcome, concluded, items_of
from kfm_gates.checks.pack import FolderPack
from kfm_gates.checks.settings import Setting, Stricter
from kfm_gates.engines.worker import Worker
from kfm_gates.errors import EngineError, UsageError
from kfm_gates.facts.container import Facts, Unmet
from kfm_gates.model.finding import Finding, Json, Place, Status, finding


@dataclass(frozen=True)
class PackCheck:
    """One check of a pack."""

    about: About
    file: Path
    evidence: Mapping[str, Any]

    def run(self, facts: Facts, settings: Mapping[str, Any]) -> Outcome:
        """See Check."""
        try:
            (_, item_type), *others = self.evidence.items()
            items = items_of(facts, item_type)
            rest = {name: facts.resolve(kind) for name, kind in others}
        except Unmet as unmet:
            return Outcome(Status.ABSTAIN, because=(unmet.because,))
        payload = base64.b64encode(pickle.dumps((items, rest, dict(settings)))).decode("ascii")
        with Worker("checks") as worker:
            answer = worker.request({"file": str(self.file), "id": self.about.id, "payload": payload})
        if not isinstance(answer, list) or len(answer) != len(items):
            raise EngineError(f"{self.about.id}: the worker judged another number of items than it was given")
        findings: list[Finding] = []
        for verdict in answer:
            if verdict == "OK":
                continue
            if not isinstance(verdict, list) or not verdict:
                reason = f"{self.about.id}: returned {str(verdict)[:80]} instead of a verdict"
                return Outcome(Status.ERROR, len(items), because=(reason,))
            findings += [_finding(each) for each in verdict]
        return concluded(self.about.id, len(items), findings)


def pack_python_check(id: str, path: Path, pack: FolderPack) -> PackCheck:
    """Ask a worker what the check of this file takes."""
    with Worker("checks") as worker:
        try:
            said = worker.request({"file": str(path), "id": id, "describe": True})
        except EngineError as error:
            raise UsageError(f"{path}: {error}") from error
    settings = {
        name: Setting(default, Stricter(way) if way else None)
        for name, (default, way) in said["settings"].items()
    }
    evidence = {name: _type(reference) for name, reference in said["evidence"].items()}
    about = About(
        id,
        said["title"],
        said["description"],
        "python",
        tuple(said["needs"]),
        tuple(said["serves"]),
        settings,
    )
    return PackCheck(about, path, evidence)


def _type(reference: Json) -> Any:
    """The type that a worker names as [kind, module, name]; only types of this package can cross."""
    kind, module, name = reference
    if not str(module).startswith("kfm_gates."):
        raise UsageError(
            f"a pack's check can take documents and facts of kfm_gates only, not {module}.{name}"
        )
    plain: Any = getattr(importlib.import_module(module), name)
    return tuple[plain, ...] if kind == "many" else plain


def _finding(raw: Json) -> Finding:
    place = Place(str(raw["file"]), str(raw["pointer"]))
    return finding(
        place, str(raw["message"]), found=raw["found"], expected=raw["expected"], hint=str(raw["hint"])
    )
