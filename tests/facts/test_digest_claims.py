from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from kfm_gates.evidence.digests import normalise, sha256
from kfm_gates.evidence.snapshot import Folder
from kfm_gates.facts.container import Unmet
from kfm_gates.facts.digest_claims import DigestClaim
from tests.support.judging import kansas, write_tree

from .catalog_trees import artifact, changed, item, node
from .on_trees import facts, path

DOCUMENTS = {"dcat": path("dcat"), "prov": path("prov"), "stac": item()}


def claims(tree: Any, label: str = "public") -> tuple[DigestClaim, ...]:
    return cast("tuple[DigestClaim, ...]", facts(tree, label).resolve(tuple[DigestClaim, ...]))


@pytest.mark.parametrize("label", ["public", "public_generalized"])
def test_every_claim_of_a_good_version_is_true(label: str) -> None:
    found = claims(kansas(), label)
    assert all(each.stated is not None and each.actual is not None for each in found)
    assert all((normalise(each.stated) or each.stated) == each.actual for each in found)
    of = Counter((each.source, each.measure) for each in found if each.of == artifact(label=label))
    assert of == {
        (s, m): 1
        for s, m in [
            ("stac", "digest"),
            ("stac", "size"),
            ("dcat", "digest"),
            ("dcat", "size"),
            ("prov", "digest"),
        ]
    }


def test_what_lies_outside_is_compared_with_the_receipt() -> None:
    (claim,) = (each for each in claims(kansas()) if each.of.startswith("pkg:"))
    assert claim.actual == claim.stated
    tree = changed(path("prov"), lambda d: node(d, "us-atlas@3.0.1").update({"@id": "pkg:npm/other@1"}))
    (claim,) = (each for each in claims(tree) if each.of.startswith("pkg:"))
    assert claim.actual is None


def _without(iri: str, *terms: str) -> Callable[[Any], object]:
    return lambda document: [node(document, iri).pop(term) for term in terms]


@pytest.mark.parametrize(
    ("file", "change", "missing"),
    [
        ("stac", lambda d: d["assets"]["data"].pop("file:checksum"), [("stac", "digest")]),
        ("stac", lambda d: d["assets"]["data"].pop("file:size"), [("stac", "size")]),
        ("stac", lambda d: d["assets"].clear(), [("stac", "digest"), ("stac", "size")]),
        ("dcat", _without("counties.parquet", "dcat:byteSize"), [("dcat", "size")]),
        ("dcat", _without("counties.parquet", "spdx:checksum"), [("dcat", "digest")]),
        ("dcat", _without("counties.parquet#checksum", "spdx:checksumValue"), [("dcat", "digest")]),
        ("dcat", _without("counties.parquet", "dcat:downloadURL"), [("dcat", "digest"), ("dcat", "size")]),
        ("prov", _without("artifacts/counties.parquet", "kfm:digest"), [("prov", "digest")]),
    ],
)  # fmt: skip
def test_what_a_catalog_fails_to_state_is_a_claim_that_is_missing(
    file: str, change: Callable[[Any], object], missing: list[tuple[str, str]]
) -> None:
    found = [each for each in claims(changed(DOCUMENTS[file], change)) if each.stated is None]
    assert sorted((each.source, each.measure) for each in found) == missing
    assert {each.of for each in found} == {artifact()}


def test_the_bytes_are_what_counts() -> None:
    found = claims({**kansas(), artifact(): b"other"})
    wrong = [each for each in found if each.of == artifact()]
    assert {each.actual for each in wrong} == {sha256(b"other"), "5"}
    assert all(normalise(each.stated) != each.actual and each.stated != each.actual for each in wrong)


def test_a_file_that_can_not_be_read_is_said_elsewhere(tmp_path: Path) -> None:
    root = write_tree(tmp_path, kansas())
    (root / artifact()).rename(root / "elsewhere")
    (root / artifact()).symlink_to(root / "elsewhere")
    with pytest.raises(Unmet) as unmet:
        claims(Folder(root))
    assert unmet.value.because == "evidence.present"
