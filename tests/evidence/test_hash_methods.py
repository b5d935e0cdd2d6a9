"""Hash methods: each leaves out what it says, and only the named one counts."""

import hashlib
import json

import pytest

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.hash_methods import HASH_METHODS, hash_method, spec_hash

DOCUMENT = {
    "spec_hash": "sha256:0",
    "id": "i",
    "uri": "u",
    "run_id": "r",
    "dataset_id": "d",
    "title": "Comté é",
    "nested": {"id": "kept", "spec_hash": "kept"},
    "n": 1.0,
}
RAW = b'{"raw": "bytes"}\n'


def _sha(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


EXPECTED = {
    "kfm-spec-v1": '{"dataset_id":"d","id":"i","n":1,"nested":{"id":"kept","spec_hash":"kept"},"run_id":"r",'
    '"title":"Comté é","uri":"u"}',
    "jcs-without-ids": '{"n":1,"nested":{"id":"kept","spec_hash":"kept"},"title":"Comté é"}',
    "jcs-whole": '{"dataset_id":"d","id":"i","n":1,"nested":{"id":"kept","spec_hash":"kept"},"run_id":"r",'
    '"spec_hash":"sha256:0","title":"Comté é","uri":"u"}',
    "sorted-ascii-json": '{"dataset_id":"d","id":"i","n":1.0,"nested":{"id":"kept","spec_hash":"kept"},'
    '"run_id":"r","title":"Comt\\u00e9 \\u00e9","uri":"u"}',
    "sorted-utf8-json": '{"dataset_id":"d","id":"i","n":1.0,"nested":{"id":"kept","spec_hash":"kept"},'
    '"run_id":"r","title":"Comté é","uri":"u"}',
    "raw-bytes": RAW.decode(),
}


@pytest.mark.parametrize("name", HASH_METHODS)
def test_what_each_method_hashes(name: str) -> None:
    assert spec_hash(DOCUMENT, RAW, name) == _sha(EXPECTED[name].encode())


def test_no_two_methods_agree_on_a_document_that_tells_them_apart() -> None:
    assert len({spec_hash(DOCUMENT, RAW, name) for name in HASH_METHODS}) == len(HASH_METHODS)


def test_the_document_is_left_as_it_was() -> None:
    before = json.dumps(DOCUMENT)
    for name in HASH_METHODS:
        spec_hash(DOCUMENT, RAW, name)
    assert json.dumps(DOCUMENT) == before


def test_the_hash_field_itself_does_not_count() -> None:
    without = {key: value for key, value in DOCUMENT.items() if key != "spec_hash"}
    assert spec_hash(DOCUMENT, RAW, "kfm-spec-v1") == spec_hash(without, RAW, "kfm-spec-v1")


def test_an_unknown_method_names_the_known_ones_and_the_nearest() -> None:
    with pytest.raises(EvidenceError, match=r"kfm-spec-1.*did you mean kfm-spec-v1\?.*known: .*raw-bytes"):
        hash_method("kfm-spec-1")
    for name in ("", "KFM-SPEC-V1", None, ["kfm-spec-v1"]):
        with pytest.raises(EvidenceError, match="known: "):
            spec_hash(DOCUMENT, RAW, name)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["kfm-spec-v1", "jcs-without-ids", "sorted-ascii-json", "sorted-utf8-json"])
def test_only_an_object_has_fields_to_leave_out(name: str) -> None:
    with pytest.raises(EvidenceError, match="object"):
        spec_hash([1], RAW, name)


@pytest.mark.parametrize("name", [name for name in HASH_METHODS if name != "raw-bytes"])
@pytest.mark.parametrize("value", [float("nan"), 2**53, "\ud800", {1: 2}], ids=repr)
def test_values_without_a_form_are_refused(name: str, value: object) -> None:
    with pytest.raises(EvidenceError):
        spec_hash({"value": value}, RAW, name)


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        HASH_METHODS["own"] = HASH_METHODS["raw-bytes"]  # type: ignore[index]
