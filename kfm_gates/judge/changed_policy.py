"""Whether that by which a run judges differs from a Git commit: then every version is to be judged anew."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kfm_gates.evidence.git import GitProblem, Repository
from kfm_gates.evidence.git_disk import changes_on_disk
from kfm_gates.judge.configuration import CONFIGURATION_FILES
from kfm_gates.judge.profile import BUILT_IN
from kfm_gates.judge.suite import Suite


def policy_changed(suite: Suite, repository: Repository, commit: str) -> bool:
    """Whether the configuration, a profile or a pack below the work tree differs from how the commit has it.

    What lies elsewhere, such as the installed package, is pinned by other means. Raises GitProblem.
    """
    top = Path(os.fsdecode(repository.ask("rev-parse", "--show-toplevel").rstrip(b"\n"))).resolve()
    at_top = Repository(top)
    for file in _files(suite):
        if file.is_relative_to(top):
            before = at_top.read(commit, file.relative_to(top).as_posix())
            if _meaning(file, before) != _meaning(file, _bytes(file)):
                return True
    packs = [pack.root.resolve() for pack in suite.packs]
    return any(_pack_changed(root, commit) for root in packs if root.is_relative_to(top))


def _files(suite: Suite) -> Iterator[Path]:
    folder = suite.configuration.folder.resolve()
    yield from (folder / name for name in CONFIGURATION_FILES)
    yield from (Path(path) for path, _ in suite.profile.sources if Path(path).parent != BUILT_IN.resolve())


def _meaning(file: Path, data: bytes | None) -> Any:
    """What counts of a file: of a pyproject.toml only our table."""
    if data is None or file.name != "pyproject.toml":
        return data
    try:
        tools = tomllib.loads(data.decode("utf-8")).get("tool", {})
    except ValueError:
        return data
    return tools.get("kfm-gates") if isinstance(tools, dict) else None


def _bytes(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise GitProblem(f"{file} can't be compared: {error.strerror}") from error


def _pack_changed(root: Path, commit: str) -> bool:
    """Whether a file of a pack differs; what Python leaves behind is no policy."""
    pack = Repository.around(root)
    changes = changes_on_disk(pack, commit) if pack is not None else ()
    return any(not _left_behind(change.path) for change in changes)


def _left_behind(path: str) -> bool:
    steps = path.split("/")
    return "__pycache__" in steps or any(step.startswith(".") for step in steps)
