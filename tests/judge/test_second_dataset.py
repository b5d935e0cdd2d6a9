"""The judge is not fitted to its example: another layout, several acquisitions, chunk runs, `restricted`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.evidence.seal import seal
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.evidence.strict_yaml import dump_yaml, parse_yaml
from tests.support.judging import explained, judge_tree, not_passed, write_tree
from tests.support.running import check, program
from tests.support.second_dataset import second

pytest.importorskip("mapbox_vector_tile")

Tree = dict[str, bytes]


def _judged(tree: Tree) -> tuple[dict[str, str], str]:
    results = judge_tree(tree, layout=second().layout)
    assert len(results) == 1, list(results)
    (result,) = results.values()
    return not_passed(result), explained(result)


def _path(ending: str) -> str:
    (path,) = [path for path in second().tree if path.endswith(ending)]
    return path


def _edited(ending: str, change: Callable[[Any], object]) -> Tree:
    """The tree with one document changed and all digests downstream computed anew."""
    import json

    path = _path(ending)
    data = second().tree[path]
    document = parse_yaml(data) if path.endswith(".yaml") else parse_json(data)
    change(document)
    text = dump_yaml(document) if path.endswith(".yaml") else json.dumps(document, indent=2).encode() + b"\n"
    return dict(seal({**second().tree, path: text}, second().layout))


def test_it_passes() -> None:
    statuses, why = _judged(dict(second().tree))
    assert statuses == {}, why


def test_it_passes_from_the_command_line_and_gets_a_permit(tmp_path: Path) -> None:
    write_tree(tmp_path / "store", second().tree)
    (tmp_path / "kfm-gates.toml").write_text(second().configuration)
    ran = program("check", "--jobs", "2", cwd=tmp_path)
    assert ran.code == 0, ran.said
    assert ran.permit.exists()
    assert program("permit", "verify", ran.permit, cwd=tmp_path).code == 0


def test_without_its_configuration_it_has_no_subject(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "store", second().tree)
    ran = check(root, cwd=tmp_path)
    assert ran.code in (1, 5), ran.said
    assert not ran.permit.exists()


DENIED: dict[str, tuple[str, Callable[[], Tree]]] = {
    "no access rule": (
        "sensitivity.label",
        lambda: _edited(".yaml", lambda spec: spec["policy"].pop("access_rule")),
    ),
    "another label in one item": (
        "sensitivity.label_agreement",
        lambda: _edited(
            "north-parquet.json", lambda item: item["properties"].update({"kfm:policy_label": "public"})
        ),
    ),
    "approved by a reviewer, where a steward must": (
        "release.approvals",
        lambda: _edited(
            "06-release/" + _path_name("06-release/"), lambda m: m["approvals"][0].update(role="reviewer")
        ),
    ),
    "another licence in the catalog": (
        "rights.agreement",
        lambda: _edited(".collection.json", lambda collection: collection.update(license="CC0-1.0")),
    ),
    "a threshold that the data does not keep": (
        "quality.thresholds",
        lambda: _edited(".yaml", lambda spec: spec["qa"]["thresholds"][0].update(min=15, max=15)),
    ),
    "a chunk whose run is not on record": (
        "receipt.every_run",
        lambda: {
            path: data for path, data in second().tree.items() if not path.endswith("ingest-south.json")
        },
    ),
    "raw bytes of the second acquisition changed": (
        "rights.terms_snapshot",
        lambda: {**second().tree, _path("atlas-south/terms.txt"): b"All rights reserved.\n"},
    ),
}


def _path_name(folder: str) -> str:
    (path,) = [path for path in second().tree if path.startswith(folder)]
    return path.removeprefix(folder)


@pytest.mark.parametrize(("denied_by", "tree"), DENIED.values(), ids=DENIED.keys())
def test_what_is_wrong_with_it_is_denied(denied_by: str, tree: Callable[[], Tree]) -> None:
    statuses, why = _judged(tree())
    assert statuses.get(denied_by) == "DENY", why


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(second().tree))
def test_every_file_of_it_counts(path: str) -> None:
    flipped = bytearray(second().tree[path])
    flipped[len(flipped) // 2] ^= 1
    for tree in (
        {**second().tree, path: bytes(flipped)},
        {each: data for each, data in second().tree.items() if each != path},
    ):
        results = judge_tree(tree, layout=second().layout)
        assert results and all(not_passed(result) for result in results.values())
