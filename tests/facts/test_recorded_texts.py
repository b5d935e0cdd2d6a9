"""What of a receipt is looked at for what should not stand there."""

from __future__ import annotations

import json
from typing import Any, cast

from kfm_gates.facts.recorded_texts import Recorded
from tests.support.judging import kansas

from .on_trees import facts, subject

PATH = f"data/receipts/{subject().id}/transform.json"


def recorded(change: Any) -> Recorded:
    """The receipt of the transform after `change`, whatever becomes of its form."""
    document = json.loads(kansas()[PATH]) | change
    tree = {**kansas(), PATH: json.dumps(document).encode()}
    found = cast("tuple[Recorded, ...]", facts(tree).resolve(tuple[Recorded, ...]))
    return next(each for each in found if each.place.file == PATH)


def test_receipts_and_ledger_entries_are_looked_at() -> None:
    found = cast("tuple[Recorded, ...]", facts(kansas()).resolve(tuple[Recorded, ...]))
    files = [each.place.file for each in found]
    assert files.count("audit/ledger.jsonl") == 4
    assert PATH in files


def test_digests_times_and_words_of_the_form_are_left_out() -> None:
    keys = {each.key for each in recorded({}).values}
    assert "uri" in keys and "principal" in keys and "run_id" in keys
    assert not keys & {"digest", "created_at", "git_commit", "role", "status"}


def test_a_word_is_kept_where_it_may_be_a_secret() -> None:
    found = recorded({"password": "hunter", "api_key": "5d1c7e0b93a84f26c0e9b1d47f3a6852be90c4d7"})
    assert {("password", "hunter"), ("api_key", "5d1c7e0b93a84f26c0e9b1d47f3a6852be90c4d7")} <= {
        (each.key, each.value) for each in found.values
    }


def test_values_in_lists_have_the_name_of_the_list() -> None:
    found = recorded({"params": {"tokens": ["one", {"lat": 38.5}]}})
    assert {("/params/tokens/0", "tokens"), ("/params/tokens/1/lat", "lat")} <= {
        (each.pointer, each.key) for each in found.values
    }


def test_lists_of_numbers_are_kept_together() -> None:
    found = recorded({"params": {"bounds": [-95.5, 38, True], "box": [-95.5, 38.25], "one": [1.5]}})
    assert [(each.pointer, each.values) for each in found.numbers] == [("/params/box", (-95.5, 38.25))]
