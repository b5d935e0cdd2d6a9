"""What a request can get wrong before evidence is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from kfm_gates.errors import PermitMismatch, UsageError
from kfm_gates.judge.request import Request
from kfm_gates.judge.session import prepare

OWN = 'profile = { name = "own", extends = "promotion-v1" }\n'


def test_policy_inside_the_evidence_is_refused(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "own.toml").write_text(OWN)
    with pytest.raises(UsageError, match="policy is never read from inside the evidence root"):
        prepare(Request(str(tmp_path), ("evidence",), profile="evidence/own.toml"))
    (tmp_path / "own.toml").write_text('profile = { name = "mine", extends = "evidence/own.toml" }\n')
    with pytest.raises(UsageError, match="policy is never read from inside the evidence root"):
        prepare(Request(str(tmp_path), ("evidence",), profile="own.toml"))
    (tmp_path / "evidence" / "gates" / "rego").mkdir(parents=True)
    packs = OWN.replace(" }", ', packs = ["evidence/gates"] }')
    (tmp_path / "own.toml").write_text(packs)
    with pytest.raises(UsageError, match="policy is never read from inside the evidence root"):
        prepare(Request(str(tmp_path), ("evidence",), profile="own.toml"))


def test_policy_beside_the_evidence_is_read(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "own.toml").write_text(OWN)
    suite, target = prepare(Request(str(tmp_path), ("evidence",), profile="own.toml"))
    assert (suite.profile.name, target.root) == ("own", (tmp_path / "evidence").resolve())


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"operation": "cutover"}, "is for the operation 'promote', not 'cutover'"),
        ({"gates": ("catalogue",)}, "did you mean 'catalog'"),
        ({"checks": ("rights.licence",)}, "did you mean 'rights.license'"),
        ({"evaluated_at": "yesterday"}, "write a time as"),
    ],
)
def test_mistakes(asked: dict[str, object], says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says):
        prepare(Request(str(tmp_path), (".",), **asked))  # type: ignore[arg-type]


def test_another_pack_than_expected(tmp_path: Path) -> None:
    with pytest.raises(PermitMismatch, match="not the expected"):
        prepare(Request(str(tmp_path), (".",), expect_pack="sha256:" + "ab" * 32))
