"""Law 7. Read once: what changes while it is judged is denied."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kfm_gates.judge.launch import judge_in_process
from kfm_gates.judge.request import Request
from kfm_gates.model.finding import Json
from tests.support.running import kansas_copy
from tests.support.selection import some
from tests.support.trees import file_of, shown, version_of


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def _rewrite(path: Path) -> None:
    """The same bytes, written again: whoever writes now may have written otherwise a moment ago."""
    path.write_bytes(path.read_bytes())


def _flip_and_hide(path: Path) -> None:
    """Another byte, the same size and the same modification time."""
    before = path.stat()
    _flip(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replace(path: Path) -> None:
    beside = path.with_name(".new")
    beside.write_bytes(path.read_bytes())
    os.replace(beside, path)


def _delete(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    "touch", [_flip, _rewrite, _flip_and_hide, _replace, _delete], ids=lambda f: f.__name__[1:]
)
@pytest.mark.parametrize("template", some(("artifact", "manifest"), ("artifact",)))
def test_what_changes_while_it_is_judged_is_denied(
    tmp_path: Path, touch: Callable[[Path], None], template: str
) -> None:
    root = kansas_copy(tmp_path)
    labels = {version_of(root, label): label for label in ("public", "public_generalized")}
    touched: list[str] = []

    def after_the_last_check_of_the_first_subject(message: Mapping[str, Json]) -> None:
        if message["check"] == "release.approvals" and not touched:
            path = file_of(root, template, labels[message["subject"].partition("/")[2]])
            touch(path)
            touched.append(shown(root, path))

    verdict = judge_in_process(
        Request(folder=str(tmp_path), targets=(str(root),), record="record"),
        after_the_last_check_of_the_first_subject,
    )
    assert touched
    assert verdict.exit_code == 1
    assert verdict.permit_path is None
    findings = [
        f for s in verdict.statement["predicate"]["subjects"] for c in s["checks"] for f in c["findings"]
    ]
    assert touched[0] in {f["file"] for f in findings}
    assert not (tmp_path / "record" / "permit.json").exists()
