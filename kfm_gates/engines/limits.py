"""What a worker process is given and may use."""

from __future__ import annotations

import os
from dataclasses import dataclass

GIB = 1024**3


@dataclass(frozen=True)
class Limits:
    """What a worker may use: address space in bytes, and wall-clock seconds to get ready and per request."""

    memory_bytes: int = 2 * GIB
    start_seconds: float = 30.0
    request_seconds: float = 30.0
    cpu_seconds: int = 3600


LIMITS: dict[str, Limits] = {
    "rego": Limits(),
    "shapes": Limits(memory_bytes=4 * GIB, request_seconds=60.0),
    "trial": Limits(request_seconds=300.0),
    "conftest": Limits(request_seconds=60.0),
}


def environment() -> dict[str, str]:
    """Nothing of the caller's environment can steer the child, except where its own interpreter needs it."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC", "RUST_BACKTRACE": "0", **kept}
