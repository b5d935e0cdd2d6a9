"""Where reports go: `--format F[:FILE]`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import UsageError
from kfm_gates.judge.configuration import load_configuration
from kfm_gates.judge.request import Request, resolve_targets

FORMATS = ("text", "json")


@dataclass(frozen=True)
class Output:
    """One report: its format, and its file or None for standard output."""

    format: str
    file: Path | None


def outputs(words: Sequence[str]) -> tuple[Output, ...]:
    """What `--format` asks for; text on standard output when nothing is asked."""
    found = tuple(_output(word) for word in words or ("text",))
    places = [each.file for each in found]
    if len(set(places)) < len(places):
        raise UsageError(
            "two reports would go to the same place; write one of them to a file: --format json:FILE"
        )
    return found


def _output(word: str) -> Output:
    name, colon, file = word.partition(":")
    if name not in FORMATS:
        raise UsageError(f"--format {word}: unknown format {name!r}; known: {', '.join(FORMATS)}")
    if not colon:
        return Output(name, None)
    path = Path(file)
    if not file or path.is_dir():
        raise UsageError(f"--format {word}: must name a file after the colon")
    if not path.parent.is_dir():
        raise UsageError(f"--format {word}: there is no folder {path.parent}; make it first")
    return Output(name, path.absolute())


def refuse_inside(request: Request, files: Sequence[Path]) -> None:
    """Refuse to write a report into the evidence, which is what is judged."""
    if not files:
        return
    folder = Path(request.folder)
    file = folder / request.configuration if request.configuration else None
    configuration = load_configuration(file, folder, None)
    root = resolve_targets(request.targets, folder, configuration.root, configuration.layout).root.resolve()
    for path in files:
        if path.resolve().is_relative_to(root):
            raise UsageError(
                f"{path}: a report can't lie inside the evidence root ({root}); write it elsewhere"
            )
