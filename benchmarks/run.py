"""Measure what the design gives a budget for, next to peers in the same run.

python benchmarks/run.py                    print the tables
python benchmarks/run.py --short            fewer repetitions
python benchmarks/run.py --write FILE.md    write them as well
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

from benchmarks.parts import parts  # noqa: E402
from benchmarks.permits import permits  # noqa: E402
from benchmarks.processes import Measured, processes  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--short", action="store_true", help="fewer repetitions")
    parser.add_argument("--write", metavar="FILE", help="also write the tables to a file")
    arguments = parser.parse_args()
    repeat = 3 if arguments.short else 9
    with tempfile.TemporaryDirectory(prefix="kfm-gates-bench-") as folder:
        whole = processes(Path(folder), repeat, versions=8 if arguments.short else 40)
        inside, per_check = parts(repeat)
        held = permits(Path(folder), repeat)
    text = _page(whole, held, inside, per_check, repeat)
    print(text)
    if arguments.write:
        Path(arguments.write).write_text(text, "utf-8")
    over = [each.name for each in (*whole, *held) if each.over]
    if over:
        print(f"over budget on this machine: {', '.join(over)}", file=sys.stderr)
    return 0


def _page(
    whole: list[Measured],
    held: list[Measured],
    inside: list[Measured],
    per_check: list[Measured],
    repeat: int,
) -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    lines = [
        "# Benchmarks",
        "",
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cores} cores, "
        f"kfm-gates {version('kfm-gates')}; median of {repeat} runs, the fastest in brackets. Written by "
        "`make bench`. Figures of one machine say little; look at the ratios to the peers in the same table.",
        "",
        "## Whole processes",
        "",
        *_table(whole, budgets=True),
        "",
        "## Permits",
        "",
        "Inside one process; the start of an interpreter is not counted.",
        "",
        *_table(held, budgets=True),
        "",
        "## Where the time of one version goes",
        "",
        "Imports are measured as processes of their own, the rest inside one process in which everything is "
        "imported. In a cold run the engines start in the background of the imports, so the parts overlap.",
        "",
        *_table(inside),
        "",
        "## Per check",
        "",
        "On the public version of the example dataset. The first check that needs a fact pays for it: "
        "`evidence.present` reads and hashes every file, the first shape validates the graph for all of them.",
        "",
        *_table(per_check),
        "",
    ]
    return "\n".join(lines)


def _table(rows: list[Measured], *, budgets: bool = False) -> list[str]:
    head = ["| what | ms | budget |", "|---|---:|---:|"] if budgets else ["| what | ms |", "|---|---:|"]
    for each in rows:
        shown = each.reason or f"{each.median * 1000:.1f} ({each.fastest * 1000:.1f})"
        limit = "" if each.budget is None else f"{each.budget * 1000:g}"
        head.append(f"| {each.name} | {shown} | {limit} |" if budgets else f"| {each.name} | {shown} |")
    return head


if __name__ == "__main__":
    sys.exit(main())
