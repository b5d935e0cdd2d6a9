from typing import cast

from kfm_gates.facts.receipt_references import ReceiptReference
from tests.support.judging import kansas

from .on_trees import facts


def test_all_but_artifacts_and_upstream_addresses_lead_to_files() -> None:
    found = cast("tuple[ReceiptReference, ...]", facts(kansas()).resolve(tuple[ReceiptReference, ...]))
    assert [each.digest for each in found if each.path is None] == [
        "sha256:e6daba1800885868303ad3549da62f85a557b8142bb72629ec15651de62f9c5d"
    ]
    paths = {each.path for each in found if each.path is not None}
    assert paths <= set(kansas())
    assert not [
        each for each in found if each.path and "/processed/" in each.path and "/artifacts/" in each.path
    ]
    for name in (
        "environments/",
        "checksums.json",
        "qa/report.json",
        "acquisition.json",
        "manifests/",
    ):
        assert any(name in each for each in paths)
    outputs = [each.place.file for each in found if "/outputs/" in each.place.pointer]
    assert not [each for each in outputs if each.endswith(("/ingest.json", "/catalog.json"))]
    pointers = {each.place.pointer for each in found}
    assert {
        "/environment/container_digest",
        "/environment/params_digest",
        "/validation/report_digest",
    } <= pointers
