from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.canonical import digest_of, jcs
from kfm_gates.evidence.merkle import root
from kfm_gates.permit.subjects import files_digest, leaf, subjects_root
from tests.support.permits import subject

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT, TEXT)
def test_a_leaf_is_canonical_json(id: str, digest: str) -> None:
    assert leaf(id, digest) == jcs([id, digest])


def test_a_leaf_needs_valid_unicode() -> None:
    with pytest.raises(EvidenceError):
        leaf("\ud800", "x")


@given(st.lists(st.tuples(TEXT, TEXT)))
def test_files_have_the_digest_that_the_judge_gives_a_subject(pairs: list[tuple[str, str]]) -> None:
    files = [{"path": path, "digest": digest} for path, digest in pairs]
    assert files_digest(files) == digest_of([[path, digest] for path, digest in pairs])


@pytest.mark.parametrize("size", [1, 2, 3, 1000, 1001])
def test_the_head_is_that_of_the_sorted_subjects(size: int) -> None:
    subjects = [subject(number) for number in range(size)]
    head = subjects_root(reversed(subjects))
    assert head == {
        "root": f"sha256:{root(jcs(list(each)) for each in subjects).hex()}",
        "size": size,
    }


def test_any_other_set_has_another_head() -> None:
    subjects = [subject(number) for number in range(5)]
    heads = [subjects_root(subjects), subjects_root(subjects[1:]), subjects_root([*subjects, subject(5)])]
    heads += [subjects_root([*subjects[:-1], (subjects[-1][0], subjects[0][1])]), subjects_root(subjects * 2)]
    assert len({str(head) for head in heads}) == len(heads)
