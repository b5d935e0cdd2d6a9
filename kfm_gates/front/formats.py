"""Where reports go: `--format F[:FILE]`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import UsageError
from kfm_gates.judge.configuration import load_configuration
from kfm_gates.judge.record import NAMES
from kfm_gates.judge.request import Request, resolve_targets
from kfm_gates.reports.formats import FORMATS

SUMMARY = "GITHUB_STEP_SUMMARY"
"""The variable by which GitHub Actions names the file of a step's summary, to which steps append."""


@dataclass(frozen=True)
class Output:
    """One report: its format, and its file or None for standard output."""

    format: str
    file: Path | None
    appends: bool = False
    """Whether what the file holds stays: true for the step summary only."""

    @property
    def word(self) -> str:
        """How it is asked for."""
        return f"--format {self.format}" + ("" if self.file is None else f":{self.file}")


def outputs(words: Sequence[str], environment: Mapping[str, str] = os.environ) -> tuple[Output, ...]:
    """What `--format` asks for; text on standard output when nothing is asked."""
    summary = environment.get(SUMMARY)
    found = tuple(_output(word, summary and os.path.realpath(summary)) for word in words or ("text",))
    places = [each.file for each in found]
    if len(set(places)) < len(places):
        raise UsageError(
            "two reports would go to the same place; write one of them to a file: --format json:FILE"
        )
    return found


def _output(word: str, summary: str | None) -> Output:
    name, colon, file = word.partition(":")
    if name not in FORMATS:
        raise UsageError(f"--format {word}: unknown format {name!r}; known: {', '.join(FORMATS)}")
    if not colon:
        return Output(name, None)
    if not file or os.path.isdir(file):
        raise UsageError(f"--format {word}: must name a file after the colon")
    # A link is followed now, so that what is written, and what must not lie in the evidence, are the same file.
    path = Path(os.path.realpath(file))
    if not path.parent.is_dir():
        raise UsageError(f"--format {word}: there is no folder {Path(file).parent}; make it first")
    if path.exists() and not path.is_file():
        raise UsageError(f"--format {word}: is no regular file; leave out the colon for standard output")
    return Output(name, path, name == "markdown" and str(path) == summary)


def refuse_inside(request: Request, files: Sequence[Path]) -> None:
    """Refuse to write a report into the evidence, which is what is judged, or over the record of the run."""
    if not files:
        return
    folder = Path(request.folder)
    file = folder / request.configuration if request.configuration else None
    configuration = load_configuration(file, folder, None)
    root = resolve_targets(request.targets, folder, configuration.root, configuration.layout).root.resolve()
    record = (folder / request.record).resolve() if request.record else None
    for path in files:
        if path.resolve().is_relative_to(root):
            raise UsageError(
                f"{path}: a report can't lie inside the evidence root ({root}); write it elsewhere"
            )
        if path.parent == record and path.name in NAMES:
            raise UsageError(f"{path}: this file belongs to the record of the run; name the report otherwise")
