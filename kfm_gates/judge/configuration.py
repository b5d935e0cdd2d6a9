"""Configuration: where the evidence lies and which profile judges it.

It is read from a `kfm-gates.toml`, or `[tool.kfm-gates]` in a pyproject.toml, in the working folder or
above it; never from inside the evidence root, which is what is judged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kfm_gates.errors import UsageError
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.layout import Layout
from kfm_gates.judge.toml_table import only_keys, parse_toml, take
from kfm_gates.judge.trust import Trust, audiences, refuse_keys_inside, trust_of

DEFAULT_PROFILE = "promotion-v1"
CONFIGURATION_FILES = ("kfm-gates.toml", "pyproject.toml")
_KEYS = ("root", "profile", "paths", "schemas", "store", "audience", "trust", "lease")


@dataclass(frozen=True)
class Configuration:
    """What a configuration file says; the built-in values where it says nothing."""

    folder: Path
    root: Path | None = None
    profile: str = DEFAULT_PROFILE
    paths: Mapping[str, str] | None = None
    schemas: Mapping[str, bytes] | None = None
    store: Path | None = None
    """The permit store; None: the default place."""
    audience: tuple[str, ...] = ()
    """Whose permits the store consumes besides its own; permits are issued for the first of them."""
    trust: Trust = field(default_factory=Trust)
    lease: str | None = field(default=None, repr=False)
    """The PostgreSQL database that holds leases across hosts, as a URI; it may hold a password."""

    @property
    def layout(self) -> Layout:
        """The path templates."""
        return Layout.of(self.paths or {})

    def digest(self) -> str:
        """A digest of what it means: the templates and locked schemas, wherever the file lies."""
        schemas = {url: hashlib.sha256(data).hexdigest() for url, data in (self.schemas or {}).items()}
        return digest_of({"paths": dict(self.layout.templates), "schemas": schemas})


def load_configuration(file: Path | None, start: Path, root: Path | None) -> Configuration:
    """The configuration in `file`, or the nearest one at `start` or above; built-in values without one."""
    for candidate in [file] if file else _candidates(start):
        table = _table(candidate, required=file is not None)
        if table is not None:
            configuration = _parse(table, candidate)
            evidence = root or configuration.root
            if evidence is not None and candidate.resolve().is_relative_to(evidence.resolve()):
                raise UsageError(
                    f"{candidate}: configuration is never read from inside the evidence root ({evidence}); "
                    "move it above the root"
                )
            if evidence is not None:
                refuse_keys_inside(configuration.trust, evidence)
            return configuration
    return Configuration(start)


def _candidates(start: Path) -> list[Path]:
    return [folder / name for folder in (start, *start.parents) for name in CONFIGURATION_FILES]


def _table(path: Path, *, required: bool) -> dict[str, Any] | None:
    try:
        data = path.read_bytes()
    except OSError as error:
        if required or not isinstance(error, FileNotFoundError | NotADirectoryError):
            raise UsageError(f"{path}: the configuration can't be read: {error.strerror}") from error
        return None
    table = parse_toml(data, str(path))
    if path.name != "pyproject.toml":
        return table
    found: dict[str, Any] | None = table.get("tool", {}).get("kfm-gates")
    if found is None and required:
        raise UsageError(f"{path}: has no table [tool.kfm-gates]")
    return found


def _parse(table: dict[str, Any], path: Path) -> Configuration:
    where = str(path)
    only_keys(table, _KEYS, where)
    folder = path.resolve().parent
    root = take(table, "root", str, where, "")
    profile = take(table, "profile", str, where, DEFAULT_PROFILE)
    paths = take(table, "paths", dict, where, {})
    for name, template in paths.items():
        if not isinstance(template, str):
            raise UsageError(f"{where}: paths.{name} must be a text")
    locked = take(table, "schemas", dict, where, {})
    store = take(table, "store", str, where, "")
    return Configuration(
        folder,
        folder / root if root else None,
        profile,
        paths,
        {u: _schema(e, u, folder, where) for u, e in locked.items()},
        folder / store if store else None,
        audiences(table, where),
        trust_of(take(table, "trust", dict, where, {}), folder, where),
        _lease(take(table, "lease", dict, where, {}), f"{where}: lease"),
    )


def _lease(table: dict[str, Any], where: str) -> str | None:
    only_keys(table, ("postgres",), where)
    return take(table, "postgres", str, where, "") or None


def _schema(entry: Any, url: str, folder: Path, where: str) -> bytes:
    """One locked schema: a file whose bytes must have the digest that the lock names."""
    at = f"{where}: schemas.{url!r}"
    if not isinstance(entry, dict):
        raise UsageError(f'{at}: write {{ file = "…", sha256 = "…" }}')
    only_keys(entry, ("file", "sha256"), at)
    name, pinned = take(entry, "file", str, at), take(entry, "sha256", str, at)
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise UsageError(f"{at}: {name} can't be read: {error.strerror}") from error
    actual = hashlib.sha256(data).hexdigest()
    if actual != pinned:
        raise UsageError(
            f"{at}: {name} has the digest {actual}, not the pinned {pinned}; restore it or lock it anew"
        )
    return data
