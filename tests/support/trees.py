"""Finding and changing files of the example dataset by what they are, not by their names, which carry digests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kfm_gates.evidence.layout import Layout

LAYOUT = Layout.kfm_v1()


def file_of(root: Path, template: str, label: str = "public", ending: str = "") -> Path:
    """The one file of a template that belongs to the version with this policy label."""
    version = version_of(root, label)
    found = []
    for path in sorted(root.rglob("*")):
        if not path.is_file():
            continue
        match = LAYOUT.match(path.relative_to(root).as_posix())
        if match is None or match.name != template or not path.name.endswith(ending):
            continue
        if match.variables.get("version", version) != version:
            continue
        if match.variables.get("spec8", version.split(".")[1]) != version.split(".")[1]:
            continue
        found.append(path)
    if template == "policy_decision":
        found = [path for path in found if version in path.read_text("utf-8")]
    if not found:
        raise LookupError(f"the example dataset has no {template} for {label}")
    return found[0]


def version_of(root: Path, label: str = "public") -> str:
    """The id of the dataset version with this policy label."""
    for path in sorted((root / "release" / "manifests").rglob("*.json")):
        document = json.loads(path.read_bytes())
        if document["policy"]["policy_label"] == label:
            return str(document["dataset_version_id"])
    raise LookupError(f"no version is {label}")


def edit(path: Path, change: Callable[[Any], None]) -> None:
    """Change a JSON document in place; nothing is sealed anew."""
    document = json.loads(path.read_bytes())
    change(document)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")


def shown(root: Path, path: Path) -> str:
    """A path as findings name it."""
    return path.relative_to(root).as_posix()
