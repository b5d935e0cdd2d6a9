from pathlib import Path

import pytest

from kfm_gates.errors import UsageError
from kfm_gates.front.hooks.places import Places

MANIFEST = "release/manifests/a/b.json"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_root_follows_from_the_path(folder: Path) -> None:
    for root in (folder, folder / "deep" / "down"):
        found = Places().find(str(root / MANIFEST), ("manifest",))
        assert found is not None
        assert (found.site.root, found.path, found.match.name) == (root, MANIFEST, "manifest")


def test_the_root_of_the_nearest_configuration_wins(folder: Path) -> None:
    (folder / "kfm-gates.toml").write_text('root = "evidence"\n')
    inside, outside = f"evidence/{MANIFEST}", f"other/{MANIFEST}"
    found, other = Places().find(inside, ("manifest",)), Places().find(outside, ("manifest",))
    assert found is not None
    assert other is not None
    assert (found.site.root, other.site.root) == (folder / "evidence", folder / "other")
    assert Places().find(f"evidence/deep/{MANIFEST}", ("manifest",)) is None


def test_no_template_no_place() -> None:
    assert Places().find(MANIFEST, ("receipt",)) is None
    assert Places().find("README.md", ("manifest",)) is None


def test_a_linked_folder_is_seen_where_it_leads(folder: Path) -> None:
    (folder / "real" / "release" / "manifests" / "a").mkdir(parents=True)
    (folder / "link").symlink_to("real")
    found = Places().find(f"link/{MANIFEST}", ("manifest",))
    assert found is not None
    assert found.site.root == folder / "real"


def test_configurations_are_read_once_and_by_nearness(folder: Path) -> None:
    (folder / "kfm-gates.toml").write_text('[paths]\nmanifest = "a/{slug}/{version}.json"\n')
    (folder / "sub").mkdir()
    (folder / "sub" / "pyproject.toml").write_text("[project]\n")
    (folder / "near").mkdir()
    (folder / "near" / "kfm-gates.toml").write_text('[paths]\nmanifest = "b/{slug}/{version}.json"\n')
    places = Places()
    names = [
        found.path if (found := places.find(file, ("manifest",))) else None
        for file in ("sub/a/x/y.json", "sub/b/x/y.json")
    ]
    assert names == ["a/x/y.json", None]
    with pytest.raises(UsageError, match="inside the evidence root"):  # the deepest root is near/ itself
        places.find("near/b/x/y.json", ("manifest",))
