"""`quality.drift`: a new version is not suddenly something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from kfm_gates.checks.api import check
from kfm_gates.checks.settings import Stricter
from kfm_gates.facts.prior_report import PriorReport
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict
from kfm_gates.model.obligation import GeneralizeGeometry
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.spec import Spec

_EDGES = ("west", "south", "east", "north")
_BAD = ("null", "missing", "duplicate", "invalid", "empty")
"""How the names of metrics begin that count what should not be there."""
_HINT = "look for records that were lost, doubled or read wrongly; if the change is real, have it accepted by a waiver"


@check("quality.drift", serves="R-261")
def drift(
    earlier: PriorReport,
    report: QaReport,
    spec: Spec,
    *,
    max_count_drop: Annotated[float, Stricter.LOWER] = 0.1,
    max_count_rise: Annotated[float, Stricter.LOWER] = 1.0,
    max_slice_drop: Annotated[float, Stricter.LOWER] = 0.9,
    max_slice_rise: Annotated[float, Stricter.LOWER] = 9.0,
    ignored_difference: Annotated[float, Stricter.LOWER] = 1.0,
    max_flaw_rise: Annotated[float, Stricter.LOWER] = 0.05,
    max_edge_shift_degrees: Annotated[float, Stricter.LOWER] = 1.0,
) -> Verdict:
    """Deny a version whose figures jumped against the release that it follows.

    A truncated download and a join that doubles rows keep every threshold that is loose enough. So the QA
    report is compared with that of the release which the version supersedes, follows or derives from. Counts
    (`feature_count` and other metrics that end in `_count`) may fall and rise by a part of what they were
    (`max_count_drop`, `max_count_rise`), and by `ignored_difference` in any case; between time slices by
    `max_slice_drop` and `max_slice_rise`, since a quiet month is no error. What should not be there (metrics that begin
    with null, missing, duplicate, invalid or empty) may rise by `max_flaw_rise` of the features. Within one
    time slice the edges of the box may move by `max_edge_shift_degrees` and the grid of an obligation. A version
    that is derived from another and shows groups only (`min_count_threshold`) may hold fewer features, elsewhere.

    Look at what changed in the source and in each step. A report of the earlier release that is gone, or that
    is not the one which was released, is denied, since then nobody can tell.
    """
    if earlier.report is None:
        return verdict([_gone(earlier)])
    prior = earlier.prior
    grouped = prior.relation == "source" and any(
        each.type == "min_count_threshold" for each in spec.policy.obligations
    )
    drop, rise = max_count_drop, max_count_rise
    if not prior.same_slice:
        drop, rise = max(drop, max_slice_drop), max(rise, max_slice_rise)
    pair = _Pair(report, earlier.report, prior.subject.version)
    limits = _Limits(1.0 if grouped else drop, rise, ignored_difference)
    found = [*_counts(pair, limits), *_flaws(pair, max_flaw_rise)]
    if prior.same_slice and not grouped:
        found += _edges(pair, max_edge_shift_degrees + _grid(spec))
    return verdict(found)


@dataclass(frozen=True)
class _Limits:
    """By how much a count may change: parts of what it was, and a difference that is never too large."""

    drop: float
    rise: float
    ignored: float

    def around(self, before: float) -> tuple[float, float]:
        """The least and the most that a count may be; never nothing where there was something."""
        least = min(before * (1 - self.drop), before - self.ignored)
        return max(least, min(before, 1)), max(before * (1 + self.rise), before + self.ignored)


@dataclass(frozen=True)
class _Pair:
    """The report of the version, and that of the release before it."""

    now: QaReport
    before: QaReport
    version: str

    def figures(self) -> Iterator[tuple[str, Place, float, float]]:
        """The metrics that both reports give: name, place, value before, value now."""
        before, now = _figures(self.before), _figures(self.now)
        for metric in sorted(before.keys() & now.keys()):
            yield metric, now[metric][0], before[metric][1], now[metric][1]

    def finding(self, place: Place, message: str, found: object, expected: str) -> Finding:
        """One jump."""
        return finding(place, f"{message} since {self.version}", found=found, expected=expected, hint=_HINT)


def _figures(report: QaReport) -> Mapping[str, tuple[Place, float]]:
    found = {
        each.metric: (report.at(f"/checks/{n}/value"), each.value) for n, each in enumerate(report.checks)
    }
    return {**found, "feature_count": (report.at("/summary/feature_count"), report.summary.feature_count)}


def _counts(pair: _Pair, limits: _Limits) -> Iterator[Finding]:
    for metric, place, before, now in pair.figures():
        if not metric.endswith("_count") or metric.startswith(_BAD) or before <= 0:
            continue
        least, most = limits.around(before)
        if not least <= now <= most:
            jumped = "fell" if now < before else "rose"
            message = f"{metric} {jumped} from {before:g} to {now:g}"
            yield pair.finding(place, message, now, f"{least:g} to {most:g}")


def _flaws(pair: _Pair, rise: float) -> Iterator[Finding]:
    """Counts are set against the number of features; shares and rates are such already."""
    features = (pair.before.summary.feature_count, pair.now.summary.feature_count)
    for metric, place, before, now in pair.figures():
        if not metric.startswith(_BAD):
            continue
        shares = (before, now)
        if metric.endswith("_count"):
            shares = (before / max(features[0], 1), now / max(features[1], 1))
        if shares[1] - shares[0] > rise:
            message = f"{metric} rose from {before:g} to {now:g}"
            yield pair.finding(place, message, now, f"at most {rise:g} more per feature")


def _edges(pair: _Pair, shift: float) -> Iterator[Finding]:
    edges = zip(_EDGES, pair.before.summary.bbox, pair.now.summary.bbox, strict=True)
    for number, (edge, before, now) in enumerate(edges):
        moved = abs(now - before)
        moved = min(moved, abs(360 - moved)) if edge in ("west", "east") else moved
        if moved > shift:
            place = pair.now.at(f"/summary/bbox/{number}")
            message = f"the {edge} edge moved by {moved:.3g} degrees"
            yield pair.finding(place, message, f"{now:.4g}", f"at most {shift:g} degrees from {before:.4g}")


def _grid(spec: Spec) -> float:
    """Vertices move to the next point of a grid, so an edge moves by less than one step."""
    grids = [each.typed for each in spec.policy.obligations if each.type == "generalize_geometry"]
    return max((float(g.grid_degrees) for g in grids if isinstance(g, GeneralizeGeometry)), default=0.0)


def _gone(earlier: PriorReport) -> Finding:
    return finding(
        Place(earlier.prior.manifest, "/qa/report_digest"),
        f"the QA report of {earlier.prior.subject.version} {earlier.problem}, so nobody can tell what changed since",
        found=earlier.problem,
        expected=earlier.prior.report_digest or "the digest of a report",
        hint="restore the report as it was released",
    )
