import shutil
from pathlib import Path

import pytest

from kfm_gates.front.hooks.catalog import hook
from kfm_gates.front.hooks.lines import Line
from kfm_gates.front.hooks.policy import look
from tests.support.running import REPOSITORY


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pack with copies of a rule, a shape and a table, as the working folder."""
    for folder, name in (("rego/rights", "license.rego"), ("shapes/catalog", "prov.ttl")):
        (tmp_path / folder).mkdir(parents=True)
        shutil.copy(REPOSITORY / folder / name, tmp_path / folder / name)
    shutil.copy(REPOSITORY / "rego/rights/license_test.rego", tmp_path / "rego/rights")
    (tmp_path / "profiles").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(*files: str) -> tuple[Line, ...]:
    found = hook("kfm-policy")
    assert found is not None
    return look(found, files).lines


def edited(file: str, old: str, new: str) -> tuple[Line, ...]:
    path = Path(file)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    return lines(file)


def test_the_house_is_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    files = [
        *Path("rego").glob("*/*.rego"),
        *Path("rego/data").glob("*.json"),
        *Path("shapes").glob("*/*.ttl"),
    ]
    assert len(files) > 10
    assert lines(*map(str, files), "kfm_gates/profiles/promotion-v1.toml") == ()


def test_a_pack_is_in_order(pack: Path) -> None:
    assert lines("rego/rights/license.rego", "rego/rights/license_test.rego", "shapes/catalog/prov.ttl") == ()


def test_a_rule_that_could_never_deny(pack: Path) -> None:
    found = edited("rego/rights/license.rego", "deny contains", "denies contains")
    assert any("looks like `allow` or `deny`" in line.text and line.line > 1 for line in found)


def test_a_rule_that_does_not_parse_has_its_line(pack: Path) -> None:
    text = Path("rego/rights/license.rego").read_text()
    Path("rego/rights/license.rego").write_text(text + "\n}\n")
    (line,) = lines("rego/rights/license.rego")
    assert line.line >= len(text.splitlines())


def test_a_test_of_a_rule_that_does_not_parse(pack: Path) -> None:
    (line,) = edited("rego/rights/license_test.rego", "package", "pakkage")
    assert line.file == "rego/rights/license_test.rego"


def test_a_rule_under_another_package(pack: Path) -> None:
    found = edited("rego/rights/license.rego", "package kfm.rights.license", "package kfm.rights.licence")
    assert any("its place demands `kfm.rights.license`" in line.text for line in found)


def test_a_rule_whose_metadata_is_not_complete(pack: Path) -> None:
    (line,) = edited("rego/rights/license.rego", "#   evidence:", "#   evidenze:")
    assert "evidence" in line.text
    assert line.line > 0


def test_a_rule_over_a_table_that_is_not_there(pack: Path) -> None:
    Path("rego/rights/license.rego").write_text(
        Path("rego/rights/license.rego").read_text()
        + '\ndeny contains {"msg": "x"} if data.kfm_data.nowhere\n'
    )
    assert any(
        "`data.kfm_data.nowhere` is not in the data" in line.text
        for line in lines("rego/rights/license.rego")
    )
    (pack / "rego/data").mkdir()
    (pack / "rego/data/nowhere.json").write_text("true")
    assert lines("rego/rights/license.rego") == ()


def test_a_shape_with_a_misspelt_term(pack: Path) -> None:
    found = edited("shapes/catalog/prov.ttl", "sh:minCount", "sh:minCuont")
    assert any("`sh:minCuont` is not a term of SHACL Core" in line.text and line.line > 1 for line in found)


def test_a_shape_that_is_no_turtle(pack: Path) -> None:
    (line,) = edited("shapes/catalog/prov.ttl", "@prefix sh:", "@prefix sh")
    assert "not readable Turtle" in line.text


def test_a_table_with_a_key_that_stands_there_twice(pack: Path) -> None:
    (pack / "rego/data").mkdir()
    (pack / "rego/data/terms.json").write_text('{"a": 1,\n "a": 2}')
    (line,) = lines("rego/data/terms.json")
    assert line.line == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[profile]\nname = 'x'\nextends = 'promotion-v1'\n[gates.catalog]\nchecks = ['catalog.stak']\n", "catalog.stac"),
        ("[profile]\nname = 'x'\nextends = 'promotion-v0'\n", "unknown profile"),
        ("[profil]\n", "unknown key 'profil'"),
        ("[profile\n", "is not TOML"),
    ],
)  # fmt: skip
def test_a_profile_that_no_run_could_use(text: str, said: str, pack: Path) -> None:
    (pack / "profiles/acme.toml").write_text(text)
    (line,) = lines("profiles/acme.toml")
    assert said in line.text
    assert not line.text.startswith("profiles/acme.toml")


def test_what_is_no_utf8_or_not_there(pack: Path) -> None:
    Path("rego/rights/license.rego").write_bytes(b"package \xff")
    (line,) = lines("rego/rights/license.rego")
    assert "is not UTF-8" in line.text
    (line,) = lines("rego/rights/nowhere.rego")
    assert "can't be read" in line.text


def test_a_file_that_is_no_policy_is_no_pass(pack: Path) -> None:
    (line,) = lines("rego/rights/README.md")
    assert "nothing judged it" in line.text
