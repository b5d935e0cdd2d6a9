"""`exec` killed at random moments, whoever of it: nothing runs that was not logged, nothing blocks the next."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.evidence.digests import sha256
from kfm_gates.permit.lease import take
from kfm_gates.permit.run_log import RunLog
from kfm_gates.permit.runs import states
from kfm_gates.permit.settle import settle
from tests.support.processes import PROC, below
from tests.support.running import KANSAS, MAIN, environment, kansas_copy, program
from tests.support.signing import Issuer
from tests.support.small_pack import write_pack

KILLS = 500
WORKERS = 4
JUDGED_EVERY = 12
"""One in so many starts the judge; the others bring a signed permit, which is much quicker."""

TARGET = "promote:kansas-counties"
BUILD = 'echo x >> "built/$KFM_GATES_RUN"; sleep 0.05; echo "{}" > "$KFM_GATES_RECEIPT"'


@dataclass
class Tally:
    """What was met, to show that the kills fell on every part of a run."""

    states: dict[str, int] = field(default_factory=dict)
    mended: int = 0

    def add(self, state: str) -> None:
        self.states[state] = self.states.get(state, 0) + 1


def session_of(pid: int) -> list[int]:
    """The processes of a session that still run."""
    found = []
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def await_end(pid: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while session_of(pid):
        assert time.monotonic() < end, f"of the session {pid} there still run {session_of(pid)}"
        time.sleep(0.01)


class Site:
    """A folder with profile, configuration, evidence and permit store of its own."""

    def __init__(
        self, folder: Path, permit: dict[str, Any], decision: bytes, seed: int, judging: float
    ) -> None:
        self.folder = folder
        (folder / "built").mkdir(parents=True)
        write_pack(folder)
        self.issuer = Issuer.trusted_in(folder, permit, decision, "acme.toml")
        self.denied = kansas_copy(folder)
        manifest = sorted((self.denied / "release" / "manifests" / "kansas-counties").iterdir())[0]
        manifest.write_text(
            manifest.read_text().replace('"policy_label": "public"', '"policy_label": "internal"')
        )
        self.store = folder / ".kfm-gates" / "store"
        self.random = random.Random(seed)
        self.life = {"signed": 1.0, "judged": judging}
        """Seconds that a whole run takes, so that the kills fall on all of it."""
        self.tally = Tally()

    def words(self, kind: str, root: Path) -> list[str]:
        asked = self.issuer.words() if kind == "signed" else ("--operation", "promote")
        return ["exec", *asked, str(root), "--", "sh", "-c", BUILD]

    def kill_one(self, number: int) -> None:
        kind = "judged" if number % JUDGED_EVERY == 1 else "signed"
        root = self.denied if number % (3 * JUDGED_EVERY) == 1 else KANSAS
        known = set(self.states())
        called = [sys.executable, "-P", "-c", MAIN, *self.words(kind, root)]
        process = subprocess.Popen(
            called, cwd=self.folder, env=environment(), stderr=subprocess.DEVNULL, start_new_session=True
        )
        if number % 2:
            wait = self.random.uniform(0, 1.1 * self.life[kind])
        else:  # half of them where it matters most: from the moment at which the run is admitted
            self.await_a_line(process)
            wait = self.random.uniform(0, 0.1)
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            for pid in self.victims(process.pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            process.wait(120)
        await_end(process.pid)
        self.look(known, root)
        if number % 8 == 0:
            self.run_whole()

    def await_a_line(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the run log grows, or the launcher ends."""
        path = self.store / "runs.jsonl"
        size = path.stat().st_size
        while process.poll() is None and path.stat().st_size == size:
            time.sleep(0.001)

    def run_whole(self) -> None:
        """The next run works; and this is how long one takes now."""
        began = time.monotonic()
        ran = program(*self.words("signed", KANSAS), cwd=self.folder)
        assert ran.code == 0, ran.said
        self.life["signed"] = time.monotonic() - began

    def victims(self, launcher: int) -> list[int]:
        judges = list(below(launcher, "kfm_gates.judge"))
        who = self.random.choice(("launcher", "launcher", "judge", "both"))
        chosen = [launcher] if who == "launcher" or not judges else judges
        return [launcher, *judges] if who == "both" else chosen

    def states(self) -> dict[str, Any]:
        return states(RunLog(self.store).read())

    def look(self, known: set[str], root: Path) -> None:
        if not self.store.is_dir():
            self.tally.add("no store")
            return
        log = RunLog(self.store)
        log.mend("looking")
        entries = log.read()  # the chain is whole
        self.tally.mended = sum(entry.kind == "mended" for entry in entries)
        runs = self.states()
        new = [run for name, run in runs.items() if name not in known]
        for run in new:
            self.tally.add(run.state)
            consumed = self.store / "consumed" / f"{run.nonce}.json"
            assert consumed.is_file(), "a run was admitted with a permit that was not used up"
        if not new:
            self.tally.add("not admitted")
        for marker in (self.folder / "built").iterdir():
            assert marker.read_text() == "x\n"
            assert runs[marker.name].started is not None, "a builder ran that was not logged as started"
        if root == self.denied:
            assert not new
        for path in (self.store / "runs").glob("*/permit.json"):
            self.refuse_half_permit(path)
        for run in new:
            if run.unsettled:
                settle(self.store, run.run, "repaired", "test", "killed")
        take(self.store, [TARGET], "looking").end()  # nothing holds the lease

    def refuse_half_permit(self, path: Path) -> None:
        """A permit is there only with the whole decision that it names."""
        import base64

        value = json.loads(path.read_bytes())
        permit = json.loads(base64.b64decode(value["payload"])) if "payload" in value else value
        decision = path.with_name("decision.json").read_bytes()
        assert sha256(decision.removesuffix(b"\n")) == permit["decision_digest"]
        assert json.loads(decision)["predicate"]["status"] == "PASS"


@pytest.mark.slow
@pytest.mark.skipif(not PROC.is_dir(), reason="who still runs is read from /proc")
def test_killed_at_any_moment(tmp_path: Path) -> None:
    once = tmp_path / "once"
    once.mkdir()
    write_pack(once)
    began = time.monotonic()
    ran = program("check", KANSAS, "--profile", "acme.toml", cwd=once)
    judging = time.monotonic() - began
    assert ran.code == 0, ran.said
    permit = json.loads(ran.permit.read_bytes())
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # shown when it fails
    sites = [Site(tmp_path / f"site{n}", permit, ran.decision, seed + n, judging) for n in range(WORKERS)]

    def work(site: Site) -> None:
        site.run_whole()
        for number in range(KILLS // WORKERS):
            site.kill_one(number)

    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(work, sites))
    met: dict[str, int] = {}
    for site in sites:
        for state, count in site.tally.states.items():
            met[state] = met.get(state, 0) + count
    print(met, "mended", sum(site.tally.mended for site in sites))
    # The kills fell on every part: before admission, while it ran, and after the end.
    assert {"not admitted", "succeeded"} <= set(met)
    assert met.get("started", 0) + met.get("died", 0) > 0
    shutil.rmtree(tmp_path, ignore_errors=True)
