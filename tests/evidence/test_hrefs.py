from __future__ import annotations

import pytest

from kfm_gates.evidence.hrefs import BadHref, file_of_iri, is_web, resolve_href

HERE = "data/catalog/a/1/stac/items/one.json"


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("two.json", "data/catalog/a/1/stac/items/two.json"),
        ("./two.json", "data/catalog/a/1/stac/items/two.json"),
        ("../collection.json", "data/catalog/a/1/stac/collection.json"),
        ("../../../../../receipts/r.json", "data/receipts/r.json"),
        ("../../../../../../audit/checkpoint", "audit/checkpoint"),
        ("a%20b/%C3%A4.json", "data/catalog/a/1/stac/items/a b/ä.json"),
        ("ä.json", "data/catalog/a/1/stac/items/ä.json"),
        ("x/../two.json", "data/catalog/a/1/stac/items/two.json"),
    ],
)
def test_a_relative_reference_is_resolved_against_the_file_that_holds_it(href: str, path: str) -> None:
    assert resolve_href(href, HERE) == path


@pytest.mark.parametrize(
    ("href", "reason"),
    [
        ("", "empty"),
        ("/etc/passwd", "absolute"),
        ("//host/share", "absolute"),
        ("../../../../../../../etc/passwd", "out of the evidence root"),
        ("../../../../../..", "folder"),
        ("../../../../../../", "folder"),
        (".", "folder"),
        ("items/", "folder"),
        ("a//b", "folder"),
        ("file:///etc/passwd", "scheme 'file'"),
        ("FILE:a", "scheme 'FILE'"),
        ("s3://bucket/a", "scheme 's3'"),
        ("C:/a", "scheme 'C'"),
        ("kfm://file/a", "scheme 'kfm'"),
        ("http:relative", "scheme 'http'"),
        ("https:///no-host", "scheme 'https'"),
        ("https://example.org/a", "web"),
        ("..\\collection.json", "backslash"),
        ("a\0b", "control"),
        ("a b", "space"),
        ("a\u00a0b", "space"),
        (" a", "space"),
        ("a\n", "control"),
        ("a\ud800", "control"),
        ("a?b", "query"),
        ("a#b", "fragment"),
        ("%2e%2e/collection.json", "hides"),
        ("%2E./collection.json", "hides"),
        ("..%2fcollection.json", "hides"),
        ("..%5Ccollection.json", "hides"),
        ("%252e%252e/collection.json", "hides"),
        ("a%00", "hides"),
        ("a%0Ab", "hides"),
        ("a%7f", "hides"),
        ("a%zz", "begins no escape"),
        ("a%", "begins no escape"),
        ("a%ff", "not UTF-8"),
    ],
)
def test_what_two_readers_could_disagree_about_is_refused(href: str, reason: str) -> None:
    with pytest.raises(BadHref, match=reason):
        resolve_href(href, HERE)


def test_an_iri_of_a_file_names_its_path_from_the_root() -> None:
    assert file_of_iri("kfm://file/data/a%20b.json") == "data/a b.json"


@pytest.mark.parametrize(
    "iri",
    ["", "data/a", "kfm://run/a", "kfm://file/", "kfm://file//a", "kfm://file/../a", "kfm://file/a/./b",
     "kfm://file/a/..", "kfm://file/%2e%2e/a", "kfm://file/a?b", "kfm://file/a#b", "KFM://file/a"],
)  # fmt: skip
def test_an_iri_with_a_detour_names_nothing(iri: str) -> None:
    with pytest.raises(BadHref):
        file_of_iri(iri)


@pytest.mark.parametrize("url", ["http://a", "https://example.org/a?b#c", "HTTPS://example.org"])
def test_a_web_address_has_a_host(url: str) -> None:
    assert is_web(url)


@pytest.mark.parametrize(
    "url", ["https:a", "https://", "https:///a", "https://a b", "//a", "ftp://a", "https://a\n"]
)
def test_what_only_looks_like_a_web_address(url: str) -> None:
    assert not is_web(url)
