"""What is held against what: the artifacts where they can tell, else the QA report."""

from __future__ import annotations

import json
from typing import Any, cast

from kfm_gates.facts import extents  # noqa: F401  (provides Extent)
from kfm_gates.facts.boxes import Box
from kfm_gates.facts.extent_claims import BoxClaim, CountClaim, Extent, PeriodClaim
from kfm_gates.facts.footers import Footer
from tests.support.judging import kansas

from .catalog_trees import artifact, changed, item
from .on_trees import facts, path

KANSAS = Box(-102.052894, 36.992751, -94.60152, 40.002896)


def claims(tree: Any = None) -> list[BoxClaim | PeriodClaim | CountClaim | Footer]:
    found = cast("tuple[Extent, ...]", facts(kansas() if tree is None else tree).resolve(tuple[Extent, ...]))
    return [each.claim for each in found]


def boxes(tree: Any = None) -> dict[tuple[str, str], BoxClaim]:
    found = [each for each in claims(tree) if isinstance(each, BoxClaim)]
    return {(each.place.file, each.place.pointer): each for each in found}


def geojson(*points: tuple[float, float]) -> bytes:
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": point}} for point in points]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_everything_is_held_against_the_artifacts() -> None:
    found = boxes()
    assert {(each.relation, each.of) for each in claims() if isinstance(each, BoxClaim)} == {
        ("same", "the artifacts"),
        ("same", "counties.parquet"),
        ("within", "the artifacts"),
        ("around", f"the header of {artifact('pmtiles')}"),
    }
    assert (path("qa_report"), "/summary/bbox") in found
    assert (path("stac_collection"), "/extent/spatial/bbox/0") in found
    assert all(each.stated is not None and each.stated.same(KANSAS, 1e-6) for each in found.values())
    assert [each.in_catalog for each in found.values()].count(False) == 1


def test_where_no_artifact_can_tell_the_report_is_the_measure() -> None:
    found = boxes({**kansas(), artifact("parquet"): b"name\n", artifact("pmtiles"): b"name\n"})
    assert {each.of for each in found.values()} == {"the QA report"}
    assert (path("qa_report"), "/summary/bbox") not in found
    assert {each.relation for (file, _), each in found.items() if "/items/" in file} == {"within"}


def test_where_all_documents_agree_the_artifacts_are_wrong() -> None:
    found = boxes({**kansas(), artifact("parquet"): geojson((-100.0, 38.0), (-99.0, 39.0))})
    wrong = found[artifact("parquet"), ""]
    assert (wrong.of, wrong.true, wrong.stated) == ("all documents", KANSAS, Box(-100.0, 38.0, -99.0, 39.0))
    assert (path("stac_collection"), "/extent/spatial/bbox/0") not in found
    assert found[item(), "/bbox"].of == "counties.parquet"


def test_a_geometry_is_only_told_where_it_is_unlike_the_box() -> None:
    assert (item(), "/geometry") not in boxes()
    point = {"type": "Point", "coordinates": [-100.0, 38.0]}
    found = boxes(changed(item(), lambda d: d.update(geometry=point)))
    assert found[item(), "/geometry"].stated == Box(-100.0, 38.0, -100.0, 38.0)


def test_an_item_without_a_place_is_not_held_against_anything() -> None:
    def nowhere(document: Any) -> None:
        document["geometry"] = None
        del document["bbox"]

    assert not [place for place in boxes(changed(item(), nowhere)) if place[0] == item()]


def test_features_are_counted_in_one_file_or_in_all_of_a_format() -> None:
    def counts(tree: Any) -> list[tuple[int, ...]]:
        return [each.true for each in claims(tree) if isinstance(each, CountClaim)]

    two, three = geojson((1, 2), (3, 4)), geojson((1, 2), (3, 4), (5, 6))
    assert counts(kansas()) == [(105,)]
    assert counts({**kansas(), artifact("parquet"): two}) == [(2,)]
    assert counts({**kansas(), artifact("parquet"): two, artifact("pmtiles"): three}) == [(2,)], (
        "tiles are no data"
    )
    both = changed(path("manifest"), lambda d: None, {**kansas(), artifact("parquet"): two})
    assert counts({**both, artifact("parquet"): b"name\n", artifact("pmtiles"): three}) == [(3,)]
    assert counts({**kansas(), artifact("parquet"): b"name\n"}) == []


def test_rows_that_an_item_states_are_compared() -> None:
    tree = changed(item(), lambda d: d["properties"].update({"table:row_count": 104}))
    (rows,) = (each for each in claims(tree) if isinstance(each, CountClaim) and each.place.file == item())
    assert (rows.place.pointer, rows.stated, rows.true) == ("/properties/table:row_count", 104, (105,))


def test_periods_are_held_against_the_collection_and_it_against_the_window() -> None:
    def periods(tree: Any) -> list[tuple[str, str]]:
        return [(each.relation, each.of) for each in claims(tree) if isinstance(each, PeriodClaim)]

    window, collection = "`window` of the specification", "the STAC collection"
    assert periods(kansas()) == [("within", window), ("same", collection)] + [("within", collection)] * 2
    late = changed(
        path("stac_collection"),
        lambda d: d["extent"]["temporal"].update(interval=[["2017-01-01T00:00:00Z", "2019-01-01T00:00:00Z"]]),
    )
    assert periods(late) == [("within", window)] * 4


def test_a_period_that_can_not_be_read_is_told() -> None:
    for interval in ([], [[]], [["2017-13-01T00:00:00Z", None]], [[7, None]], "2017"):
        tree = changed(
            path("stac_collection"), lambda d, to=interval: d["extent"]["temporal"].update(interval=to)
        )
        first = next(each for each in claims(tree) if isinstance(each, PeriodClaim))
        assert first.stated is None, interval


def test_a_broken_footer_is_told() -> None:
    found = claims({**kansas(), artifact("parquet"): b"PAR1"})
    assert [each.path for each in found if isinstance(each, Footer)] == [artifact("parquet")]
