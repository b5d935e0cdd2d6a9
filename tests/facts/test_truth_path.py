from typing import cast

from kfm_gates.facts.file_paths import file_path
from kfm_gates.facts.truth_path import RunInput, Stage, Step
from kfm_gates.facts.truth_path_times import Order
from tests.support.judging import kansas

from .on_trees import facts


def steps(label: str) -> list[Step]:
    return [
        each.step for each in cast("tuple[Stage, ...]", facts(kansas(), label).resolve(tuple[Stage, ...]))
    ]


def test_every_input_of_the_fixture_was_given_or_written_before() -> None:
    for label in ("public", "public_generalized"):
        inputs = [each for each in steps(label) if isinstance(each, RunInput)]
        assert len(inputs) >= 9
        assert all(each.given or each.written_by or each.path is None for each in inputs)


def test_an_artifact_of_another_version_was_written_by_a_run_of_that_version() -> None:
    (source,) = (
        each
        for each in steps("public_generalized")
        if isinstance(each, RunInput)
        and each.template == "artifact"
        and each.receipt.operation == "transform"
    )
    assert [(output.own, output.digest) for output in source.written_by] == [(False, source.digest)]


def test_all_orders_of_the_fixture_are_kept() -> None:
    orders = [each for each in steps("public") if isinstance(each, Order)]
    assert len(orders) >= 10
    assert all(each.kept for each in orders)
    assert ("the policy decision", "the release") in [(each.before, each.after) for each in orders]


def test_uris_and_paths() -> None:
    assert file_path("data/raw/a.json") == file_path("kfm://file/data/raw/a.json") == "data/raw/a.json"
    assert [
        file_path(uri) for uri in ("pkg:npm/a@1", "https://a.org/b", "doc://sha256:00", "kfm://run/1")
    ] == [None] * 4
