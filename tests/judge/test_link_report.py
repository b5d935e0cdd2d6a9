"""The link report: all links of all versions, the same on every run, and no part of the decision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kfm_gates.judge import record
from kfm_gates.judge.link_report import NAME, link_report
from kfm_gates.judge.request import Request
from kfm_gates.judge.session import prepare, run
from tests.facts.catalog_trees import changed, item, link
from tests.facts.on_trees import facts, path, subject
from tests.support.judging import EVALUATED_AT, KANSAS, REPOSITORY, kansas
from tests.support.running import check


def judged(**more: Any) -> Any:
    request = Request(folder=str(REPOSITORY), targets=(str(KANSAS),), evaluated_at=EVALUATED_AT, **more)
    return run(request, *prepare(request), lambda *_: None)


def test_every_link_is_reported_with_where_it_leads() -> None:
    found = link_report(facts(kansas()))
    assert (found["id"], found["because"]) == (subject().id, None)
    assert {each["status"] for each in found["links"]} == {"resolved"}
    (asset,) = (each for each in found["links"] if each["file"] == item() and each["rel"] == "asset")
    assert asset["pointer"] == "/assets/data/href"
    assert (
        asset["target"] == f"data/processed/{subject().slug}/{subject().version}/artifacts/counties.parquet"
    )
    places = [(each["file"], each["pointer"]) for each in found["links"]]
    assert places == sorted(places) and len(places) > 60


def test_broken_and_absent_links_and_those_to_the_web_are_told_apart() -> None:
    def change(document: Any) -> None:
        link(document, "provenance").update(href="../../nowhere.jsonld")
        link(document, "describedby").update(rel="license", href="https://example.org/licence")

    found = link_report(facts(changed(item(), change)))["links"]
    by_rel = {each["rel"]: each for each in found if each["file"] == item()}
    assert (by_rel["provenance"]["status"], by_rel["provenance"]["target"]) == ("broken", None)
    assert "There is no file" in by_rel["provenance"]["problem"]
    assert (by_rel["license"]["status"], by_rel["license"]["target"]) == ("web", None)
    unlisted = changed(path("stac_collection"), lambda d: d["links"].remove(link(d, "item")))
    (absent,) = (each for each in link_report(facts(unlisted))["links"] if each["status"] == "broken")
    assert (absent["href"], absent["target"]) == ("", item())


def test_links_that_can_not_be_known_are_said_to_be_unknown() -> None:
    found = link_report(
        facts(changed(path("dcat"), lambda d: d.update({"@context": "https://example.org/"})))
    )
    assert found == {"id": subject().id, "links": None, "because": "catalog.jsonld"}


def test_a_run_reports_links_only_where_it_judged_them_and_keeps_a_record() -> None:
    kept = judged(record="somewhere", checks=("catalog.links",))
    assert [each["id"] for each in kept.links] == sorted(
        each.id for each in (subject(), subject("public_generalized"))
    )
    assert judged(record="somewhere", checks=("rights.license",)).links is None
    without = judged(checks=("catalog.links",))
    assert without.links is None
    assert without.decision == kept.decision


def test_an_older_report_is_removed_with_the_rest_of_the_record(tmp_path: Path) -> None:
    record.write(tmp_path, NAME, record.pretty({"subjects": []}))
    assert json.loads((tmp_path / NAME).read_bytes()) == {"subjects": []}
    record.clear(tmp_path, None)
    assert list(tmp_path.iterdir()) == []


def test_the_report_lies_beside_the_decision_and_names_it(tmp_path: Path) -> None:
    made = [
        check(KANSAS, "--gate", "catalog", cwd=tmp_path, record=tmp_path / name) for name in ("one", "two")
    ]
    reports = [(ran.record / NAME).read_bytes() for ran in made]
    assert reports[0] == reports[1]
    report = json.loads(reports[0])
    assert report["decision_digest"] == made[0].run["decision_digest"]
    assert [each["id"] for each in report["subjects"]] == [s["id"] for s in made[0].predicate["subjects"]]
