from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from kfm_gates.model import text

HEX = "0123456789abcdef" * 4
GOOD: dict[str, list[Any]] = {
    "Sha256": [f"sha256:{HEX}"],
    "Timestamp": ["2026-03-02T10:00:00Z", "2024-02-29T23:59:59.123456Z"],
    "TimeSlice": ["2017", "2017-12", "2024-02-29"],
    "Slug": ["a", "kansas-counties-2"],
    "DatasetId": ["kansas_counties", "7"],
    "VersionId": ["2017.0f0f0f0f", "2017-03.0f0f0f0f.1a2b3c4d", "2017-03-09.0f0f0f0f"],
    "RelativePath": ["a", "a/b.c", "a b/ü.json", "...", "a/..b", "a/b..", ".hidden"],
    "Uri": ["https://example.org/a?b=c#d", "pkg:npm/us-atlas@3.0.1", "kfm://run/x", "urn:a:%C3%BC"],
    "UriOrPath": ["data/raw/a b.json", "pkg:npm/us-atlas@3.0.1", f"doc://sha256:{HEX}"],
    "NonEmpty": ["a", " a ", "two\nlines"],
    "MediaType": [
        "application/json",
        "image/tiff; application=geotiff; profile=cloud-optimized",
        'a/b;c="d e"',
    ],
    "RunId": [
        "kfm://run/2026-03-02T10:00:00Z.k-1",
        "kfm://run/20260302T100000Z.a",
        "kfm://run/2026-03-02T10:00:00.5Z.a",
    ],
    "RunIdOrUuid": ["8e1cc7cf-0c86-4d9d-a7f7-8e40d3b5a8ea", "kfm://run/20260302T100000Z.a"],
    "DecisionId": ["kfm://policy_decision/counties-1"],
    "SpdxId": ["CC0-1.0", "LicenseRef-own"],
    "Principal": ["svc:pipeline", "ada@example.org"],
    "Number": [0, -1, 2.5, 10**30],
    "PositiveNumber": [1, 0.001],
}
BAD: dict[str, list[Any]] = {
    "Sha256": [
        "",
        HEX,
        f"sha256:{HEX}\n",
        f"sha256:{HEX.upper()}",
        f"sha256:{HEX[:-1]}",
        f"sha512:{HEX}",
        None,
        5,
    ],
    "Timestamp": [
        "2023-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T10:00:60Z",
        "2026-03-02T10:00:00+00:00",
        "2026-03-02T10:00:00z",
        "2026-03-02 10:00:00Z",
        "2026-03-02T10:00Z",
        "2026-03-02T10:00:00.1234567Z",
        "2026-03-02T10:00:00Z\n",
        "0000-01-01T00:00:00Z",
        "\uff12026-03-02T10:00:00Z",
    ],
    "TimeSlice": ["latest", "2017-13", "2023-02-29", "17", "2017-1"],
    "Slug": ["", "A", "a--b", "-a", "a-", "a_b", "a\n"],
    "DatasetId": ["", "a-b", "A", "ä"],
    "VersionId": [
        "latest",
        "2017",
        "2017.0F0F0F0F",
        "2017.0f0f0f0",
        "2017.0f0f0f0f.",
        "2017.0f0f0f0f.1a2b3c4d\n",
    ],
    "RelativePath": [
        "",
        "/a",
        "a//b",
        "a/",
        "..",
        "../a",
        "a/../b",
        "a/..",
        ".",
        "./a",
        "a/./b",
        "a\\b",
        "a\nb",
        "a\0",
        "a\u0085b",
        "..\n",
        "u\u0308",
        "a\ud800",
        "a\u2028b",
    ],
    "Uri": ["a/b", "https:", "https://a b", "https://<x>", "https://x/%zz", "https://x\n", "//x/y", ""],
    "UriOrPath": ["../x", "/x", "https://a b", "https://x/%zz", "https://", "", "a/u\u0308"],
    "NonEmpty": ["", " ", "\n\t", "\u200b", "\u00a0", None, 1],
    "MediaType": ["json", "a/", "/b", "a/b/c", "a/b;c", "a b/c", "a/b\n"],
    "RunId": [
        "8e1cc7cf-0c86-4d9d-a7f7-8e40d3b5a8ea",
        "kfm://run/2026-02-30T10:00:00Z.a",
        "kfm://run/2026-03-02T10:00:00Z",
        "kfm://run/2026-03-02T10:00:00Z.",
        "kfm://run/2026-0302T10:00:00Z.a",
        "kfm://run/now.a",
    ],
    "RunIdOrUuid": ["8E1CC7CF-0C86-4D9D-A7F7-8E40D3B5A8EA", "8e1cc7cf", "kfm://run/now.a"],
    "DecisionId": [
        "counties-1",
        "kfm://policy_decision/",
        "kfm://policy_decision/../x",
        "kfm://policy_decision/a/b",
    ],
    "SpdxId": ["", "CC BY", "<license>"],
    "Principal": ["", "Ada L", "<principal>"],
    "Number": [True, "1", None, float("nan"), float("inf"), [1]],
    "PositiveNumber": [0, -0.1, True, float("inf")],
}


@pytest.mark.parametrize("name", GOOD)
def test_good(name: str) -> None:
    kind: TypeAdapter[Any] = TypeAdapter(getattr(text, name))
    for value in GOOD[name]:
        read = kind.validate_python(value)
        assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize("name", BAD)
def test_bad(name: str) -> None:
    kind: TypeAdapter[Any] = TypeAdapter(getattr(text, name))
    for value in BAD[name]:
        with pytest.raises(ValidationError):
            kind.validate_python(value)
            pytest.fail(f"{value!r} passed")


def test_instant_is_aware_and_in_utc() -> None:
    moment = text.instant("2026-03-02T10:00:00.5Z")
    assert moment == datetime(2026, 3, 2, 10, 0, 0, 500_000, tzinfo=UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("wrong", ["2026-03-02", "2026-03-02T10:00:00", "2023-02-29T00:00:00Z", ""])
def test_instant_of_anything_else(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        text.instant(wrong)
