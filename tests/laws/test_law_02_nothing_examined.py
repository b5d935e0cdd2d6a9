"""Law 2. Nothing examined is no pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.installations import install
from tests.support.running import EVALUATED_AT, check, kansas_copy


def test_an_empty_root_has_no_subject(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    ran = check(tmp_path / "evidence", cwd=tmp_path)
    assert ran.code == 5, ran.said
    assert not ran.permit.exists()


def test_a_root_with_other_files_has_no_subject(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "notes.txt").write_text("nothing here")
    assert check(tmp_path / "evidence", cwd=tmp_path).code in (1, 5)


def test_every_check_that_passed_has_examined_something(tmp_path: Path) -> None:
    ran = check(kansas_copy(tmp_path), cwd=tmp_path)
    assert ran.code == 0, ran.said
    idle = [c["id"] for s in ran.predicate["subjects"] for c in s["checks"] if c["examined"] < 1]
    assert idle == []


PACK_CHECK = '''
from kfm_gates.checks.api import check
from kfm_gates.model.finding import OK, Verdict, deny
from kfm_gates.model.manifest import Manifest


@check("acme.{name}", serves="R-183")
def {name}(manifest: Manifest) -> Verdict:
    """Deny what a team of ours does not want.

    An example of a check that another team wrote.
    """
    {body}
'''


@pytest.mark.parametrize(
    "body",
    ["return OK", "return None", "return True", "raise SystemExit(0)", "import os; os._exit(0)"],
    ids=["always passes", "no verdict", "a truth value", "leaves", "leaves at once"],
)
def test_a_check_of_a_pack_that_never_denies_stops_the_run(tmp_path: Path, body: str) -> None:
    pack = tmp_path / "gates"
    (pack / "checks" / "acme").mkdir(parents=True)
    (pack / "denials" / "acme.own").mkdir(parents=True)
    (pack / "checks" / "acme" / "own.py").write_text(PACK_CHECK.format(name="own", body=body))
    case = json.dumps(
        {
            "base": "public",
            "why": "nobody approved it",
            "ops": [{"file": "manifest", "patch": [{"op": "remove", "path": "/approvals/0"}]}],
        }
    )
    (pack / "denials" / "acme.own" / "none.json").write_text(case)
    profile = 'profile = { name = "own-v1", extends = "promotion-v1", packs = ["gates"] }\n'
    (tmp_path / "own.toml").write_text(profile + 'gates.own = { checks = ["acme.own"] }\n')
    ran = check(kansas_copy(tmp_path), "--profile", "own.toml", cwd=tmp_path, at=None)
    assert ran.code == 3, ran.said
    assert "acme.own" in ran.out + ran.err
    assert not ran.permit.exists()


def test_a_check_of_the_house_that_always_passes_stops_the_run(tmp_path: Path) -> None:
    changed = install(
        tmp_path,
        {"checks/api.py": ("verdict = self.function(item, **rest, **settings)", "verdict = Ok()")},
    )
    ran = changed.check(kansas_copy(tmp_path), "--evaluated-at", EVALUATED_AT, cwd=tmp_path)
    assert ran.code == 3, ran.said
    assert not ran.permit.exists()
