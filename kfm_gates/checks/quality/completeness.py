"""`quality.completeness`: all of the data that is expected is there."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.facts.artifact_content import ArtifactContent
from kfm_gates.facts.artifact_shapes import DATA, SpecifiedShape
from kfm_gates.facts.data_formats import CantVerify
from kfm_gates.facts.record_text import keys
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.spec import Expected, Spec

COUNT = "feature_count"
"""The metric that counts features."""
SHOWN = 5
"""Missing values that a finding names."""
_HINT = "find out which step lost or doubled records, run it again, and run QA on its output"


@check("quality.completeness", serves=["R-120", "R-125"])
def completeness(
    report: QaReport, shapes: tuple[SpecifiedShape, ...], contents: tuple[ArtifactContent, ...], spec: Spec
) -> Verdict:
    """Deny data that lacks records, keys or partitions that are expected, or that QA did not see as a whole.

    The number of features in the summary of the QA report and its own metric `feature_count` must be the same:
    where they differ, QA looked at something else than it says. And each column in `qa.completeness` of the
    specification must hold exactly the values that are listed there, or so many different ones. Run the step
    again that lost records. (That the report counts what the files hold is judged by `catalog.extent`, that
    every output is delivered and examined by `release.artifacts` and `quality.report`, that every threshold has its
    check by `quality.thresholds`, and intervals of time by the checks of acquisitions and chunks.)
    """
    roles = {shape.path: shape.role for shape in shapes}
    found = [*_metric(report)]
    for number, expected in enumerate(spec.qa.completeness or ()):
        ordered = sorted(contents, key=lambda each: roles.get(each.path) != DATA)
        found += _keys(spec.at(f"/qa/completeness/{number}"), expected, ordered, roles)
    return verdict(found)


def _metric(report: QaReport) -> Iterator[Finding]:
    for number, each in enumerate(report.checks):
        if each.metric == COUNT and each.value != report.summary.feature_count:
            yield finding(
                report.at(f"/checks/{number}/value"),
                "the QA report counts features twice, and differently",
                found=each.value,
                expected=f"{report.summary.feature_count}, as in the summary",
                hint="run QA again; one of the figures is not of this data",
            )


def _keys(
    place: Place, expected: Expected, contents: list[ArtifactContent], roles: dict[str, str | None]
) -> Iterator[Finding]:
    """The keys in the tables of the role `data` or, where none of them can tell, in the first artifact that can."""
    there: set[str] | None = None
    reasons = []
    for content in contents:
        if there is not None and roles.get(content.path) != DATA:
            break
        try:
            there = (there or set()) | {
                key for (key,) in keys(content, (expected.column,)) if key is not None
            }
        except CantVerify as error:
            reasons.append(f"{content.path}: {error}")
    if there is None:
        yield finding(
            place,
            f"whether the column {expected.column} is complete can't be told",
            found="; ".join(reasons),
            expected="an artifact with this column",
            hint="name a column of the data",
        )
    elif expected.values is not None:
        yield from _values(place, expected.column, set(expected.values), there)
    elif len(there) != expected.count:
        yield finding(
            place,
            f"the column {expected.column} holds another number of different values than expected",
            found=len(there),
            expected=expected.count,
            hint=_HINT,
        )


def _values(place: Place, column: str, wanted: set[str], there: set[str]) -> Iterator[Finding]:
    """Missing values stand in the specification; what is too much is data, and is only counted."""
    missing, surplus = sorted(wanted - there), len(there - wanted)
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        yield finding(
            place,
            f"{len(missing)} of {len(wanted)} expected values of the column {column} are not in the data",
            found=f"no {', '.join(missing[:SHOWN])}{more}",
            expected=f"{len(wanted)} values",
            hint=_HINT,
        )
    if surplus:
        yield finding(
            place,
            f"the column {column} holds values that are not expected",
            found=f"{surplus} other values",
            expected=f"no other than the {len(wanted)} that are listed",
            hint="list them in the specification, through review, or find out where they come from",
        )
