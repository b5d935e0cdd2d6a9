import hashlib

import pytest

from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.version_name import VersionName
from tests.support.judging import kansas

from .on_trees import LAYOUT, facts, path, subject


@pytest.mark.parametrize("label", ["public", "public_generalized"])
def test_the_ids_of_the_fixture_are_derived_again(label: str) -> None:
    name = facts(kansas(), label).get(VersionName)
    assert [part.name for part in name.parts] == ["time slice", "inputs digest"]
    assert all(part.found == part.expected for part in name.parts)


def test_an_id_of_two_parts_has_nothing_to_derive_from_inputs() -> None:
    own = subject()
    short = Subject(own.slug, own.version.rpartition(".")[0])
    tree = {p.replace(own.version, short.version): data for p, data in kansas().items()}
    found = facts(tree)
    found.given = {**found.given, Subject: short}
    assert [part.name for part in found.get(VersionName).parts] == ["time slice"]


@pytest.mark.parametrize(
    "version", ["2017", "2017.f1ede5e", "v1", "2017.f1ede5e1.", "2017.F1EDE5E1.fdff5ab1"]
)
def test_what_is_no_version_id_has_no_parts(version: str) -> None:
    found = facts(kansas())
    found.given = {**found.given, Subject: Subject("kansas-counties", version)}
    assert found.get(VersionName) == VersionName(version, ())


def test_the_inputs_digest_is_that_of_the_sorted_list() -> None:
    raw = next(p for p in kansas() if LAYOUT.glob("raw_artifact")(p))
    name = facts(kansas()).get(VersionName)

    digest = "sha256:" + hashlib.sha256(kansas()[raw]).hexdigest()
    assert name.parts[1].found == digest_of([digest]).removeprefix("sha256:")[:8]
    assert name.parts[1].place.file == path("checksums").replace("processed", "receipts").replace(
        "checksums.json", "transform.json"
    )
