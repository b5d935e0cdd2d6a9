"""Where scenarios are tried: evidence, a permit for it, a store, and a builder that leaves a mark."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.running import MAIN, Ran, check, environment, kansas_copy, program
from tests.support.trees import edit, file_of

BUILDER = """
import json, os, pathlib, sys
pathlib.Path(sys.argv[1]).write_text("built")
receipt = os.environ.get("KFM_GATES_RECEIPT")
if receipt:
    pathlib.Path(receipt).write_text(json.dumps({"built": True}))
"""


@dataclass(frozen=True)
class Arena:
    """One folder with `evidence`, `store`, `record`, `keys` and a builder; nothing of it is shared."""

    folder: Path

    @property
    def evidence(self) -> Path:
        """A copy of the example dataset, which passes until a scenario changes it."""
        return self.folder / "evidence"

    @property
    def store(self) -> Path:
        """The permit store."""
        return self.folder / "store"

    @property
    def record(self) -> Path:
        """The record of the run in which the permit was issued."""
        return self.folder / "record"

    @property
    def permit(self) -> Path:
        """A permit for the evidence as it was at first, not used yet."""
        return self.record / "permit.json"

    @property
    def marker(self) -> Path:
        """What the builder leaves: it must never be there."""
        return self.folder / "built"

    @property
    def builder(self) -> list[str]:
        """The builder's command."""
        return [sys.executable, "-I", str(self.folder / "builder.py"), str(self.marker)]

    def run(self, *words: str | Path, **options: Any) -> Ran:
        """`kfm-gates` with these words, in this folder."""
        return program(*words, cwd=options.pop("cwd", self.folder), record=self.folder / "again", **options)

    def exec(self, *words: str | Path, root: Path | None = None, **options: Any) -> Ran:
        """`kfm-gates exec` of the builder, judging again."""
        return self.run(*self.exec_words(*words, root=root), **options)

    def exec_words(self, *words: str | Path, root: Path | None = None) -> list[str | Path]:
        """The words of `exec`."""
        where = root or self.evidence
        head: list[str | Path] = ["exec", "--operation", "promote", "--store", self.store]
        return [*head, "--record", self.folder / "again", *words, where, "--", *self.builder]

    def exec_permit(self, *words: str | Path, **options: Any) -> Ran:
        """`kfm-gates exec` with the permit that was issued before."""
        return self.exec("--permit", self.permit, *words, **options)

    def started(self, *words: str | Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """`kfm-gates` with these words, running."""
        command = [sys.executable, "-P", "-c", MAIN, *map(str, words)]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, cwd=self.folder, env=environment(env), stdout=quiet, stderr=quiet)

    def document(self, template: str, change: Callable[[Any], None]) -> Path:
        """Change a document of the public version; returns where it lies."""
        path = file_of(self.evidence, template)
        edit(path, change)
        return path

    def deny(self) -> None:
        """Make the evidence such that the gates deny it."""
        self.document("manifest", lambda manifest: manifest["approvals"].clear())

    def alter_permit(self, change: Callable[[Any], None]) -> None:
        """Change what the permit says."""
        document = json.loads(self.permit.read_bytes())
        change(document)
        self.permit.write_text(json.dumps(document))


def prepare(folder: Path) -> Path:
    """A folder with evidence that passes, and a permit for it that nobody has used."""
    folder.mkdir(parents=True)
    kansas_copy(folder)
    (folder / "builder.py").write_text(BUILDER)
    ran = check(
        folder / "evidence",
        "--store", folder / "store", "--expires", "3600",
        cwd=folder, at=None, record=folder / "record",
    )  # fmt: skip
    if ran.code != 0:
        raise RuntimeError(ran.said)
    return folder


def copied(template: Path, folder: Path) -> Arena:
    """An arena of one's own."""
    shutil.copytree(template, folder, symlinks=True)
    os.chmod(folder / "store", 0o700)
    return Arena(folder)
