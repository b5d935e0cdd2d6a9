"""Which label each document states and what it means, and when an embargo ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kfm_gates.evidence.strict_yaml import dump_yaml, parse_yaml
from kfm_gates.facts.embargo import Embargo
from kfm_gates.facts.label_claims import LabelClaim, Vocabulary
from tests.support.judging import kansas

from .catalog_trees import Tree, changed
from .on_trees import LAYOUT, facts, path, subject

SPEC = LAYOUT.path("spec", slug="kansas-counties", spec8=subject().version.split(".")[1])


def spec(change: Callable[[Any], object]) -> Tree:
    document = parse_yaml(kansas()[SPEC])
    change(document)
    return {**kansas(), SPEC: dump_yaml(document)}


class TestEmbargo:
    def embargoes(self, tree: Tree) -> list[Embargo]:
        found: Any = facts(tree).resolve(tuple[Embargo, ...])
        return list(found)

    def test_none_is_stated(self) -> None:
        assert self.embargoes(spec(lambda _: None)) == []

    @pytest.mark.parametrize(
        ("until", "seconds"),
        [
            ("2026-09-02T15:00:00Z", 0),
            ("2026-09-02T15:00:00.5Z", 0.5),
            ("2026-09-02T14:59:59Z", -1),
            ("9999-12-31T00:00:00Z", 251613853200),
        ],
    )
    def test_is_measured_from_the_release(self, until: str, seconds: float) -> None:
        (found,) = self.embargoes(spec(lambda document: document["policy"].update(embargo_until=until)))
        assert (found.released_at, found.seconds) == ("2026-09-02T15:00:00Z", seconds)

    def test_without_a_manifest_nothing_is_measured(self) -> None:
        tree = spec(lambda document: document["policy"].update(embargo_until="2027-01-01T00:00:00Z"))
        (found,) = self.embargoes({**tree, path("manifest"): b"{}"})
        assert (found.released_at, found.seconds) == (None, None)


class TestLabels:
    def labels(self, tree: Tree) -> list[LabelClaim]:
        found: Any = facts(tree).resolve(tuple[LabelClaim, ...])
        return list(found)

    def test_all_documents_are_heard(self) -> None:
        found = self.labels(spec(lambda _: None))
        assert all("public" in claim.means for claim in found)
        assert {claim.source for claim in found} == {
            "spec",
            "policy_decision",
            "manifest",
            "receipt",
            "stac_collection",
            "stac_item",
            "dcat",
            "access_rights",
        }

    def test_a_backfill_plan_is_heard(self) -> None:
        found: Any = facts(kansas(), "public_generalized").resolve(tuple[LabelClaim, ...])
        assert [claim.label for claim in found if claim.source == "plan"] == ["public_generalized"]

    def test_a_spelling_means_its_label_and_an_unknown_word_nothing(self) -> None:
        for word, means in (("open", ("public",)), ("open-ish", ()), ("quarantine", ("quarantine",))):
            tree = changed(
                path("manifest"), lambda document, w=word: document["policy"].update(policy_label=w)
            )
            (found,) = [claim for claim in self.labels(tree) if claim.source == "manifest"]
            assert (found.label, found.means) == (word, means)

    def test_distributions_may_state_access_rights_too(self) -> None:
        right = {"@id": "https://example.org/nobody"}
        tree = changed(path("dcat"), lambda dcat: dcat["@graph"][1].update({"dct:accessRights": right}))
        found = [claim.means for claim in self.labels(tree) if claim.source == "access_rights"]
        assert found == [("public", "public_generalized"), ()]

    def test_the_tables_know_only_labels_that_there_are(self) -> None:
        words = facts(spec(lambda _: None)).get(Vocabulary)
        known = {word for word, means in words.words.items() if means == (word,)}
        assert {label for means in words.words.values() for label in means} <= known
        assert {label for means in words.access_rights.values() for label in means} <= known
