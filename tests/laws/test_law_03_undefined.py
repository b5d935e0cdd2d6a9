"""Law 3. Undefined is not pass: a rule passes only on a defined `allow == true` and an empty `deny`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.running import check, kansas_copy
from tests.support.selection import some

HEAD = """# METADATA
# title: A rule of another team
# description: Deny what this team does not want; it is an example of a rule in a pack.
# custom:
#   evidence: [manifest]
#   serves: [R-183]
package kfm.acme.own
"""

CASE = json.dumps(
    {
        "base": "public",
        "why": "nobody approved it",
        "ops": [{"file": "manifest", "patch": [{"op": "remove", "path": "/approvals/0"}]}],
    }
)

LAX = """
default allow := false
allow if count(deny) == 0
deny contains {"msg": "nobody approved it", "at": "manifest#/approvals"} if count(input.manifest.approvals) == 0
"""

SOUND = LAX.replace("if count(deny) == 0", "if { count(input.manifest.approvals) > 0; count(deny) == 0 }", 1)

BROKEN = {
    "allow is never defined": """
allow if { 1 == 2 }
deny contains {"msg": "nobody approved it"} if count(input.manifest.approvals) == 0
""",
    "allow is a text": """
allow := "true"
deny contains {"msg": "nobody approved it"} if count(input.manifest.approvals) == 0
""",
    "allow is a number": """
allow := 1
deny contains {"msg": "nobody approved it"} if count(input.manifest.approvals) == 0
""",
    "allow is false and nothing says why": """
default allow := false
deny contains {"msg": "nobody approved it"} if count(input.manifest.approvals) == 0
""",
    "deny is a text": """
default allow := true
deny := "nobody approved it" if count(input.manifest.approvals) == 0
""",
    "deny holds no reasons": """
default allow := true
deny contains count(input.manifest.approvals) if count(input.manifest.approvals) == 0
""",
    "there is no deny": """
default allow := true
""",
    "there is no rule": "",
    "allow errs": """
allow if { to_number("x") == 1 }
deny contains {"msg": "nobody approved it"} if count(input.manifest.approvals) == 0
""",
    "a field is misspelt": """
default allow := false
allow if count(deny) == 0
deny contains {"msg": "nobody approved it"} if count(input.manifest.aprovals) == 0
""",
    "it is not Rego": "default allow = = true",
}


def _pack(folder: Path, rule: str) -> None:
    pack = folder / "gates"
    (pack / "rego" / "acme").mkdir(parents=True)
    (pack / "denials" / "acme.own").mkdir(parents=True)
    (pack / "rego" / "acme" / "own.rego").write_text(HEAD + rule)
    (pack / "denials" / "acme.own" / "none.json").write_text(CASE)
    profile = 'profile = { name = "own-v1", extends = "promotion-v1", packs = ["gates"] }\n'
    (folder / "own.toml").write_text(profile + 'gates.own = { checks = ["acme.own"] }\n')


def test_a_sound_rule_opens(tmp_path: Path) -> None:
    _pack(tmp_path, SOUND)
    ran = check(kansas_copy(tmp_path), "--profile", "own.toml", cwd=tmp_path, at=None)
    assert ran.code == 0, ran.said
    assert ran.permit.exists()


def test_a_rule_that_opens_on_nothing_denies_every_version_by_its_name(tmp_path: Path) -> None:
    _pack(tmp_path, LAX)
    ran = check(kansas_copy(tmp_path), "--profile", "own.toml", cwd=tmp_path, at=None)
    assert ran.code == 1, ran.said
    assert "rego/acme/own.rego" in ran.out
    assert "the rule acme.own lets the empty input through" in ran.out
    assert not ran.permit.exists()


@pytest.mark.parametrize(
    "rule", some(BROKEN, ("allow is never defined", "allow is a number", "there is no deny", "allow errs"))
)
def test_a_rule_that_says_less_never_opens(tmp_path: Path, rule: str) -> None:
    _pack(tmp_path, rule)
    ran = check(kansas_copy(tmp_path), "--profile", "own.toml", cwd=tmp_path, at=None)
    assert ran.code in (2, 3), ran.said
    assert "acme" in ran.out + ran.err
    assert not ran.permit.exists()
