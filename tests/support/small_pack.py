"""A small policy pack of its own, judged for real and fast: the profile `acme` with three checks."""

from __future__ import annotations

import json
from pathlib import Path

PROFILE = """\
[profile]
name = "acme"
operation = "promote"
description = "What the doors are tried with."
packs = ["pack"]

[gates.naming]
label = "A"
title = "Naming"
checks = ["acme.label"]

[gates.follow-up]
label = "B"
title = "Follow-up"
checks = ["acme.waits", "acme.quality"]
"""

CHECK = '''\
from typing import Annotated

from kfm_gates.checks.api import check
from kfm_gates.checks.settings import Stricter
from kfm_gates.model.finding import OK, Verdict, deny
from kfm_gates.model.manifest import Manifest


@check("acme.{name}", needs={needs}, serves="R-001")
def {name}(manifest: Manifest, *, refused: Annotated[list[str], Stricter.MORE] = ["{value}"]) -> Verdict:
    """Deny a manifest whose {pointer} is refused.

    A second paragraph.
    """
    found = manifest.raw{keys}
    if found in refused:
        return deny(manifest.at("{pointer}"), "is refused", found=found, expected="another", hint="change it")
    return OK
'''

CHECKS = (
    ("label", (), "/policy/policy_label", '["policy"]["policy_label"]', "internal"),
    ("waits", ("acme.label",), "/policy/policy_label", '["policy"]["policy_label"]', "embargoed"),
    ("quality", (), "/qa/status", '["qa"]["status"]', "fail"),
)


def write_pack(folder: Path) -> Path:
    """The pack in `folder`, and its profile, which is returned."""
    for name, needs, pointer, keys, value in CHECKS:
        source = folder / "pack" / "checks" / "acme" / f"{name}.py"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(CHECK.format(name=name, needs=needs, pointer=pointer, keys=keys, value=value))
        patch = {"op": "replace", "path": pointer, "value": value}
        case = {
            "base": "public",
            "why": f"{pointer} is {value}",
            "ops": [{"file": "manifest", "patch": [patch]}],
        }
        path = folder / "pack" / "denials" / f"acme.{name}" / "case.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(case))
    path = folder / "acme.toml"
    path.write_text(PROFILE)
    return path
