"""The SHACL engine as callers see it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kfm_gates.engines.interface import ShapeResult, ShapesEngine
from kfm_gates.engines.limits import Limits
from kfm_gates.engines.shacl_engine import PyshaclEngine
from kfm_gates.errors import EngineError

from .shape_samples import BARE, DATASET, DISTRIBUTION, OTHER, SHAPES

GOOD = {"dcat": DATASET, "more": DISTRIBUTION}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("shapes")
    (folder / "dcat.ttl").write_text(SHAPES)
    (folder / "other.ttl").write_text(OTHER)
    return folder / "dcat.ttl", folder / "other.ttl"


@pytest.fixture(scope="module")
def engine(files: tuple[Path, Path]) -> Iterator[PyshaclEngine]:
    with PyshaclEngine(files) as started:
        yield started


def test_it_is_a_shapes_engine(engine: PyshaclEngine, files: tuple[Path, Path]) -> None:
    plain: ShapesEngine = engine
    assert plain.validate(GOOD, files).results == ()
    assert (engine.name, engine.version[0].isdigit()) == ("pyshacl", True)


def test_documents_are_merged_and_focus_nodes_counted(
    engine: PyshaclEngine, files: tuple[Path, Path]
) -> None:
    dcat, other = (file.as_posix() for file in files)
    assert engine.validate(GOOD, files).focus_counts == {
        dcat: {"urn:shapes:Dataset": 1},
        other: {"urn:other:Gone": 0, "urn:other:Issued": 1, "urn:other:Node": 1},
    }
    assert engine.validate({"bare": BARE}, files[1:]).focus_counts[other]["urn:other:Node"] == 0


def test_results_name_their_file_focus_path_and_value(
    engine: PyshaclEngine, files: tuple[Path, Path]
) -> None:
    dcat, other = (file.as_posix() for file in files)
    results = engine.validate({"bare": BARE}, files).results
    assert [result for result in results if result.shape_file == other and result.focus == "urn:d:2"] == [
        ShapeResult(
            other,
            "urn:d:2",
            "http://purl.org/dc/terms/issued",
            "1999",
            "Value does not match pattern '^20[0-9][0-9]$'",
            "Violation",
        )
    ]
    title = [result for result in results if result.path == "http://purl.org/dc/terms/title"]
    assert [(result.shape_file, result.message) for result in title] == [(dcat, "a title is missing")]
    assert results == tuple(sorted(results))


def test_documents_that_lose_statements_are_an_engine_error(
    engine: PyshaclEngine, files: tuple[Path, Path]
) -> None:
    bad = {**DATASET, "@graph": [{"@id": "urn:d:1", "licence": "x"}]}
    with pytest.raises(EngineError, match=r"^dcat: .*/@graph/0/licence"):
        engine.validate({"dcat": bad}, files)
    assert engine.validate(GOOD, files).results == ()


def test_nothing_to_judge_is_an_engine_error(engine: PyshaclEngine, files: tuple[Path, Path]) -> None:
    with pytest.raises(EngineError, match="no document"):
        engine.validate({}, files)
    with pytest.raises(EngineError, match="no shapes"):
        engine.validate(GOOD, ())


def test_refused_shapes_name_file_and_line(engine: PyshaclEngine, tmp_path: Path) -> None:
    bad = tmp_path / "bad.ttl"
    bad.write_text(SHAPES.replace("sh:minCount 1 ; sh:uniqueLang", "sh:minCuont 1 ; sh:uniqueLang"))
    with pytest.raises(EngineError, match=r"bad\.ttl:13: `sh:minCuont`"):
        engine.validate(GOOD, [bad])
    with pytest.raises(EngineError, match=r"absent\.ttl: the shapes can't be read"):
        engine.validate(GOOD, [tmp_path / "absent.ttl"])
    bad.write_text("not turtle")
    with pytest.raises(EngineError, match=r"bad\.ttl: the shapes are not readable Turtle"):
        engine.validate(GOOD, [bad])


def test_one_shape_in_two_files_is_refused(
    engine: PyshaclEngine, files: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "copy.ttl").write_text(SHAPES)
    with pytest.raises(EngineError, match="is described in"):
        engine.validate(GOOD, [files[0], tmp_path / "copy.ttl"])


def test_shapes_in_the_data_judge_nothing(engine: PyshaclEngine, files: tuple[Path, Path]) -> None:
    own = {
        "@context": {"sh": "http://www.w3.org/ns/shacl#"},
        "@graph": [
            {
                "@id": "urn:x",
                "@type": "sh:NodeShape",
                "sh:targetClass": {"@id": "http://www.w3.org/ns/dcat#Dataset"},
            }
        ],
    }
    results = engine.validate({"bare": BARE, "own": own}, files[:1]).results
    assert {result.shape_file for result in results} == {files[0].as_posix()}


def test_kill_9_ends_in_engine_error_and_the_next_call_works(files: tuple[Path, Path]) -> None:
    with PyshaclEngine(files) as engine:
        assert engine.validate(GOOD, files).results == ()
        worker = engine._worker
        assert worker is not None and worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(EngineError, match="SIGKILL"):
            engine.validate(GOOD, files)
        assert engine.validate(GOOD, files).results == ()


def test_too_slow_and_too_large_end_in_engine_error(files: tuple[Path, Path]) -> None:
    nodes = [
        {"@id": f"urn:d:{number}", "@type": "dcat:Dataset", "dct:title": "x"} for number in range(20_000)
    ]
    large = {"large": {**DATASET, "@graph": nodes}}
    with (
        PyshaclEngine(files, limits=Limits(memory_bytes=4 << 30, request_seconds=0.5)) as engine,
        pytest.raises(EngineError, match="took too long"),
    ):
        engine.version  # noqa: B018 (gets it ready)
        engine.validate(large, files)
    with (
        PyshaclEngine(files, limits=Limits(memory_bytes=250 << 20)) as engine,
        pytest.raises(EngineError, match=r"MemoryError|worker"),
    ):
        engine.validate(large, files)
