"""Law 4. Known-answer tests every run; a missing engine is an error, never a skip."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.installations import Change, install
from tests.support.repository import PACKAGE, check_ids, checks
from tests.support.running import EVALUATED_AT, kansas_copy
from tests.support.selection import some

GONE = "raise ModuleNotFoundError(f'No module named {__name__!r}', name=__name__)\n"


def _first(kind: str) -> str:
    return next(id for id in check_ids() if checks()[id].about.kind == kind)


def _file(id: str) -> str:
    about = checks()[id].about
    folder, suffix = {"rego": ("rego", ".rego"), "shacl": ("shapes", ".ttl")}[about.kind]
    return f"{folder}/{id.replace('.', '/')}{suffix}"


def _open_rule() -> dict[str, Change]:
    """A rule that lets everything through: its metadata stays, its judgement goes."""
    name = _file(_first("rego"))
    head, _, _ = (PACKAGE / name).read_text("utf-8").partition("\npackage ")
    package = f"kfm.{_first('rego')}"
    return {
        name: f'{head}\npackage {package}\n\ndefault allow := true\n\ndeny contains {{"msg": "never"}} if input.never\n'
    }


def _open_shape() -> dict[str, Change]:
    """A shape that asks for nothing."""
    name = _file(_first("shacl"))
    lines = (PACKAGE / name).read_text("utf-8").splitlines()
    head = [line for line in lines if line.startswith(("#", "@prefix"))]
    shape = (
        "<https://w3id.org/kfm/shapes#Nothing> a sh:NodeShape ; sh:targetClass dcat:Dataset, prov:Activity ."
    )
    prefixes = ["@prefix sh: <http://www.w3.org/ns/shacl#> .", "@prefix dcat: <http://www.w3.org/ns/dcat#> ."]
    prefixes += ["@prefix prov: <http://www.w3.org/ns/prov#> ."]
    return {name: "\n".join([*head, *prefixes, shape]) + "\n"}


CHANGES: dict[str, dict[str, Change]] = {
    "a rule that lets everything through": _open_rule(),
    "a shape that asks for nothing": _open_shape(),
    "a sample is gone": {f"samples/denials/{_first('rego')}.json": None},
    "a sample that is not bad": {
        f"samples/denials/{_first('rego')}.json": '{"base": "public", "why": "nothing is", "ops": '
        '[{"file": "manifest", "patch": []}]}'
    },
    "a sample that is no JSON": {f"samples/denials/{_first('rego')}.json": "{"},
    "the rules' engine always allows": {
        "engines/regorus_engine.py": ("return RegoAnswer(allow, tuple(deny))", "return RegoAnswer(True, ())")
    },
    "the shapes' engine always conforms": {
        "engines/shacl_engine.py": ("return ShapesAnswer(results, counts)", "return ShapesAnswer((), counts)")
    },
}


FAST = ("a rule that lets everything through", "a shape that asks for nothing", "a sample that is not bad")
LIBRARIES = ("regorus", "pyshacl", "jsonschema_rs", "pyarrow", "pmtiles")


@pytest.mark.parametrize("change", some(CHANGES, FAST))
def test_an_installation_that_gives_a_wrong_answer_judges_nothing(
    tmp_path: Path, change: dict[str, Change]
) -> None:
    changed = install(tmp_path, change)
    ran = changed.check(kansas_copy(tmp_path), "--evaluated-at", EVALUATED_AT, cwd=tmp_path)
    assert ran.code == 3, ran.said
    assert not (ran.record / "decision.json").exists()
    assert not ran.permit.exists()


@pytest.mark.parametrize("library", some(LIBRARIES, ("regorus", "pyarrow")))
def test_a_missing_engine_is_an_error_that_names_it(tmp_path: Path, library: str) -> None:
    changed = install(tmp_path, {}, {f"{library}.py": GONE})
    ran = changed.check(kansas_copy(tmp_path), "--evaluated-at", EVALUATED_AT, cwd=tmp_path)
    assert ran.code == 3, ran.said
    assert library in ran.out + ran.err or library.replace("_", "-") in ran.out + ran.err
    if library in ("pyarrow", "pmtiles"):
        assert "kfm-gates[data]" in ran.out + ran.err, ran.said
    assert not ran.permit.exists()


def test_an_unchanged_copy_opens(tmp_path: Path) -> None:
    """Otherwise the tests above would prove nothing."""
    ran = install(tmp_path, {}).check(kansas_copy(tmp_path), cwd=tmp_path)
    assert ran.code == 0, ran.said
    assert ran.permit.exists()
