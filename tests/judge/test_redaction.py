from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from kfm_gates.judge.redaction import Redaction
from kfm_gates.model.finding import Finding, Place
from tests.facts.on_trees import LAYOUT, subject
from tests.support.judging import judge_tree, kansas

MARK = "[redacted: label restricted]"
HIDING = Redaction("label restricted", LAYOUT)


def finding(
    message: str = "is wrong", found: str = "x1", expected: str = "y1", hint: str = "", at: str = "/a"
) -> Finding:
    return Finding(Place("data/a.json", at, 3), message, found, expected, hint)


def test_public_findings_are_recorded_as_they_are() -> None:
    original = finding("near 38.95, -95.23", found="38.95", hint="'x'")
    assert Redaction(None, LAYOUT).finding(original) is original
    assert Redaction(None, LAYOUT).cause("a.b: ValueError: 'x'") == "a.b: ValueError: 'x'"


def test_values_are_replaced_and_the_place_stays() -> None:
    hidden = HIDING.finding(finding(hint="Write a number."))
    assert hidden == Finding(Place("data/a.json", "/a", 3), "is wrong", MARK, MARK, "Write a number.")


@pytest.mark.parametrize("word", ["nothing", ""])
def test_that_nothing_was_there_may_be_said(word: str) -> None:
    assert HIDING.finding(finding(found=word)).found == word


def test_the_path_and_the_digest_of_a_file_may_be_said() -> None:
    path, digest = "data/receipts/s/2017.90834627.fdff5ab1/promote.json", "sha256:" + "a1" * 32
    shown = HIDING.finding(finding(f"{path} is not listed", found=path, expected=digest))
    assert (shown.message, shown.found, shown.expected) == (f"{path} is not listed", path, digest)
    hidden = HIDING.finding(finding(found=f"{path} of Smith farm", expected=digest[:-1]))
    assert (hidden.found, hidden.expected) == (MARK, MARK)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (
            "at 38.971712, -95.235312 or POINT(-95.2 38.9)",
            "at [redacted], [redacted] or POINT([redacted] [redacted])",
        ),
        ("lat=38.95N lon=95.23W 38.95", "lat=[redacted] lon=[redacted] [redacted]"),
        ("near 38°57\u203230.5\u2033N and 95 ° W.", "near [redacted] and [redacted]."),
        ("easting 304512 northing 4314567.", "easting [redacted] northing [redacted]."),
        ("in tile 12/955/1547", "in tile [redacted]"),
        ("1.5e3 or 38,95", "[redacted] or [redacted]"),
        ("'Smith farm' is not \"Jones farm\"", "[redacted] is not [redacted]"),
        ("a reason that is cut: {'msg': 'Smith fa", "a reason that is cut: {[redacted]: [redacted]"),
        ("`digest` has 3 items, 12 of 40; can't be read", "`digest` has 3 items, 12 of 40; can't be read"),
        ("made by kfm 0.9.1 of 2026-10-31T12:00:00Z", "made by kfm 0.9.1 of 2026-10-31T12:00:00Z"),
        (
            "data/receipts/s/2017.90834627.12345678/x.json is missing",
            "data/receipts/s/2017.90834627.12345678/x.json is missing",
        ),
        ("sha256:123456789012abcdef in 90834627.yaml", "sha256:123456789012abcdef in 90834627.yaml"),
    ],
)
def test_what_looks_like_a_value_is_cut_out_of_sentences(text: str, hidden: str) -> None:
    said = HIDING.finding(finding(text, hint=text))
    assert (said.message, said.hint, HIDING.cause(text)) == (hidden, hidden, hidden)


