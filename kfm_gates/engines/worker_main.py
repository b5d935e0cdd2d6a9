"""The child process that runs one engine: `python -I -m kfm_gates.engines.worker_main SERVICE`.

It reads frames from its standard input and answers each on its standard output, in order. Nothing that a
library prints can reach that output: descriptor 1 is pointed at standard error before any library is loaded.

First frame in:  {"memory_bytes": int, "cpu_seconds": int}. First frame out: {"ready": service, "home": path}.
Then per request {"id", "payload"} -> {"id", "answer"} or {"id", "error": sentence, "fatal": bool}.
"""

from __future__ import annotations

import importlib
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from kfm_gates.engines import frames
from kfm_gates.engines.guarding import sentence
from kfm_gates.errors import KfmGatesError
from kfm_gates.model.finding import Json

SERVICES: dict[str, str] = {
    "rego": "kfm_gates.engines.rego_service",
    "shapes": "kfm_gates.engines.shapes_service",
    "trial": "kfm_gates.engines.rego_trial",
    # Python checks of packs: the module belongs to another layer, named here so that it gets this cage.
    "checks": "kfm_gates.checks.service",
}
"""Service name -> module with `serve(request: Json) -> Json`. Importing the module is its warm-up."""

Serve = Callable[[Json], Json]


def main(arguments: list[str]) -> int:
    """Serve until the parent closes the pipe. Ends with 0 then, with 1 when the parent must not go on."""
    requests, answers = _private_pipes()
    limits = _read(requests)
    if limits is None:
        return 0
    try:
        _limit(limits["memory_bytes"], limits["cpu_seconds"])
        serve = _service(arguments)
    except BaseException as error:
        _write(answers, {"error": sentence(error)})
        return 1
    _write(answers, {"ready": arguments[0], "home": home()})
    while (request := _read(requests)) is not None:
        reply, healthy = _answer(serve, request)
        _write(answers, reply)
        if not healthy:
            return 1
    return 0


def home() -> str:
    """The folder of the kfm_gates package that this process runs; both ends must run the same one."""
    return str(Path(__file__).resolve().parent.parent)


def _answer(serve: Serve, request: Json) -> tuple[Json, bool]:
    """The reply, and whether this process may serve on."""
    try:
        reply = {"id": request["id"], "answer": serve(request["payload"])}
        frames.encode(reply)  # an answer that is not JSON is the service's error, with its sentence
    except KfmGatesError as error:
        return {"id": request["id"], "error": str(error), "fatal": False}, True
    except BaseException as error:
        # Nobody foresaw it (memory may have run out in any disguise), so this process is not to be trusted on.
        return {"id": request["id"], "error": sentence(error), "fatal": True}, False
    return reply, True


def _service(arguments: list[str]) -> Serve:
    if len(arguments) != 1 or arguments[0] not in SERVICES:
        raise ValueError(f"the service must be one of {', '.join(sorted(SERVICES))}, not {arguments}")
    serve: Serve = importlib.import_module(SERVICES[arguments[0]]).serve
    return serve


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two ends of the parent's pipes, moved away from where libraries read and print."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The parent enforces wall-clock time; this only ends a child whose parent was killed.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    except (OSError, ValueError):
        if sys.platform == "linux":  # macOS refuses the call; the wall clock still holds there
            raise


def _read(requests: BinaryIO) -> Json:
    header = requests.read(frames.HEADER.size)
    if len(header) < frames.HEADER.size:
        return None
    body = requests.read(frames.body_length(header))
    return frames.decode(body)


def _write(answers: BinaryIO, value: Json) -> None:
    answers.write(frames.encode(value))
    answers.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
