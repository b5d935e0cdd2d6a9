"""A dataset root with many versions: copies of the example under other names, sealed anew."""

from __future__ import annotations

import json
from pathlib import Path

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.seal import seal

KANSAS = Path(__file__).resolve().parent.parent / "fixtures" / "kansas-counties"
TEXT = (".json", ".jsonld", ".yaml", ".jsonl")


def several(root: Path, versions: int) -> Path:
    """Write a root with at least this many versions, two per copy."""
    example = {
        p.relative_to(KANSAS).as_posix(): p.read_bytes() for p in sorted(KANSAS.rglob("*")) if p.is_file()
    }
    layout = Layout.kfm_v1()
    ledger, checkpoint = layout.path("ledger"), layout.path("checkpoint")
    tree: dict[str, bytes] = {}
    entries: list[dict[str, object]] = []
    for number in range((versions + 1) // 2):
        names = _names(example, number)
        for path, data in example.items():
            if path == checkpoint:
                continue
            if path.endswith(TEXT):
                data = _renamed(data.decode("utf-8"), names).encode("utf-8")
            if path == ledger:
                entries += [json.loads(line) for line in data.splitlines()]
            else:
                tree[_renamed(path, names)] = data
    entries.sort(key=lambda entry: str(entry["ts"]))
    for number, entry in enumerate(entries):
        entry |= {"seq": number, "prev": "" if number else None}
    tree[ledger] = b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)
    last = {"ledger": ledger, "root": "", "size": len(entries), "time": entries[-1]["ts"]}
    tree[checkpoint] = json.dumps(last).encode() + b"\n"
    for path, data in seal(tree, layout).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def _names(example: dict[str, bytes], number: int) -> dict[str, str]:
    """What is called otherwise in a copy: slug, dataset id, and stand-ins for the ids of specs."""
    specs = sorted(path.rpartition("/")[2][:8] for path in example if "/specs/" in path)
    names = {spec: f"{number * 2 + position:08x}" for position, spec in enumerate(specs)}
    return names | {
        "kansas-counties": f"kansas-counties-{number:03}",
        "kansas_counties": f"kansas_counties_{number:03}",
    }


def _renamed(text: str, names: dict[str, str]) -> str:
    for old, new in names.items():
        text = text.replace(old, new)
    return text