def test_what_found_repeats_is_cut_out_of_the_message() -> None:
    said = HIDING.finding(
        finding("the owner Smith farm is not known", found='"Smith farm"', expected="Jones")
    )
    assert said.message == "the owner [redacted] is not known"
    long = "w" * 300
    assert HIDING.finding(finding(f"is {long} x", found=long[:199] + "…")).message == "is [redacted]"
    assert HIDING.finding(finding("an odd field", found="odd", expected="nothing")).message == "an odd field"


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("catalog.stac", "catalog.stac"),
        ("any(a.b, c.d)", "any(a.b, c.d)"),
        ("a.b: nothing was examined", "a.b: nothing was examined"),
        (
            "a.b: celine-regorus is not installed: pip install x",
            "a.b: celine-regorus is not installed: pip install x",
        ),
        ("a.b: ValueError: could not convert Smith farm", "a.b: ValueError: [redacted]"),
        ("a.b: Malformed: Smith\nfarm", "a.b: Malformed: [redacted]"),
        ("a.b: returned Denied('Smith farm') instead", "a.b: returned Denied([redacted]) instead"),
    ],
)
def test_of_a_crash_only_its_kind_is_said(cause: str, said: str) -> None:
    assert HIDING.cause(cause) == said


def test_a_label_is_no_value() -> None:
    at = "/policy/policy_label"
    shown = HIDING.finding(finding(found='"publik"', expected="public, restricted", at=at))
    assert (shown.found, shown.expected) == ('"publik"', "public, restricted")
    needs = HIDING.finding(
        finding("the label restricted needs a rule", found="restricted", expected="", at=at)
    )
    assert needs.message == "the label restricted needs a rule"
    assert HIDING.finding(finding(found='"38.95"', expected="public", at=at)).found == MARK


@pytest.mark.parametrize("piece", ["1", "1.", '"', "'", "1 ", "a: ", "12/"])
def test_a_megabyte_in_a_message_is_shortened(piece: str) -> None:
    text = piece * 2**19
    said = HIDING.finding(finding(text, found="x" * 199 + "…", hint=text))
    HIDING.cause(f"a.b: ValueError: {text}")
    assert len(said.message) < 20_000


SECRET, NUMBER = "Qxsmithfarm", 38.987654321
_KEPT = (
    "policy_label", "kfm:policy_label", "decision_id", "dataset_version_id", "dataset_slug", "path", "type", "uri",
    "operation", "@type", "@id", "@context", "id", "rel", "href", "stac_version", "stac_extensions", "digest",
)  # fmt: skip


def replaced(value: Any, kept: tuple[str, ...]) -> Any:
    """A document in which every value, but those that name things, is a secret."""
    if isinstance(value, dict):
        return {name: each if name in kept else replaced(each, kept) for name, each in value.items()}
    if isinstance(value, list):
        return [replaced(each, kept) for each in value]
    return NUMBER if isinstance(value, int | float) and not isinstance(value, bool) else SECRET


def judged(label: str, kept: tuple[str, ...]) -> list[str]:
    """Every finding and cause about the public version under another label, for each document full of secrets."""
    version = subject()
    spec = LAYOUT.path("spec", slug=version.slug, spec8=version.version.split(".")[1])
    own = [p for p in kansas() if version.version in p and p.endswith(("json", "jsonld"))]
    said = []
    for file in (spec, *own):
        tree = dict(kansas())
        tree[spec] = tree[spec].replace(b"policy_label: public", f"policy_label: {label}".encode())
        document = yaml.safe_load(tree[file]) if file == spec else json.loads(tree[file])
        new = replaced(document, (*kept, "policy_label"))
        tree[file] = (yaml.safe_dump(new) if file == spec else json.dumps(new)).encode()
        for check in judge_tree(tree)[version.id]["checks"]:
            said += [json.dumps(each) for each in (*check["because"], *check["findings"])]
    return said


@pytest.mark.parametrize("kept", [(), _KEPT], ids=["all values", "values that are data"])
def test_no_value_of_restricted_data_is_recorded(kept: tuple[str, ...]) -> None:
    said = judged("restricted_sensitive_location", kept)
    assert len(said) > 100
    assert [each for each in said if SECRET.lower() in each.lower() or "38.98" in each] == []
    assert any(SECRET in each for each in judged("public", kept))
