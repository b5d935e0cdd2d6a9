import os
from pathlib import Path

import pytest

from kfm_gates.front.hooks.catalog import hook
from kfm_gates.front.hooks.documents import look
from tests.support.running import kansas_copy
from tests.support.trees import edit, file_of

SECRET = "at the third oak north of the ford"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    return kansas_copy(tmp_path)


def said(id: str, file: Path) -> str:
    found = hook(id)
    assert found is not None
    return "\n".join(map(str, look(found, [os.path.relpath(file)]).lines))


def spoil(root: Path, label: str) -> Path:
    manifest = file_of(root, "manifest", label)
    edit(manifest, lambda document: document["qa"].update(status=SECRET))
    return manifest


@pytest.mark.parametrize("label", ["public", "public_generalized"])
def test_on_a_terminal_values_are_shown(label: str, root: Path) -> None:
    assert SECRET in said("kfm-manifest", spoil(root, label))


@pytest.mark.parametrize("value", ["true", "1", "yes"])
def test_in_a_build_log_values_of_what_is_not_for_everyone_are_not(
    value: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = spoil(root, "public_generalized")
    monkeypatch.setenv("CI", value)
    text = said("kfm-manifest", manifest)
    assert SECRET not in text
    assert "[redacted: label public_generalized]" in text
    assert "/qa/status" in text and "[release.manifest]" in text


def test_in_a_build_log_values_of_what_is_for_everyone_are(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = spoil(root, "public")
    monkeypatch.setenv("CI", "true")
    assert SECRET in said("kfm-manifest", manifest)


@pytest.mark.parametrize("value", ["", "0", "false", "False"])
def test_not_in_a_build_log(value: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", value)
    assert SECRET in said("kfm-manifest", spoil(root, "public_generalized"))


def test_what_several_versions_share_is_withheld_in_a_build_log(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = file_of(root, "acquisition")
    edit(record, lambda document: document.update(dataset_slug=SECRET))
    assert SECRET in said("kfm-manifest", record)
    monkeypatch.setenv("CI", "true")
    text = said("kfm-manifest", record)
    assert SECRET not in text
    assert "[redacted: label not known here]" in text


def test_without_the_documents_that_state_a_label_values_are_withheld(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = spoil(root, "public")
    for template in ("spec", "policy_decision"):
        file_of(root, template, "public").unlink()
    edit(manifest, lambda document: document["policy"].pop("policy_label"))
    monkeypatch.setenv("CI", "true")
    assert SECRET not in said("kfm-manifest", manifest)
