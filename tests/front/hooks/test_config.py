from pathlib import Path

import pytest

from kfm_gates.front.hooks.catalog import hook
from kfm_gates.front.hooks.config import look
from kfm_gates.front.hooks.lines import Look


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evidence").mkdir()
    return tmp_path


def looked(file: str, text: str) -> Look:
    Path(file).write_text(text)
    found = hook("kfm-config")
    assert found is not None
    return look(found, [file])


def test_a_configuration_that_a_run_can_use() -> None:
    text = 'root = "evidence"\n[paths]\nmanifest = "releases/{slug}/{version}.json"\n'
    assert looked("kfm-gates.toml", text) == Look(())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('rooot = "evidence"', "unknown key 'rooot' (did you mean 'root'?)"),
        ('root = "nowhere"', "there is no folder"),
        ('root = "."', "never read from inside the evidence root"),
        ('profile = "promotion-v9"', "unknown profile"),
        ('[paths]\nmanifest = "releases/{slug}.json"', "must hold {version}"),
        ('[schemas]\n"https://x" = { file = "x.json", sha256 = "0" }', "can't be read"),
        ("root = evidence", "is not TOML"),
        ('root = "evidence"\nprofile = "evidence/own.toml"', "policy is never read from inside"),
    ],
)
def test_a_configuration_that_no_run_could_use(text: str, said: str) -> None:
    Path("evidence/own.toml").write_text('[profile]\nname = "own"\nextends = "promotion-v1"\n')
    (line,) = looked("kfm-gates.toml", text).lines
    assert said in line.text
    assert line.by == "kfm-config"


def test_a_table_in_pyproject() -> None:
    (line,) = looked("pyproject.toml", "[tool.kfm-gates]\nrooot = 1\n").lines
    assert "unknown key" in line.text


def test_a_pyproject_of_something_else_is_named_as_such() -> None:
    found = looked("pyproject.toml", "[project]\nname = 'x'\n")
    assert found.lines == ()
    assert "nothing to look at" in found.notes[0]


def test_a_file_that_is_no_configuration_is_no_pass() -> None:
    (line,) = looked("settings.toml", "").lines
    assert "nothing judged it" in line.text


def test_a_file_that_is_not_there() -> None:
    found = hook("kfm-config")
    assert found is not None
    (line,) = look(found, ["kfm-gates.toml"]).lines
    assert "can't be read" in line.text
