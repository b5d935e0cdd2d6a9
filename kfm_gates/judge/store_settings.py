"""`[stores]` of the configuration: where the probes find their stores. No verdict rests on it.

So it is not part of the configuration's digest: what was asked where is in the recorded answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kfm_gates.errors import EngineError, UsageError
from kfm_gates.evidence.layout import Layout
from kfm_gates.judge.toml_table import only_keys, take
from kfm_gates.stores.interface import Store

LONGEST = 86_400


@dataclass(frozen=True)
class StoreSettings:
    """What the configuration says of each store; None where it says nothing."""

    tile_registry: Path | None = None
    tile_bundles: Path | None = None
    postgis_dsn: str | None = field(default=None, repr=False)
    postgis_timeout_seconds: int = 600
    where: str = "kfm-gates.toml"

    def open(self, target: str, root: Path, layout: Layout) -> Store:
        """The probe of a target; raises UsageError when it isn't configured, EngineError when there is none."""
        if target == "tiles":
            from kfm_gates.stores.tiles import PointerFiles, PointerRegistry

            bundles = self.tile_bundles or root
            if self.tile_registry is not None:
                return PointerRegistry(self.tile_registry, bundles)
            return PointerFiles(root, layout, bundles)
        if target == "postgis":
            if self.postgis_dsn is None:
                raise UsageError(
                    'postgis is a target, but nothing says where it is; add [stores.postgis] dsn = "postgresql://…" '
                    "to kfm-gates.toml"
                )
            from kfm_gates.stores.postgis import PostgisStore
            from kfm_gates.stores.postgres_address import address

            where = f"{self.where}: stores.postgis.dsn"
            return PostgisStore(address(self.postgis_dsn, where), self.postgis_timeout_seconds)
        raise EngineError(
            f"{target} can't be observed: there is no probe for it in this version, and what is not observed "
            "can't be planned"
        )


def store_settings(table: Mapping[str, Any], folder: Path, where: str) -> StoreSettings:
    """Read `[stores.tiles]` and `[stores.postgis]`; raises UsageError for what they can't say."""
    only_keys(table, ("tiles", "postgis"), f"{where}: stores")
    tiles = take(table, "tiles", dict, where, {})
    only_keys(tiles, ("registry", "bundles"), f"{where}: stores.tiles")
    postgis = take(table, "postgis", dict, where, {})
    only_keys(postgis, ("dsn", "timeout_seconds"), f"{where}: stores.postgis")
    dsn = _dsn(postgis, where)
    timeout = take(postgis, "timeout_seconds", int, f"{where}: stores.postgis", 600)
    if not 0 < timeout <= LONGEST:
        raise UsageError(
            f"{where}: stores.postgis.timeout_seconds must be from 1 to {LONGEST}, not {timeout}"
        )
    return StoreSettings(
        _path(tiles, "registry", folder, where),
        _path(tiles, "bundles", folder, where),
        dsn,
        timeout,
        where,
    )


def _dsn(table: Mapping[str, Any], where: str) -> str | None:
    value = table.get("dsn")
    if value is not None and (not isinstance(value, str) or not value):
        raise UsageError(f"{where}: stores.postgis.dsn must be a text")  # not shown: it may hold a password
    return value


def _path(table: Mapping[str, Any], key: str, folder: Path, where: str) -> Path | None:
    value = take(table, key, str, f"{where}: stores.tiles", "")
    return folder / value if value else None
