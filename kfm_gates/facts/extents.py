"""Where, when and how much: what the catalogs and the QA report say of it, beside what the artifacts say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.pointers import join
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.boxes import Box, box_of, box_of_geometry, box_of_wkt, union, wrapped
from kfm_gates.facts.container import provides
from kfm_gates.facts.extent_claims import AROUND, SAME, WITHIN, BoxClaim, CountClaim, Extent, PeriodClaim
from kfm_gates.facts.footers import Footer
from kfm_gates.facts.link import Ground
from kfm_gates.facts.stated_periods import Period, dcat_periods, stac_periods
from kfm_gates.facts.statements import DCAT, DCT, DcatStatements, Statement
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.spec import Spec
from kfm_gates.model.stac import StacCollection, StacItem

ROW_COUNT = "table:row_count"
REPORT = "the QA report"
_A_SECOND = timedelta(seconds=1)
_ROUNDED = 0.0001
"""Degrees: a box that is farther off than this is wrong itself, so that nothing is held against it."""


@provides
def extents(
    spec: Spec,
    report: QaReport,
    collection: StacCollection,
    items: tuple[StacItem, ...],
    dcat: DcatStatements,
    footers: tuple[Footer, ...],
    ground: Ground,
    layout: Layout,
) -> tuple[Extent, ...]:
    """Every claim; those about the whole are held against the union of the artifacts, else the QA report.

    Where all documents agree with one another and not with the artifacts, it is the artifacts that are wrong.
    """
    claims: list[BoxClaim | PeriodClaim | CountClaim | Footer] = [f for f in footers if f.problem is not None]
    about_all = _of_whole(report, collection, dcat)
    whole, of = wrapped(*map(float, report.summary.bbox)), REPORT
    told = _told(footers)
    agreed = all(each.stated is not None and each.stated.same(whole, _ROUNDED) for each in about_all)
    if told is None:
        about_all = about_all[1:]  # nothing can tell the report's own
    elif agreed and not told.same(whole, _ROUNDED):
        place = Place(next(footer.path for footer in footers if footer.slack is None and footer.box))
        about_all = [
            BoxClaim(place, "the artifacts", str(told), told, SAME, whole, "all documents", in_catalog=False)
        ]
    else:
        whole, of = told, "the artifacts"
    claims += [replace(each, true=whole, of=of) if each.of == "" else each for each in about_all]
    for item in items:
        own = [footer for footer in footers if footer.path in _artifacts(item, ground)]
        claims += [*_of_item(item, own, whole, of), *_rows(item, own)]
    claims += _periods(spec, collection, items, dcat)
    claims += _counts(spec, report, footers, layout, ground.subject)
    return tuple(Extent(claim) for claim in claims)


def _told(footers: tuple[Footer, ...]) -> Box | None:
    """The union of the artifacts, if all can tell where they are; tiles are made from the others."""
    if any(footer.silent for footer in footers):
        return None
    return union(footer.box for footer in footers if footer.box is not None and footer.slack is None)


def _of_whole(report: QaReport, collection: StacCollection, dcat: DcatStatements) -> list[BoxClaim]:
    """What the report, first, and the catalogs say of all artifacts together."""
    value, box = list(report.summary.bbox), wrapped(*map(float, report.summary.bbox))
    found = [BoxClaim(report.at("/summary/bbox"), REPORT, str(value), box, SAME, box, "", in_catalog=False)]
    value = _first((collection.extent or {}).get("spatial"), "bbox")
    place = collection.at("/extent/spatial/bbox/0")
    found.append(BoxClaim(place, "the STAC collection", str(value), box_of(value), SAME, box, ""))
    for row in _spatial(dcat):
        found.append(BoxClaim(row.place, "DCAT", row.value, box_of_wkt(row.value), SAME, box, ""))
    return found


def _of_item(item: StacItem, own: list[Footer], whole: Box, of: str) -> Iterator[BoxClaim]:
    """A box is held against the item's artifacts; a geometry with another box against them, or against the box."""
    value, geometry = item.raw.get("bbox"), item.raw.get("geometry")
    if value is None and geometry is None:
        return  # STAC: an item without a place
    stated, name = box_of(value), f"the STAC item {item.id}"
    exact = union(footer.box for footer in own if footer.box is not None and footer.slack is None)
    place, text = item.at("/bbox"), str(value)
    if exact is not None:
        yield BoxClaim(place, name, text, stated, SAME, exact, _said(own))
    else:
        yield BoxClaim(place, name, text, stated, WITHIN, whole, of)
    for footer in own:
        if footer.slack is None or footer.box is None or stated is None:
            continue
        if whole.covers(stated, _ROUNDED):
            header = f"the header of {footer.path}"
            yield BoxClaim(place, name, text, stated, AROUND, footer.box, header, footer.slack)
    true, found = exact or stated, box_of_geometry(geometry)
    agrees = stated is not None and found is not None and found.same(stated, _ROUNDED)
    if true is not None and not agrees:  # else what is said of the box goes for both
        place, name = item.at("/geometry"), f"the geometry of {name}"
        yield BoxClaim(place, name, str(found), found, SAME, true, "its `bbox`")


