"""The runs that made a version: which are chunks of it, and which go on from what others made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.artifacts import PRODUCING
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.file_paths import file_path
from kfm_gates.facts.periods import Period
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.text import instant

_UNDATED = "0001-01-01T00:00:00Z"


@dataclass(frozen=True)
class ProducingRun:
    """One run that writes artifacts, passed or failed.

    `period` is that of its `window`, None when the receipt has none: it then stands for the whole version.
    `continues` says that it reads artifacts of other runs of the version and covers the periods of all of
    these: it joins, or tiles, or rebuilds what the chunks have delivered, and is no chunk itself. `repeated`
    says that a later run over the same period wrote all its artifacts again, so that nothing of it is left.
    """

    receipt: Receipt
    period: Period | None
    continues: bool
    repeated: bool

    @property
    def passed(self) -> bool:
        """Whether its validation passed."""
        return self.receipt.validation.status == "pass"

    @property
    def is_chunk(self) -> bool:
        """Whether it counts as a chunk, or as the one run of a version that has no chunks."""
        return self.passed and not self.continues and not self.repeated


@provides
def producing_runs(
    receipts: tuple[Receipt, ...], subject: Subject, layout: Layout
) -> tuple[ProducingRun, ...]:
    """All runs that write artifacts, in the order of time; when none passed, `receipt.form` says so."""
    runs = in_time(each for each in receipts if each.operation in PRODUCING)
    if not any(run.validation.status == "pass" for run in runs):
        raise Unmet("receipt.form")
    own = {"slug": subject.slug, "version": subject.version}
    wrote = {run.path: _artifacts((o.uri for o in run.outputs), own, layout) for run in runs}
    makers: dict[str, list[Receipt]] = defaultdict(list)
    for run in runs:
        if run.validation.status == "pass":
            for path in wrote[run.path]:
                makers[path].append(run)
    found = []
    for number, run in enumerate(runs):
        read = _artifacts((i.uri for i in run.inputs), own, layout)
        before = [each for path in read for each in makers[path] if each is not run]
        continues = bool(before) and all(_covers(run, each) for each in before)
        repeated = _again(run, runs[number + 1 :], wrote)
        found.append(ProducingRun(run, period_of(run), continues, repeated))
    return tuple(found)


def in_time(receipts: Iterable[Receipt]) -> list[Receipt]:
    """Receipts in the order in which they were written; those without a time first."""
    return sorted(receipts, key=lambda each: (instant(each.created_at or _UNDATED), each.path))


def period_of(receipt: Receipt) -> Period | None:
    """The period that a receipt gives as its window."""
    return None if receipt.window is None else Period.of(receipt.window)


def _artifacts(uris: Iterable[str], own: dict[str, str], layout: Layout) -> set[str]:
    """Those of the files named that are artifacts of this version."""
    paths = (path for uri in uris if (path := file_path(uri)) is not None)
    matches = ((path, layout.match(path)) for path in paths)
    return {p for p, match in matches if match and match.name == "artifact" and dict(match.variables) == own}


def _covers(run: Receipt, other: Receipt) -> bool:
    whole, part = period_of(run), period_of(other)
    return whole is None or (part is not None and whole.start <= part.start and part.end <= whole.end)


def _again(run: Receipt, later: list[Receipt], wrote: dict[str, set[str]]) -> bool:
    same = (each for each in later if each.operation == run.operation and period_of(each) == period_of(run))
    rewritten = {p for each in same if each.validation.status == "pass" for p in wrote[each.path]}
    return bool(wrote[run.path]) and wrote[run.path] <= rewritten
