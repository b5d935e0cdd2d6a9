import pytest

from kfm_gates.checks.evidence.placeholders import placeholders_in


@pytest.mark.parametrize(
    "text",
    [
        "TODO",
        "todo",
        "tbd.",
        "Rights: TBD",
        "FIXME(owner)",
        "UNRESOLVED",
        "...",
        " … ",
        "<sha256>",
        "sha256:<hex>",
        "<dataset_slug>/v1",
        "<...>",
        "<b>",
        "latest",
        "Latest",
        "ghcr.io/kfm/builder:latest",
        "pkg:npm/us-atlas@latest",
        "image:latest@sha256:" + "ab" * 32,
        "https://example.org/data?version=latest&x=1",
        "sha256:" + "0" * 64,
        "1220" + "0" * 64,
        "0" * 40,
    ],
)
def test_placeholders(text: str) -> None:
    assert list(placeholders_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a < b and c > d",
        "if a<b then c>d",
        "todo el mundo",
        "TODOS los condados",
        "The latest edition of the county boundaries",
        "latest-news",
        "https://example.org/en/latest/license.html",
        "Wait... then go on.",
        "See <https://www.census.gov/> and <mailto:a@b.org>.",
        "Jane Doe <jane@example.org>",
        "collections <i>counties</i> and <b>states</b><br/>",
        "sha256:" + "a" + "0" * 63,
        "100000000",
        "kfm://run/2026-09-01T10:00:00Z.k1",
    ],
)
def test_prose_and_values(text: str) -> None:
    assert list(placeholders_in(text)) == []
