"""The leases of a run: on this host always, and across hosts where the configuration names a database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kfm_gates.permit import lease

if TYPE_CHECKING:
    from kfm_gates.permit.holder import Holder
    from kfm_gates.permit.lease_postgres import PostgresLeases


class RunLeases:
    """All leases of one run."""

    def __init__(self, local: lease.Leases, shared: PostgresLeases | None) -> None:
        self.targets = local.targets
        self.former: tuple[tuple[str, Holder], ...] = local.former
        self._local = local
        self._shared = shared

    @property
    def fds(self) -> tuple[int, ...]:
        """What the command must inherit, so that the leases live as long as it does."""
        return (*self._local.fds, *(self._shared.fds if self._shared else ()))

    @property
    def shared(self) -> bool:
        """Whether a lease can be lost: that of another host's database can, the kernel's can't."""
        return self._shared is not None

    def name(self, nonce: str) -> None:
        """Show the permit's nonce to whoever is refused."""
        self._local.name(nonce)
        if self._shared:
            self._shared.name(nonce)

    def alive(self) -> bool:
        """Whether every lease is still held."""
        return self._shared is None or self._shared.alive()

    def end(self, left_behind: bool = False) -> None:
        """Let go. With processes that were left behind, the leases stay with them."""
        try:
            self._local.end()
        finally:
            if self._shared:
                shared, self._shared = self._shared, None
                (shared.drop if left_behind else shared.end)()


def take_all(store: Path, targets: tuple[str, ...], run: str, dsn: str | None) -> RunLeases:
    """Take the leases of all targets, or none."""
    local = lease.take(store, targets, run)
    if dsn is None:
        return RunLeases(local, None)
    from kfm_gates.permit import lease_postgres

    try:
        return RunLeases(local, lease_postgres.take(dsn, targets, run))
    except BaseException:
        local.end()
        raise


def left_behind(reading: int) -> bool:
    """Whether some process still has the other end of a pipe that only the command inherited."""
    import select

    ready, _, _ = select.select([reading], [], [], 0)
    return not ready or bool(os.read(reading, 1))
