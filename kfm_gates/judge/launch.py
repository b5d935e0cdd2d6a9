"""Starting the judge process and reading what it says. Runs in the caller's process; decides nothing."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import EngineError, KfmGatesError, PermitInvalid, UsageError
from kfm_gates.judge.request import Request
from kfm_gates.model.finding import Json

Progress = Callable[[Mapping[str, Json]], None]

_KEPT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


@dataclass(frozen=True)
class Verdict:
    """What the judge process said."""

    exit_code: int
    statement: Json
    decision_digest: str
    paths_digest: str
    checkpoint: Json
    run: Json
    """Timings, versions, where the record lies, and the permit or why there is none."""

    @property
    def permit_path(self) -> str | None:
        """Where the permit lies, if one was issued."""
        path = self.run.get("permit")
        return path if isinstance(path, str) else None


def judge_in_process(
    request: Request,
    progress: Progress | None = None,
    *,
    timeout: float | None = None,
    python: str | None = None,
) -> Verdict:
    """Judge in an isolated process, `python -I -m kfm_gates.judge`.

    `python` is the interpreter that judges, when it is not this one. Raises UsageError for what was asked
    wrongly, such as an interpreter that has no kfm_gates, and EngineError for a judge that failed, died, or did not
    end within `timeout` seconds. In none of these cases is there a permit.
    """
    _forget_old_permit(request)
    command = [_interpreter(python), "-I", "-m", "kfm_gates.judge"]
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            cwd=request.folder,
        )
        try:
            last = _talk(process, request, progress, timeout)
        except BaseException:
            process.kill()
            process.wait()
            raise
        code = process.wait()
        errors.seek(0)
        said = errors.read()[-2000:].decode("utf-8", "replace").strip()
        if python is not None and last is None and "No module named" in said and "kfm_gates" in said:
            raise UsageError(
                f"{python}: this interpreter has no kfm_gates, so it can't judge; install kfm-gates in its "
                "environment, or name another interpreter"
            )
        return _verdict(last, code, said)


def _forget_old_permit(request: Request) -> None:
    """Remove the permit of an earlier run, so that none is left if the judge dies before it starts."""
    if request.record is None:
        return
    record = Path(request.folder) / request.record
    if (record / "run.json").is_file():  # a folder without it is no record, and nothing of ours to delete
        with contextlib.suppress(OSError):
            (record / "permit.json").unlink()


def _interpreter(python: str | None) -> str:
    """The interpreter that judges; raises UsageError for one that is not there."""
    if python is None:
        return sys.executable
    found = shutil.which(python)
    if found is None:
        raise UsageError(
            f"{python}: there is no such interpreter to judge with; name a Python that has kfm_gates"
        )
    return os.path.abspath(found)


def _talk(
    process: subprocess.Popen[bytes], request: Request, progress: Progress | None, timeout: float | None
) -> Json:
    import threading

    if process.stdin is None or process.stdout is None:
        raise EngineError("the judge process could not be started")
    expired = threading.Event()

    def stop() -> None:
        expired.set()
        process.kill()

    timer = threading.Timer(timeout, stop) if timeout else None
    if timer:
        timer.daemon = True
        timer.start()
    last: Json = None
    try:
        with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
            pipe.write(json.dumps(request.to_json()).encode("utf-8"))
        for line in process.stdout:
            message = _message(line)
            if "progress" in message:
                if progress:
                    progress(message["progress"])
            else:
                last = message
    finally:
        if timer:
            timer.cancel()
        process.stdout.close()
    if expired.is_set():
        raise EngineError(f"the judge did not end within {timeout:g} s and was stopped; no permit was issued")
    return last


def _message(line: bytes) -> dict[str, Json]:
    try:
        message = json.loads(line)
    except ValueError as error:
        raise EngineError(
            "the judge process said something that can't be read; no permit was issued"
        ) from error
    if not isinstance(message, dict):
        raise EngineError("the judge process said something that can't be read; no permit was issued")
    return message


def _verdict(last: Json, code: int, said: str) -> Verdict:
    if isinstance(last, dict) and "error" in last:
        error = last["error"]
        kinds: dict[str, type[KfmGatesError]] = {
            "UsageError": UsageError,
            "PermitMismatch": PermitInvalid,
        }
        raise kinds.get(str(error["kind"]), EngineError)(str(error["message"]))
    if not isinstance(last, dict) or "verdict" not in last:
        reason = f"ended with {code}" if code >= 0 else f"was ended by signal {-code}"
        raise EngineError(f"the judge process {reason} without a verdict{': ' + said if said else ''}")
    verdict = last["verdict"]
    if verdict["exit_code"] != code:
        raise EngineError(
            f"the judge process said {verdict['exit_code']} and ended with {code}; nothing is decided"
        )
    return Verdict(
        code,
        verdict["statement"],
        verdict["decision_digest"],
        verdict["paths_digest"],
        verdict["checkpoint"],
        verdict["run"],
    )
