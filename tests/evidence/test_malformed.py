"""The error of the parsers says where, and survives the way between processes."""

import pickle

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.malformed import Malformed


def test_it_is_evidence_that_is_wrong() -> None:
    error = Malformed("the key 'a' appears twice; remove one", line=3, pointer="/a", file="x.json")
    assert isinstance(error, EvidenceError) and error.exit_code == 1
    assert (str(error), error.line, error.pointer, error.file) == (
        "the key 'a' appears twice; remove one",
        3,
        "/a",
        "x.json",
    )


def test_it_keeps_its_place_when_a_worker_sends_it() -> None:
    error = pickle.loads(pickle.dumps(Malformed("wrong; mend it", line=7, pointer="/b/0")))
    assert (str(error), error.line, error.pointer, error.file) == ("wrong; mend it", 7, "/b/0", None)
