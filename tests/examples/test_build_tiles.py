"""The example builder of tiles: it builds what was judged, and with one byte changed nothing at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pmtiles.reader import MemorySource, Reader, all_tiles

from tests.support.trees import file_of
from tests.support.worked_examples import Example, commands_of

pytestmark = pytest.mark.slow

BY_ITSELF, BY_EXEC = commands_of("build-tiles")
PREFIX = BY_EXEC.partition(" -- ")[0]


@pytest.fixture
def example(tmp_path: Path) -> Example:
    return Example.copy("build-tiles", tmp_path)


def archive_of(example: Example) -> Path:
    (path,) = (example.folder / "tiles").iterdir()
    return path


def test_both_commands_build_the_same(example: Example) -> None:
    first = example.run(BY_ITSELF)
    assert first.returncode == 0, first.stderr
    path = archive_of(example)
    data = path.read_bytes()
    assert first.stdout == f"tiles/{path.name}\n"
    reader = Reader(MemorySource(data))
    assert reader.metadata()["vector_layers"][0]["id"] == "counties"
    assert len(list(all_tiles(reader.get_bytes))) == reader.header()["addressed_tiles_count"] > 10

    second = example.run(BY_EXEC)
    assert second.returncode == 0, second.stderr
    assert archive_of(example).read_bytes() == data  # the one archive that is there, under the same name
    assert example.states() == ["succeeded", "succeeded"]
    (receipt, other) = sorted((example.folder / ".kfm-gates/store/runs").glob("*/receipt.json"))
    assert receipt.read_bytes() == other.read_bytes()
    (output,) = json.loads(receipt.read_bytes())["outputs"]
    assert output["path"] == path.name and output["digest"].startswith(
        f"sha256:{path.stem.rpartition('-')[2]}"
    )


@pytest.mark.parametrize("template", ["artifact", "raw_artifact", "manifest", "receipt", "ledger"])
def test_with_one_byte_changed_nothing_is_created(example: Example, template: str) -> None:
    file = example.change_a_byte(template)
    before = {path for path in example.folder.rglob("*") if ".kfm-gates" not in path.parts}
    by_exec = example.run(BY_EXEC)
    assert by_exec.returncode == 126, by_exec.stdout + by_exec.stderr
    by_itself = example.run(BY_ITSELF)
    assert by_itself.returncode == 1, by_itself.stdout + by_itself.stderr
    assert "nothing was built: the gates did not open" in by_itself.stderr
    assert file in by_itself.stderr or template == "ledger", by_itself.stderr
    after = {path for path in example.folder.rglob("*") if ".kfm-gates" not in path.parts}
    assert {path for path in after - before if "__pycache__" not in path.parts} == set()
    assert example.states() == [] and not list(example.folder.rglob("permit.json"))


def test_changed_after_it_was_judged(example: Example) -> None:
    file = file_of(example.evidence, "artifact", ending=".parquet")
    ran = example.run(f"{PREFIX} -- sh -c 'printf x >>{file} && {BY_ITSELF}'")
    assert (
        ran.returncode == 1 and "nothing was built" in ran.stderr and "not what was judged" in ran.stderr
    ), ran.stderr
    assert not (example.folder / "tiles").exists()
    assert example.states() == ["failed"]


def test_twice_at_once(example: Example) -> None:
    ran = example.run(f"{PREFIX} -- sh -c '{BY_EXEC}; test $? -eq 75 && {BY_ITSELF}'")
    assert ran.returncode == 0, ran.stderr
    assert "is held by the run" in ran.stderr and example.states() == ["succeeded"]


def test_without_a_receipt(example: Example) -> None:
    program = example.folder / "build.py"
    program.write_text(program.read_text().replace("permit.record_receipt(", "print("))
    first = example.run(BY_EXEC)
    assert first.returncode == 125 and example.states() == ["failed"], first.stderr
    assert example.run(BY_EXEC).returncode == 126
    again = example.run(BY_ITSELF)
    assert again.returncode == 1 and "kfm-gates runs settle" in again.stderr, again.stderr
