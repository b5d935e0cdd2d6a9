"""Which packs a `policy` command is about: those of a profile, or the paths that were given."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from kfm_gates.checks.pack import HOUSE, tables
from kfm_gates.checks.pack_lint import rule_files
from kfm_gates.errors import UsageError
from kfm_gates.judge.configuration import load_configuration
from kfm_gates.judge.profile_file import load_profile
from kfm_gates.model.finding import Json


def rules_and_tables(arguments: argparse.Namespace) -> tuple[tuple[Path, ...], Json]:
    """The rules that are meant, and the tables that they may read."""
    paths = [Path(each) for each in arguments.paths]
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder; give a pack, or a rule in Rego")
    roots = [HOUSE, *(Path(each) for each in _packs(arguments))]
    if paths:
        roots += [each for each in map(_root_of, paths) if each is not None and not _is_among(each, roots)]
    else:
        paths = [root / "rego" for root in roots if (root / "rego").is_dir()]
    return rule_files(paths), tables(tuple(roots))


def _packs(arguments: argparse.Namespace) -> Sequence[str]:
    file = Path(arguments.config) if arguments.config else None
    configuration = load_configuration(file, Path.cwd(), None)
    return load_profile(arguments.profile or configuration.profile, configuration.folder).packs


def _root_of(path: Path) -> Path | None:
    """The pack in which a path lies: the folder that has the folder `rego`."""
    here = path.resolve()
    for folder in (here, *here.parents):
        if folder.name == "rego":
            return folder.parent
        if (folder / "rego").is_dir():
            return folder
    return None


def _is_among(root: Path, roots: Sequence[Path]) -> bool:
    return any((root / "rego").resolve() == (other / "rego").resolve() for other in roots)
