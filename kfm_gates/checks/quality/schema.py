"""`quality.schema`: the data has the columns that its specification promises."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.facts.artifact_shapes import DATA, SpecifiedShape
from kfm_gates.facts.column_types import ColumnTypes
from kfm_gates.facts.data_shape import DataColumn
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict
from kfm_gates.model.spec import Column, Spec

_HINT = "mend the transform, or change the columns of the specification, which makes a new version"


@check("quality.schema", serves="R-118")
def schema(spec: Spec, shapes: tuple[SpecifiedShape, ...], types: ColumnTypes) -> Verdict:
    """Deny data that lacks a column of its specification, has one more, or has one of another type.

    Users write their queries against the columns of the specification. A table whose role is `data` has exactly
    these, in any order; other tables and the layers of tiles have none but these; the bands of a raster are
    these, in their order. Where there are only tiles, every column must be in one of them. Types are those of
    Apache Arrow, in any of the spellings of the table `column_types`. Columns that a writer adds by itself, such
    as the box around each geometry, need not be listed. Mend the transform. (Fields that an obligation removes
    are looked for by `sensitivity.obligations_in_data`.)
    """
    case = _Case(spec, types)
    found = [each for shape in shapes for each in case.findings(shape)]
    if all(each.shape.kind == "tiles" for each in shapes):
        found += case.nowhere({column.name or "" for each in shapes for column in each.shape.columns})
    return verdict(found)


class _Case:
    """The columns of one specification."""

    def __init__(self, spec: Spec, types: ColumnTypes) -> None:
        self._spec, self._types = spec, types
        removed = [each.typed for each in spec.policy.obligations if each.type == "redact_fields"]
        self._redacted = {name.casefold() for each in removed for name in getattr(each, "fields", ())}
        self._columns = {c.name: (n, c) for n, c in enumerate(spec.columns) if not self._is_redacted(c.name)}

    def _is_redacted(self, name: str) -> bool:
        return name.casefold() in self._redacted

    def findings(self, given: SpecifiedShape) -> Iterator[Finding]:
        """What is wrong with the columns of one artifact."""
        if given.shape.kind == "raster":
            if given.role == DATA:
                yield from self._bands(given)
            return
        for column in given.shape.columns:
            yield from self._column(given, column)
        if given.shape.kind == "table" and given.role == DATA:
            there = {column.name for column in given.shape.columns}
            for name, (number, wanted) in self._columns.items():
                if name not in there:
                    yield _missing(self._place(number), name, wanted.type, given.path)

    def _column(self, given: SpecifiedShape, column: DataColumn) -> Iterator[Finding]:
        name = column.name or ""
        if name in self._columns:
            number, wanted = self._columns[name]
            if column.type is not None and not self._types.same(wanted.type, column.type):
                yield finding(
                    given.place,
                    f"the column {name} has another type than in the specification",
                    found=column.type,
                    expected=f"{wanted.type}, as {self._place(number).file} has it",
                    hint=_HINT,
                )
        elif not self._is_redacted(name) and name not in given.shape.extra:
            yield finding(
                given.place,
                f"the data has the column {name}, which the specification does not know",
                found=name,
                expected=", ".join(self._columns),
                hint=_HINT,
            )

    def _bands(self, given: SpecifiedShape) -> Iterator[Finding]:
        wanted = [column.type for _, column in self._columns.values()]
        there = [column.type or "" for column in given.shape.columns]
        alike = [self._types.same(one, two) for one, two in zip(wanted, there, strict=False)]
        if len(wanted) != len(there) or not all(alike):
            yield finding(
                given.place,
                "the bands of the raster are not the columns of the specification",
                found=", ".join(there) or "no band",
                expected=", ".join(wanted),
                hint=_HINT,
            )

    def nowhere(self, there: set[str]) -> Iterator[Finding]:
        """The columns that are in none of the tiles, when there is nothing else."""
        for name, (number, column) in self._columns.items():
            if name not in there and not self._is_geometry(column):
                yield _missing(self._place(number), name, column.type, "any artifact")

    def _is_geometry(self, column: Column) -> bool:
        return self._types.same("binary", column.type)

    def _place(self, number: int) -> Place:
        return self._spec.at(f"/columns/{number}")


def _missing(place: Place, name: str, type: str, where: str) -> Finding:
    return finding(
        place,
        f"the specification has the column {name}, and the data does not: {where}",
        found="no such column",
        expected=f"{name} of type {type}",
        hint=_HINT,
    )
