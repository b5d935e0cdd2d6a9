"""The sentences, word for word: what a tired person reads."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.model.base import form_findings
from kfm_gates.model.finding import Finding
from kfm_gates.model.form import kind, pointer, shown
from kfm_gates.model.published import DOCUMENTS

from .samples import sample
from .test_documents import ABSENT, changed


def only(name: str, place: str, value: Any) -> Finding:
    _, (found,) = form_findings(DOCUMENTS[name], changed(sample(name), place, value), "f.json")
    return found


@pytest.mark.parametrize(
    ("name", "place", "value", "message", "found", "expected", "hint"),
    [
        (
            "manifest", "/artifacts/0/digest", ABSENT, "`digest` is missing",
            "nothing", "`sha256:` and 64 lower-case hex digits", "Add `digest`.",
        ),
        (
            "manifest", "/artifacts/0/digset", "x", "`digset` is not a known field; did you mean `digest`?",
            '"x"', "only path, digest, media_type", "Rename it to `digest`.",
        ),
        ("spec", "/zzz", None, "`zzz` is not a known field", "null", None, "Remove `zzz`."),
        (
            "spec", "/policy/obligations/0/parameters/grid_degree", 1,
            "`grid_degree` is not a known field; did you mean `grid_degrees`?",
            "1", "only grid_degrees", "Rename it to `grid_degrees`.",
        ),
        (
            "spec", "/policy/obligations/0/parameters/grid_degrees", ABSENT, "`grid_degrees` is missing",
            "nothing", "a number above 0", "Add `grid_degrees`.",
        ),
        (
            "spec", "/policy/obligations/0/type", "block_exports",
            "`type` is not one of generalize_geometry, redact_fields, min_count_threshold, quantize_time, "
            "require_attribution, show_notice, deny_asset_links, block_export",
            '"block_exports"', None, "Did you mean block_export?",
        ),
        (
            "spec", "/policy/obligations/0/type", "remove_attributes", "`type` is spelled redact_fields here",
            '"remove_attributes"', "redact_fields", "Write redact_fields and its parameters.",
        ),
        (
            "qa-report", "/summary/feature_count", "5", "`feature_count` is a text, not a whole number",
            '"5"', "a whole number", "Write a whole number.",
        ),
        (
            "qa-report", "/summary/feature_count", -1, "`feature_count` is too small",
            "-1", "at least 0", "Write 0 or more.",
        ),
        (
            "qa-report", "/summary/bbox", [1, 2, 3], "`bbox` has 3 items",
            "a list of 3 items", "at least 4 items", "List at least 4.",
        ),
        (
            "qa-report", "/summary/bbox", [1] * 6, "`bbox` has 6 items",
            "a list of 6 items", "at most 4 items", "List at most 4.",
        ),
        ("qa-report", "/status", "passed", "`status` is not one of pass, fail", '"passed"', "pass or fail",
         "Did you mean pass?"),
        ("qa-report", "/status", None, "`status` is null", "null", "pass or fail", "Write pass or fail."),
        (
            "qa-report", "/created_at", "2023-02-29T00:00:00Z", "`created_at` is not a real date and time",
            '"2023-02-29T00:00:00Z"', "an RFC 3339 time in UTC such as 2026-03-02T00:00:00Z",
            "Write an RFC 3339 time in UTC such as 2026-03-02T00:00:00Z.",
        ),
        ("backfill-plan", "/reviewers/1", 5, "`reviewers[1]` is a number, not a text", "5", "a text",
         "Write a text."),
        ("backfill-plan", "/reviewers", [], "`reviewers` is empty", "a list of 0 items", "at least 1 item",
         "List at least 1."),
        ("backfill-plan", "/window", [], "`window` is a list, not an object", "a list of 0 items",
         "an object", "Write an object."),
        ("backfill-plan", "/execution/dry_run_first", "yes", "`dry_run_first` is a text, not true or false",
         '"yes"', "true or false", "Write true or false."),
        (
            "checksums", "/artifacts/..~1x", "sha256:" + "a" * 64,
            "the name `../x` is not a relative path with forward slashes and no `..`", '"../x"',
            "a relative path with forward slashes and no `..`",
            "Write a relative path with forward slashes and no `..`.",
        ),
        ("checksums", "/algorithm", "md5", "`algorithm` is not sha256", '"md5"', "sha256", "Write sha256."),
    ],
)  # fmt: skip
def test_sentence(
    name: str, place: str, value: Any, message: str, found: str, expected: str | None, hint: str
) -> None:
    finding = only(name, place, value)
    assert (finding.message, finding.found, finding.hint) == (message, found, hint)
    assert finding.place.pointer == place
    assert expected is None or finding.expected == expected


def test_all_findings_in_one_run() -> None:
    raw = sample("manifest")
    raw["artifacts"][0].update(digest="x", path="../x")
    raw["qa"] = {"status": "maybe"}
    del raw["spec_hash"]
    _, found = form_findings(DOCUMENTS["manifest"], raw, "f.json")
    assert {finding.place.pointer for finding in found} == {
        "/artifacts/0/digest",
        "/artifacts/0/path",
        "/qa/status",
        "/qa/report_digest",
        "/spec_hash",
    }


def test_a_bad_item_does_not_make_its_list_empty() -> None:
    finding = only("manifest", "/artifacts/0/digest", "x")
    assert finding.place.pointer == "/artifacts/0/digest"


def test_pointer_is_escaped() -> None:
    assert pointer(("a/b", 0, "c~d")) == "/a~1b/0/c~0d"
    assert pointer(()) == ""


def test_shown_is_short_and_printable() -> None:
    assert shown("x" * 10_000) == '"' + "x" * 200 + '"'
    assert shown("a\n\ud800") == '"a\\n\\ud800"'
    assert shown({"a": 1}) == "an object with 1 field"
    assert kind(float("nan")) == "a number"


def test_keys_that_are_no_texts_are_refused() -> None:
    _, found = form_findings(DOCUMENTS["checkpoint"], {**sample("checkpoint"), 5: "x"}, "f.json")
    assert [finding.place.pointer for finding in found] == ["/5"]
