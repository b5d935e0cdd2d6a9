"""What a worker process may use."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 1024**3


@dataclass(frozen=True)
class Limits:
    """What a worker may use: address space in bytes, and wall-clock seconds to get ready and per request."""

    memory_bytes: int = 2 * GIB
    start_seconds: float = 30.0
    request_seconds: float = 30.0
    cpu_seconds: int = 3600


LIMITS: dict[str, Limits] = {"rego": Limits(), "shapes": Limits(memory_bytes=4 * GIB, request_seconds=60.0)}
