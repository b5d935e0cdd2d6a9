"""Whole processes, as a user waits for them, and peers."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.versions import KANSAS, several

COMMAND = Path(sys.executable).parent / "kfm-gates"


@dataclass(frozen=True)
class Measured:
    """One row: seconds per run, or the reason why there are none."""

    name: str
    seconds: tuple[float, ...] = ()
    budget: float | None = None
    reason: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def fastest(self) -> float:
        return min(self.seconds)

    @property
    def over(self) -> bool:
        """Whether even the fastest run took longer than the budget."""
        return bool(self.seconds) and self.budget is not None and self.fastest > self.budget


def timed(name: str, repeat: int, run: Callable[[], object], budget: float | None = None) -> Measured:
    """Run once to warm up, then `repeat` times."""
    run()
    seconds = []
    for _ in range(repeat):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return Measured(name, tuple(seconds), budget)


def processes(folder: Path, repeat: int, *, versions: int) -> list[Measured]:
    """Every whole process that is measured."""

    def command(*arguments: str | Path, code: int = 0) -> Callable[[], None]:
        def run() -> None:
            done = subprocess.run([str(a) for a in arguments], cwd=folder, capture_output=True)
            if done.returncode != code:
                raise RuntimeError(f"{arguments} ended with {done.returncode}: {done.stderr.decode()[-500:]}")

        return run

    manifest = sorted((KANSAS / "release" / "manifests").rglob("*.json"))[-1]
    many = several(folder / "many", versions)
    rows = [
        timed("bare Python (`python -I -c pass`)", repeat, command(sys.executable, "-I", "-c", "pass")),
        timed("`kfm-gates --version`", repeat, command(COMMAND, "--version"), 0.060),
        timed(
            "`kfm-gates explain rights.license`", repeat, command(COMMAND, "explain", "rights.license"), 0.060
        ),
        timed("all gates A to G on one version, cold", repeat, command(COMMAND, "check", manifest), 1.5),
        timed("the example dataset (2 versions), cold", repeat, command(COMMAND, "check", KANSAS)),
    ]
    one = rows[-2]
    built = ("sh", "-c", 'echo "{}" > "$KFM_GATES_RECEIPT"')
    executed = timed(
        "`kfm-gates exec` on one version, with a command that leaves a receipt",
        repeat,
        command(COMMAND, "exec", "--operation", "promote", manifest, "--", *built),
    )
    all_of_them = timed(f"{versions} versions, cold", max(2, repeat // 3), command(COMMAND, "check", many))
    per_version = (all_of_them.fastest - one.fastest) / (versions - 1)
    catalogs = sorted(path for path in (many / "data" / "catalog").rglob("*") if path.is_file())[:50]
    hook = (COMMAND, "hook", "kfm-catalog", *catalogs)
    rows.append(timed(f"hook `kfm-catalog`, {len(catalogs)} files, warm", repeat, command(*hook), 0.3))
    rows += [
        executed,
        Measured("`exec` more than the gates alone", (executed.fastest - one.fastest,), 0.050),
        all_of_them,
        Measured(
            "per further version, warm, one judging process (engines in their own)", (per_version,), 0.050
        ),
        timed(
            f"{versions} versions, `--jobs 2`",
            max(2, repeat // 3),
            command(COMMAND, "check", many, "--jobs", "2"),
        ),
    ]
    return [*rows, *_peers(repeat, folder, command)]


def _peers(repeat: int, folder: Path, command: Callable[..., Callable[[], None]]) -> list[Measured]:
    rows = []
    item = json.loads(next(KANSAS.rglob("stac/items/*.json")).read_bytes())
    item["stac_extensions"] = []  # pystac would fetch their schemas
    (folder / "item.json").write_text(json.dumps(item))
    code = "import json; from pystac.validation import validate_dict; validate_dict(json.load(open('item.json')))"
    name = "peer: pystac `validate_dict` of one item without extensions, cold"
    try:
        rows.append(timed(name, max(2, repeat // 3), command(sys.executable, "-c", code)))
    except RuntimeError as error:
        rows.append(Measured(name, reason=f"skipped: {str(error).splitlines()[-1][:80]}"))
    if shutil.which("conftest"):
        rows.append(timed("peer: `conftest --version`", repeat, command("conftest", "--version")))
    else:
        rows.append(Measured("peer: conftest", reason="skipped: not installed"))
    return rows
