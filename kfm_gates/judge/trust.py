"""Whom a configuration trusts: the keys that permits are signed with, and the audiences of the permit store.

audience = ["kansas-cutover"]          # or one text
[trust]
require_signature = true
permit_keys = [{ name = "ci", file = "keys/ci.pub", sha256 = "<64 hex digits of the file>" }]
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kfm_gates.errors import UsageError
from kfm_gates.judge.toml_table import only_keys, take

AUDIENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}")
_STORE_ID = re.compile("[0-9a-f]{32}")
_LARGEST = 1 << 16


@dataclass(frozen=True)
class PermitKey:
    """A public key, as the file in PEM holds it, that permits may be signed with."""

    name: str
    file: Path
    pem: bytes


@dataclass(frozen=True)
class Trust:
    """The keys that are trusted, and whether a permit without a signature is judged again or refused."""

    permit_keys: tuple[PermitKey, ...] = ()
    require_signature: bool = False


def trust_of(table: Mapping[str, Any], folder: Path, where: str) -> Trust:
    """The table `[trust]`; raises UsageError for a key file that is not the pinned one."""
    at = f"{where}: trust"
    only_keys(table, ("permit_keys", "require_signature"), at)
    entries = take(table, "permit_keys", list, at, [])
    keys = tuple(_key(entry, folder, f"{at}.permit_keys[{n}]") for n, entry in enumerate(entries))
    for what, values in (("name", [k.name for k in keys]), ("key", [k.pem for k in keys])):
        if len(set(values)) != len(values):
            raise UsageError(f"{at}.permit_keys: two keys have the same {what}; remove one of them")
    required = take(table, "require_signature", bool, at, False)
    if required and not keys:
        raise UsageError(f"{at}: require_signature needs a key in permit_keys that can have signed")
    return Trust(keys, required)


def refuse_keys_inside(trust: Trust, root: Path) -> None:
    """Raise UsageError for a key that lies among what its signatures would vouch for."""
    for key in trust.permit_keys:
        if key.file.resolve().is_relative_to(root.resolve()):
            raise UsageError(
                f"{key.file}: a trusted key is never read from inside the evidence root ({root}); move it out"
            )


def audiences(table: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """The key `audience`: one text or a list of texts, the first of which permits are issued for."""
    value = table.get("audience", [])
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list):
        raise UsageError(f"{where}: 'audience' must be a text or a list of texts, not {value!r}")
    for each in found:
        refuse_audience(each, f"{where}: audience")
    return tuple(found)


def refuse_audience(value: object, where: str) -> None:
    """Raise UsageError for what can't name an audience, or would take the place of a store's own id."""
    _refuse_other_text(value, where)
    if _STORE_ID.fullmatch(str(value)):
        raise UsageError(f"{where}: {value!r} can't be shared; a store's id stands for that store alone")


def refuse_issued_for(value: str) -> None:
    """Raise UsageError for what no permit can be issued for; the id of another store is fine."""
    _refuse_other_text(value, "--audience")


def _refuse_other_text(value: object, where: str) -> None:
    if not isinstance(value, str) or not AUDIENCE.fullmatch(value) or value == "none":
        raise UsageError(
            f"{where}: write up to 200 letters, digits and `. _ : / @ -` (and not 'none'), not {value!r}"
        )


def _key(entry: Any, folder: Path, where: str) -> PermitKey:
    if not isinstance(entry, dict):
        raise UsageError(f'{where}: write {{ name = "…", file = "…", sha256 = "…" }}')
    only_keys(entry, ("name", "file", "sha256"), where)
    name, file, pinned = (take(entry, key, str, where) for key in ("name", "file", "sha256"))
    path = folder / file
    try:
        with path.open("rb") as data:
            pem = data.read(_LARGEST)
    except OSError as error:
        raise UsageError(f"{where}: {file} can't be read: {error.strerror}") from error
    actual = hashlib.sha256(pem).hexdigest()
    if actual != pinned:
        raise UsageError(f"{where}: {file} has the digest {actual}, not the pinned {pinned}; restore it")
    return PermitKey(name, path, pem)
