"""The command that pre-commit runs, as a process."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kfm_gates.front.hooks.catalog import HOOKS
from tests.support.running import KANSAS, MAIN, Ran, environment, kansas_copy, program
from tests.support.trees import edit, file_of

HEAVY = {
    "google", "jsonschema", "mapbox_vector_tile", "pmtiles", "pyarrow", "pyshacl", "pystac", "rdflib",
    "regorus", "rich", "shapely",
}  # fmt: skip
"""What takes longer to import than a person waits for a hook."""


def hook(id: str, *files: Path | str, cwd: Path = KANSAS) -> Ran:
    return program("hook", id, *files, cwd=cwd)


def catalog_files(root: Path) -> list[Path]:
    return sorted(path for path in (root / "data" / "catalog").rglob("*") if path.is_file())


def test_the_example_has_nothing_to_stop_for() -> None:
    ran = hook("kfm-catalog", *catalog_files(KANSAS))
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_broken_document_stops(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    item = file_of(root, "stac_item", ending="counties-parquet.json")
    edit(item, lambda document: document.pop("id"))
    ran = hook("kfm-catalog", item.relative_to(tmp_path), cwd=tmp_path)
    assert ran.code == 1, ran.said
    assert re.search(
        rf"^{re.escape(str(item.relative_to(tmp_path)))}:\d+: .* \[catalog\.stac\]$", ran.out, re.M
    )


@pytest.mark.parametrize("id", [each.id for each in HOOKS if each.files])
def test_no_file_is_no_pass(id: str) -> None:
    ran = hook(id)
    assert ran.code == 2
    assert f"{id} was given no file, so nothing was looked at" in ran.err


@pytest.mark.parametrize("id", ["kfm-full", "kfm-catalogue", ""])
def test_an_unknown_hook_is_a_usage_error(id: str) -> None:
    ran = hook(id, "x.json")
    assert ran.code == 2
    assert "known: kfm-catalog, kfm-manifest" in ran.err


def test_a_missing_engine_is_an_error_and_no_pass(tmp_path: Path) -> None:
    # As on a platform without a wheel: the module is found and can't be imported.
    (tmp_path / "regorus.py").write_text("raise ModuleNotFoundError('no wheel', name='regorus')\n")
    rule = KANSAS.parent.parent / "rego" / "rights" / "license.rego"
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {MAIN}"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, "hook", "kfm-policy", rule],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done
    assert "'regorus' is not installed" in done.stderr


def test_many_findings_are_counted_not_shown(tmp_path: Path) -> None:
    names = [f"x{number}.json" for number in range(700)]
    ran = hook("kfm-catalog", *names, cwd=tmp_path)
    assert ran.code == 1
    assert len(ran.out.splitlines()) == 501
    assert ran.out.endswith("kfm-catalog: 200 more are not shown\n")


@pytest.mark.parametrize("id", ["kfm-catalog", "kfm-receipt"])
def test_nothing_heavy_is_imported(id: str, tmp_path: Path) -> None:
    folder = {"kfm-catalog": "data/catalog", "kfm-receipt": "data/receipts"}[id]
    files = [path for path in (KANSAS / folder).rglob("*") if path.is_file()]
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-P", "-c", MAIN, "hook", id, *map(str, files)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=environment(),
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert ("jsonschema_rs" in imported) == (id == "kfm-catalog")
    assert not imported & HEAVY
    assert "yaml" not in imported or id == "kfm-receipt"  # which reads the specs that receipts name


def test_nothing_is_written(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert hook("kfm-catalog", *catalog_files(root), cwd=tmp_path).code == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert not os.path.lexists(tmp_path / ".kfm-gates")
