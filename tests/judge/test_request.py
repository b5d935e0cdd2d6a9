from pathlib import Path

import pytest

from kfm_gates.errors import UsageError
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.judge.request import Request, resolve_targets

LAYOUT = Layout.kfm_v1()


def manifest(root: Path, version: str = "2017.0123abcd.4567cdef") -> Path:
    path = root / "release" / "manifests" / "counties" / f"{version}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    return path


def test_round_trip() -> None:
    request = Request("/x", ("a", "b"), subjects=("s/v",), jobs=2)
    assert Request.of_json(request.to_json()) == request
    assert request.partial and not Request("/x").partial


@pytest.mark.parametrize("value", [None, [], {"folder": "/", "unknown": 1}])
def test_a_foreign_request_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match="another version"):
        Request.of_json(value)


def test_a_root_means_all_subjects(tmp_path: Path) -> None:
    target = resolve_targets((".",), tmp_path, None, LAYOUT)
    assert (target.root, target.named) == (tmp_path.resolve(), ())


def test_a_manifest_names_its_root_and_subject(tmp_path: Path) -> None:
    path = manifest(tmp_path / "deep" / "root")
    target = resolve_targets((str(path),), Path("/"), None, LAYOUT)
    assert target.root == (tmp_path / "deep" / "root").resolve()
    assert target.named == (Subject("counties", "2017.0123abcd.4567cdef"),)


def test_a_root_together_with_a_manifest_of_it_means_all(tmp_path: Path) -> None:
    path = manifest(tmp_path)
    assert resolve_targets((str(path), str(tmp_path)), Path("/"), None, LAYOUT).named == ()


@pytest.mark.parametrize(
    ("targets", "says"),
    [
        ((), "no evidence was named"),
        (("gone",), "no such file or folder"),
        (("stray.json",), "lies where no manifest lies"),
    ],
)
def test_mistakes(targets: tuple[str, ...], says: str, tmp_path: Path) -> None:
    (tmp_path / "stray.json").write_text("{}")
    with pytest.raises(UsageError, match=says):
        resolve_targets(targets, tmp_path, None, LAYOUT)


def test_one_run_judges_one_root(tmp_path: Path) -> None:
    one, two = manifest(tmp_path / "one"), manifest(tmp_path / "two")
    with pytest.raises(UsageError, match="all or none"):
        resolve_targets((str(one), str(two)), tmp_path, None, LAYOUT)