def _periods(
    spec: Spec, collection: StacCollection, items: tuple[StacItem, ...], dcat: DcatStatements
) -> Iterator[PeriodClaim]:
    """The collection within the window of the specification; DCAT the same as it, and every item within it.

    Where the collection is wrong, the others are held against the window, so that it alone is denied.
    """
    (row,) = stac_periods(collection)
    true, of, relation = row.period, "the STAC collection", SAME
    if spec.window is not None:
        window, said = Period.of(spec.window.start, spec.window.end), "`window` of the specification"
        yield PeriodClaim(row.place, of, row.period, row.text, WITHIN, window, said)
        if true is None or not window.covers(true, _A_SECOND):
            true, of, relation = window, said, WITHIN
    elif true is None:
        yield PeriodClaim(row.place, of, None, row.text, SAME, Period(None, None), "any data")
        return
    for other in dcat_periods(dcat):
        yield PeriodClaim(other.place, "DCAT", other.period, other.text, relation, true, of)
    for item in items:
        for own in stac_periods(item):
            name = f"the STAC item {item.id}"
            yield PeriodClaim(own.place, name, own.period, own.text, WITHIN, true, of)


def _counts(
    spec: Spec, report: QaReport, footers: tuple[Footer, ...], layout: Layout, subject: Subject
) -> Iterator[CountClaim]:
    """QA counts the features of the data, as one file of a format has them, or all files of it together."""
    folder = layout.templates["artifact"].format(slug=subject.slug, version=subject.version).rstrip("*")
    data = {folder + output.path for output in spec.outputs if output.role == "data"}
    counted = [footer for footer in footers if footer.count is not None]
    counted = [footer for footer in counted if footer.path in data] or counted
    features = [footer for footer in counted if footer.format != "Parquet"] or counted  # else rows of a table
    by_format: dict[str, list[int]] = {}
    for footer in features:
        by_format.setdefault(footer.format, []).append(footer.count or 0)
    stated, place = report.summary.feature_count, report.at("/summary/feature_count")
    for format, counts in sorted(by_format.items()):
        true = {sum(counts)} | ({counts[0]} if len(set(counts)) == 1 else set())
        yield CountClaim(place, REPORT, stated, tuple(sorted(true)), f"the {format} artifacts")


def _rows(item: StacItem, own: list[Footer]) -> Iterator[CountClaim]:
    """What the table extension of STAC says of the rows of an item's artifacts."""
    true = sum(footer.count for footer in own if footer.count is not None)
    if ROW_COUNT in item.properties and any(footer.count is not None for footer in own):
        place, stated = item.at(join("properties", ROW_COUNT)), item.properties[ROW_COUNT]
        yield CountClaim(place, f"the STAC item {item.id}", stated, (true,), _said(own))


def _spatial(dcat: DcatStatements) -> Iterator[Statement]:
    """The boxes of the places that the dataset names."""
    for dataset in dcat.of_type(DCAT + "Dataset"):
        for place in dcat.values(dataset.subject, DCT + "spatial"):
            yield from dcat.values(place.value, DCAT + "bbox")


def _artifacts(item: StacItem, ground: Ground) -> frozenset[str]:
    found = (
        ground.follow(item.at(join("assets", name)), "asset", asset.href).target
        for name, asset in item.assets.items()
    )
    return frozenset(path for path in found if path is not None)


def _said(own: Iterable[Footer]) -> str:
    return " and ".join(footer.path.rpartition("/")[2] for footer in own if footer.slack is None)


def _first(holder: Json, key: str) -> Json:
    values = holder.get(key) if isinstance(holder, Mapping) else None
    return values[0] if isinstance(values, list) and values else None
