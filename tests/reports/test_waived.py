"""A waived denial is visible in every format: as waived, with what was denied, and with who opened it."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from kfm_gates.reports.blocking import blocking
from kfm_gates.reports.difference import compare
from kfm_gates.reports.difference_report import text as difference_text
from kfm_gates.reports.formats import FORMATS, render
from kfm_gates.reports.result import Result

OPENED_BY = ("id", "digest", "expires", "owner", "approver")


def checked(make: Any, used: Any, **more: Any) -> Any:
    entry = make.check(
        "rights.a", "rights", "WAIVED", findings=[make.finding("rights.a", "a county is missing")]
    )
    return make.subject(
        "s/1", entry | {"waivers": [{n: used[n] for n in OPENED_BY}]}, make.check("rights.b", "rights")
    )


def result(make: Any, **more: Any) -> Result:
    used = make.waiver(**more)
    return Result.of(
        make.verdict(checked(make, used), exit_code=0, waivers=[used], root="/data", no_permit=None)
    )


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_names_the_denial_the_waiver_and_who_stands_behind_it(make: Any, format: str) -> None:
    shown = render(format, result(make))
    for text in ("WAIVED", "rights.a", "a county is missing", "gap-2017", "example:steward-1", "2026-12-01"):
        assert text in shown, text


@pytest.mark.parametrize("format", FORMATS)
def test_a_waiver_gives_a_build_log_no_command(make: Any, format: str) -> None:
    shown = render(
        format, result(make, reason="x\n::error::gone ##[error] \x1b[31m", compensating_control="none")
    )
    assert not any(line.startswith("::error") for line in shown.splitlines())
    assert "##[" not in shown and "\x1b" not in shown


def test_it_does_not_block_and_is_no_reason_for_denial(make: Any) -> None:
    assert blocking(result(make)) == () and result(make).reasons == () and result(make).opened
    assert [each.id for each in result(make).waivers] == ["gap-2017"]


def test_junit_has_no_failure_but_a_property_and_the_output(make: Any) -> None:
    (suite,) = ET.fromstring(render("junit", result(make)))
    assert suite.attrib["failures"] == suite.attrib["errors"] == "0"
    named = {each.attrib["name"]: each.attrib["value"] for each in suite.iter("property")}
    assert named["kfm.waived.rights.a"] == "gap-2017"
    (said,) = suite.iter("system-out")
    assert str(said.text).startswith("WAIVED\nby the exception gap-2017")


def test_sarif_shows_it_as_suppressed_and_accepted(make: Any) -> None:
    (run,) = json.loads(render("sarif", result(make)))["runs"]
    (found,) = run["results"]
    (suppression,) = found["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert "One county was dissolved." in suppression["justification"]
    assert found["level"] == "note" and run["invocations"][0]["executionSuccessful"] is True


def test_github_gets_a_notice_and_no_error(make: Any) -> None:
    lines = render("github", result(make)).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::notice", "::notice"]
    assert "title=WAIVED rights.a" in lines[0]


def test_a_finding_about_a_waiver_is_shown_where_the_waiver_lies(make: Any) -> None:
    about = make.finding("release.waivers", "the waiver is malformed", file="waivers/gap.json", line=7)
    denied = make.check("release.waivers", "rights", "DENY", findings=[about])
    paths = {"waivers/gap.json": "/policy/waivers/gap.json"}
    verdict = make.verdict(make.subject("s/1", denied), root="/data", waiver_paths=paths)
    shown = render("text", Result.of(verdict))
    assert "at /policy/waivers/gap.json:7" in shown


def test_a_difference_names_the_waiver_and_what_it_opens_is_nothing_new(make: Any) -> None:
    used = make.waiver()
    old = make.verdict(make.subject("s/1", make.check("rights.a", "rights"))).statement["predicate"]
    new = make.verdict(checked(make, used), waivers=[used]).statement["predicate"]
    there, back = compare(old, new), compare(new, old)
    assert not there.blocks_anew and "waiver gap-2017: absent" in difference_text(there)
    assert "a county is missing (waived)" in difference_text(there)
    assert not back.blocks_anew


def test_a_waiver_that_is_gone_blocks_anew(make: Any) -> None:
    used = make.waiver()
    old = make.verdict(checked(make, used), waivers=[used]).statement["predicate"]
    found = make.finding("rights.a", "a county is missing")
    denied = make.subject("s/1", make.check("rights.a", "rights", "DENY", findings=[found]))
    assert compare(old, make.verdict(denied).statement["predicate"]).blocks_anew
