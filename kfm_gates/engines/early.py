"""Workers that are started before it is known whether they are needed, since their imports take longest."""

from __future__ import annotations

from kfm_gates.engines.limits import Limits
from kfm_gates.engines.worker import Worker

_early: dict[str, Worker] = {}


def start_early(*services: str) -> None:
    """Start workers before it is known whether they are needed; `worker_for` hands them out."""
    for service in services:
        _early[service] = Worker(service).start()


def worker_for(service: str, limits: Limits | None) -> Worker:
    """A started worker: one that was started early with the same limits, or a fresh one."""
    early = _early.pop(service, None)
    if early is not None and limits is None and not early.failed:
        return early
    if early is not None:
        early.close()
    return Worker(service, limits).start()


def close_early() -> None:
    """Kill the workers that were started early and turned out not to be needed."""
    while _early:
        _early.popitem()[1].close()
