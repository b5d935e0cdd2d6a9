"""What the runs of a version wrote, run after run: one history per file."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.file_paths import file_path
from kfm_gates.model.finding import Place
from kfm_gates.model.receipt import Receipt


@dataclass(frozen=True)
class Write:
    """That a passed run wrote a file: the run, when it ended, and the digest that its receipt states."""

    operation: str
    created_at: str
    digest: str
    place: Place


@dataclass(frozen=True)
class WrittenFile:
    """One file below the root, and every passed run of the version that wrote it, in the order of time."""

    path: str
    template: str
    writes: tuple[Write, ...]

    @property
    def earlier(self) -> frozenset[str]:
        """Digests that the file had and was then given others for."""
        return frozenset(each.digest for each in self.writes) - {self.writes[-1].digest}


@provides
def written_files(receipts: tuple[Receipt, ...], layout: Layout) -> tuple[WrittenFile, ...]:
    """All files that the version's runs wrote, sorted by path. A run that did not pass wrote nothing."""
    found: dict[str, list[Write]] = defaultdict(list)
    for receipt in sorted(receipts, key=lambda each: each.moment):
        if receipt.validation.status != "pass":
            continue
        for number, output in enumerate(receipt.outputs):
            path = file_path(output.uri)
            if path is not None:
                place = receipt.at(f"/outputs/{number}/digest")
                found[path].append(Write(receipt.operation, receipt.created_at or "", output.digest, place))
    if not found:
        raise Unmet("receipt.form")
    rows = []
    for path, writes in sorted(found.items()):
        match = layout.match(path)
        rows.append(WrittenFile(path, match.name if match else "", tuple(writes)))
    return tuple(rows)
