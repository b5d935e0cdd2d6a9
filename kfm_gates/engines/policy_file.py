"""Rego policies as they are handed to an engine: text that was read once, and the package that it must be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

PACKAGE_ROOT = "kfm"
DATA_ROOT = "kfm_data"
"""Data is mounted here only. Engines let data win over a rule of the same path, so no package may meet it."""


@dataclass(frozen=True, order=True)
class PolicyFile:
    """One policy: `path` as people know it (`rego/rights/license.rego`), and its text.

    `input_schema` is the JSON Schema of the input that it will get; with it, the lint knows misspelt paths.
    """

    path: str
    text: str
    input_schema: Json = field(default=None, compare=False, repr=False)

    @property
    def package(self) -> str:
        """The package that this file must declare: `kfm.<family>.<name>`."""
        folder, name = Path(self.path).parent.name, Path(self.path).stem
        if not folder or not name:
            raise EngineError(
                f"{self.path}: a policy file lies in a family folder, as rego/rights/license.rego."
            )
        return f"{PACKAGE_ROOT}.{folder}.{name}"


def path_of(package: str) -> str:
    """Where the policy of a package lies, as people know it."""
    return f"rego/{package.removeprefix(PACKAGE_ROOT + '.').replace('.', '/')}.rego"


def read_policies(folder: Path, *, shown_as: str = "rego") -> tuple[PolicyFile, ...]:
    """All policies below `folder`, sorted by path; tests (`*_test.rego`) are not policies.

    Raises EngineError when a file can't be read as UTF-8, and when there is no policy at all.
    """
    found = []
    for file in sorted(folder.rglob("*.rego")):
        if file.name.endswith("_test.rego"):
            continue
        path = f"{shown_as}/{file.relative_to(folder).as_posix()}"
        try:
            found.append(PolicyFile(path, file.read_bytes().decode("utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise EngineError(f"{path}: the policy can't be read ({error}).") from error
    if not found:
        raise EngineError(f"There is no policy (*.rego) below {folder}.")
    return tuple(found)


def packages(policies: Iterable[PolicyFile]) -> frozenset[str]:
    """The packages of these policies. Raises EngineError for two that differ only by case, or not at all."""
    seen: dict[str, PolicyFile] = {}
    for policy in policies:
        other = seen.setdefault(policy.package.casefold(), policy)
        if other is not policy:
            raise EngineError(f"{policy.path}: the package {policy.package} is that of {other.path} as well.")
    return frozenset(policy.package for policy in seen.values())
