from __future__ import annotations

from pathlib import Path

import pytest

from kfm_gates.errors import UsageError
from kfm_gates.front.formats import SUMMARY, Output, outputs
from kfm_gates.reports.formats import FORMATS


def test_text_on_standard_output_unless_something_is_asked() -> None:
    assert outputs((), {}) == (Output("text", None),)


def test_several_formats_in_one_run(tmp_path: Path) -> None:
    words = [f"{name}:{tmp_path}/{name}" for name in FORMATS if name != "github"] + ["github"]
    found = outputs(words, {})
    assert [(each.format, each.file) for each in found] == [
        *((name, tmp_path / name) for name in FORMATS if name != "github"),
        ("github", None),
    ]
    assert not any(each.appends for each in found)


def test_only_the_step_summary_is_appended_to(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    (tmp_path / "link.md").symlink_to(summary)
    environment = {SUMMARY: str(summary)}
    for name, appends in (("summary.md", True), ("link.md", True), ("other.md", False)):
        (only,) = outputs([f"markdown:{tmp_path / name}"], environment)
        assert only.appends is appends
    (text,) = outputs([f"text:{summary}"], environment)
    assert not text.appends


def test_a_link_is_followed_so_that_two_names_of_one_file_are_one_place(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with pytest.raises(UsageError, match="same place"):
        outputs([f"json:{tmp_path / 'link'}", f"sarif:{tmp_path / 'file'}"], {})


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["xml"], "unknown format 'xml'; known: text, json, junit, sarif, github, markdown, html"),
        (["sarif:"], "must name a file"),
        (["sarif:{folder}"], "must name a file"),
        (["sarif:{folder}/no/file"], "there is no folder .*/no; make it first"),
        (["junit:/dev/null"], "is no regular file"),
        (["github", "text"], "same place"),
        (["github", "github"], "same place"),
    ],
)
def test_what_can_not_be_meant_is_refused(tmp_path: Path, words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        outputs([word.format(folder=tmp_path) for word in words], {})
