"""`kfm-gates policy digest`: the digest of the policy pack, as decisions and permits name it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, TextIO

from kfm_gates.checks.pack import HOUSE, tree_digest
from kfm_gates.judge.configuration import load_configuration
from kfm_gates.judge.suite import assemble
from kfm_gates.reports.harmless import visible


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print the digest, and those of its parts."""
    file = Path(arguments.config) if arguments.config else None
    suite = assemble(load_configuration(file, Path.cwd(), None), arguments.profile)
    parts = [{"pack": "kfm-gates", "digest": tree_digest(HOUSE)}]
    parts += [{"pack": str(pack.root), "digest": pack.digest()} for pack in suite.packs]
    found: dict[str, Any] = {
        "policy_pack": suite.pack_digest,
        "profile": suite.profile.name,
        "profile_digest": suite.profile_digest,
        "version": suite.engines["kfm-gates"],
        "parts": parts,
    }
    if arguments.format == "json":
        out.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
        return 0
    out.write(f"{found['policy_pack']}  policy pack\n")
    out.writelines(f"{each['digest']}    {visible(each['pack'])}\n" for each in parts)
    out.write(f"{found['profile_digest']}  profile {visible(found['profile'])}\n")
    return 0
