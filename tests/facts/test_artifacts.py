import hashlib
from typing import cast

from kfm_gates.facts.artifacts import ArtifactRecord
from kfm_gates.model.finding import Place
from tests.support.judging import kansas

from .on_trees import facts, path


def records(tree: dict[str, bytes]) -> dict[str, ArtifactRecord]:
    found = cast("tuple[ArtifactRecord, ...]", facts(tree).resolve(tuple[ArtifactRecord, ...]))
    assert [each.path for each in found] == sorted(each.path for each in found)
    return {each.path.rpartition("/")[2]: each for each in found}


def test_every_document_and_the_disk_agree_on_the_fixture() -> None:
    for record in records(dict(kansas())).values():
        data = kansas()[record.path]
        assert record.on_disk == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert (record.size, record.place) == (len(data), Place(record.path))
        assert record.checksums == record.receipt == record.manifest == record.on_disk
        assert [document for document, _ in record.listed] == ["checksums", "receipt", "manifest"]


def test_what_is_only_on_disk_has_no_listing() -> None:
    extra = path("checksums").replace("checksums.json", "artifacts/extra.parquet")
    record = records({**kansas(), extra: b"x"})["extra.parquet"]
    assert (record.checksums, record.receipt, record.manifest, record.media_type) == (None, None, None, None)
    assert (record.size, record.listed) == (1, ())


def test_what_is_only_listed_is_placed_where_it_is_listed() -> None:
    tree = dict(kansas())
    gone = path("checksums").replace("checksums.json", "artifacts/counties.pmtiles")
    del tree[gone]
    record = records(tree)["counties.pmtiles"]
    assert (record.on_disk, record.size) == (None, None)
    assert record.place == Place(path("checksums"), "/artifacts/" + gone.replace("/", "~1"))
    assert record.media_type == "application/vnd.pmtiles"
