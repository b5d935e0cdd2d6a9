"""The digests that a decision names of what judged: profile, policy pack, engines. Nothing heavy is imported."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable

from kfm_gates.checks.pack import HOUSE, FolderPack, tree_digest
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.judge.profile import Profile

ENGINES = ("celine-regorus", "jsonschema-rs", "pyshacl", "rdflib", "pydantic", "pyyaml", "rfc8785")
DATA_ENGINES = ("pyarrow", "shapely", "pmtiles", "mapbox-vector-tile")


def profile_digest(profile: Profile) -> str:
    """The digest of the profile's files, those that it extends first."""
    return digest_of([data.decode("utf-8") for _, data in profile.sources])


def pack_digest(packs: Iterable[FolderPack]) -> str:
    """The digest of everything that decides, the house's and that of packs, as the files are at this moment."""
    return digest_of([tree_digest(HOUSE), *(pack.digest() for pack in packs)])


def engines() -> dict[str, str]:
    """Name and version of everything that takes part in a verdict."""
    found = {"python": platform.python_version()}
    for name in ("kfm-gates", *ENGINES, *DATA_ENGINES):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
