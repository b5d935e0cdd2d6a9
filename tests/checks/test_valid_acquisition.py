"""Acquisitions that look unusual and are right: none of them may be denied."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from tests.checks.test_valid_catalog import ANY, Op, patch
from tests.support.judging import explained, judge_tree, kansas

FIRST = "data/raw/{slug}/us-atlas-3.0.1"
LATER = [
    ("replace", "/retrieved_at", "2026-10-01T09:58:00Z"),
    ("replace", "/terms/retrieved_at", "2026-10-01T09:58:00Z"),
]
WEB = ("replace", "/source/url", "https://example.org/counties-10m.json")


def second(*changes: tuple[Any, ...], file: str = "counties-10m.json", raw: str = "\n") -> list[Op]:
    """A second acquisition of the dataset, with one more byte than the first."""
    folder = "data/raw/{slug}/second"
    return [
        {"file": f"{FIRST}/acquisition.json", "copy": f"{folder}/acquisition.json"},
        {"file": f"{FIRST}/terms.txt", "copy": f"{folder}/terms.txt"},
        {"file": f"{FIRST}/artifacts/counties-10m.json", "copy": f"{folder}/artifacts/{file}"},
        {"file": f"{folder}/artifacts/{file}", "append": raw},
        patch(
            f"{folder}/acquisition.json",
            ("replace", "/acquisition_id", "second"),
            ("replace", "/terms/path", f"{folder}/terms.txt"),
            ("replace", "/artifacts/0/path", f"{folder}/artifacts/{file}"),
            *changes,
        ),
    ]


def used(file: str = "counties-10m.json") -> Op:
    """The version's ingest wrote the second acquisition as well."""
    paths = ("acquisition.json", "terms.txt", f"artifacts/{file}")
    outputs = [
        {"uri": f"data/raw/{{slug}}/second/{path}", "digest": ANY, "media_type": "text/plain"}
        for path in paths
    ]
    return patch("receipt:ingest.json", *(("add", "/outputs/-", output) for output in outputs))


VARIANTS: dict[str, list[Op]] = {
    "upstream changed after the version was made": second(*LATER, ("replace", "/supersedes", "us-atlas-3.0.1")),
    "more was fetched than the window": [
        patch("acquisition", ("replace", "/window", {"start": "1990-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"})),
    ],
    "two acquisitions that meet in June": [
        *second(("replace", "/window/start", "2017-06-01T00:00:00Z")),
        patch(f"{FIRST}/acquisition.json", ("replace", "/window/end", "2017-06-01T00:00:00Z")),
        used(),
    ],
    "a part that was fetched again and supersedes": [
        *second(("replace", "/window/start", "2017-12-01T00:00:00Z"), ("replace", "/supersedes", "us-atlas-3.0.1")),
        used(),
    ],
    "two parts of one window": [*second(file="states-10m.json"), used("states-10m.json")],
    "another source for the same time": [
        *second(("replace", "/source/url", "https://example.org/rivers.json"), ("replace", "/source/name", "rivers"),
                ("replace", "/etag", '"1"')),
        used(),
    ],
    "an earlier fetch of the same bytes": second(
        ("replace", "/retrieved_at", "2026-08-01T09:58:00Z"), ("replace", "/terms/retrieved_at", "2026-08-01T09:58:00Z"),
        raw="",
    ),
    "a line of three acquisitions, of which the version has the last": [
        *second(("replace", "/retrieved_at", "2026-08-01T09:58:00Z"),
                ("replace", "/terms/retrieved_at", "2026-08-01T09:58:00Z")),
        patch(f"{FIRST}/acquisition.json", ("replace", "/supersedes", "second")),
    ],
    "a specification without a window": [patch("spec", ("remove", "/window"))],
    "an ingest that does not state its window": [patch("receipt:ingest.json", ("remove", "/window"))],
    "a web source with an ETag": [patch("acquisition", WEB, ("replace", "/etag", 'W/"5f3a"'))],
    "a web source with a time of modification": [
        patch("acquisition", WEB, ("replace", "/last_modified", "Tue, 01 Sep 2026 09:00:00 GMT")),
    ],
    "a web source that sends neither, and the record says so": [
        patch("acquisition", WEB, ("add", "/validators_absent", "The server sends neither ETag nor Last-Modified.")),
    ],
    "a commit of a repository": [
        patch("acquisition", ("replace", "/source/url", f"git+https://example.org/atlas.git@{'5f' * 20}#counties.json")),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_valid_acquisitions_pass(name: str) -> None:
    case = {"base": "public", "why": name, "ops": VARIANTS[name], "reseal": True}
    for result in judge_tree(apply(case, kansas(), Layout.kfm_v1()).files).values():
        assert result["status"] == "PASS", explained(result)
