import hashlib
from pathlib import Path

import pytest

from kfm_gates.errors import UsageError
from kfm_gates.judge.configuration import Configuration, load_configuration
from kfm_gates.judge.waiver_files import LARGEST


def write(folder: Path, text: str, name: str = "kfm-gates.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def test_nothing_configured_means_the_built_in_values(tmp_path: Path) -> None:
    configuration = load_configuration(None, tmp_path, None)
    assert (configuration.profile, configuration.root) == ("promotion-v1", None)
    assert configuration.layout.templates["ledger"] == "audit/ledger.jsonl"


def test_the_nearest_file_above_is_taken(tmp_path: Path) -> None:
    write(tmp_path, 'root = "evidence"\n[paths]\nledger = "log/ledger.jsonl"')
    (tmp_path / "a" / "b").mkdir(parents=True)
    configuration = load_configuration(None, tmp_path / "a" / "b", None)
    assert configuration.root == tmp_path.resolve() / "evidence"
    assert configuration.layout.templates["ledger"] == "log/ledger.jsonl"


def test_pyproject_table(tmp_path: Path) -> None:
    write(tmp_path, "[project]\nname = 'x'", "pyproject.toml")
    assert load_configuration(None, tmp_path, None).root is None
    write(tmp_path, "[tool.kfm-gates]\nroot = 'data'", "pyproject.toml")
    assert load_configuration(None, tmp_path, None).root == tmp_path.resolve() / "data"


def test_configuration_inside_the_evidence_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "evidence", 'profile = "promotion-v1"')
    with pytest.raises(UsageError, match="never read from inside the evidence root"):
        load_configuration(None, tmp_path / "evidence", tmp_path / "evidence")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rot = 'x'", "unknown key 'rot' (did you mean 'root'"),
        ("root = 3", "must be a text"),
        ("root = ", "is not TOML"),
        ("[paths]\nledgr = 'x'", "did you mean 'ledger'"),
        ("[paths]\nledger = '../x'", "ledger"),
        ("[paths]\nledger = 3", "must be a text"),
        ("[schemas]\n'https://x/s.json' = { file = 's.json', sha256 = 'ab' }", "not the pinned ab"),
        ("[schemas]\n'https://x/s.json' = { file = 'gone.json', sha256 = 'ab' }", "can't be read"),
        ("[schemas]\n'https://x/s.json' = 'x'", "write { file"),
    ],
)
def test_mistakes_are_refused_with_a_sentence(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("{}")
    write(tmp_path, text)
    with pytest.raises(UsageError) as error:
        _ = load_configuration(None, tmp_path, None).layout
    assert says in str(error.value)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read"):
        load_configuration(tmp_path / "gone.toml", tmp_path, None)


def test_the_digest_is_of_what_it_means_not_of_where_it_lies(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"{}").hexdigest()
    found = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "s.json").write_text("{}")
        write(
            tmp_path / name,
            f"# {name}\n[schemas]\n'https://x/s.json' = {{ file = 's.json', sha256 = '{digest}' }}",
        )
        found.add(load_configuration(None, tmp_path / name, None).digest())
    assert len(found) == 1
    assert load_configuration(None, tmp_path, None).digest() not in found


class TestWaivers:
    def configured(self, folder: Path, text: str = 'waivers = ["waivers/*.json"]') -> Configuration:
        (folder / "kfm-gates.toml").write_text(text)
        return load_configuration(None, folder, None)

    def test_they_are_part_of_what_the_digest_covers(self, tmp_path: Path) -> None:
        without = self.configured(tmp_path, "").digest()
        (tmp_path / "waivers").mkdir()
        (tmp_path / "waivers" / "a.json").write_text("{}")
        one = self.configured(tmp_path)
        (tmp_path / "waivers" / "a.json").write_text("{ }")
        other = self.configured(tmp_path)
        assert len({without, one.digest(), other.digest()}) == 3
        assert one.waiver_paths() == {"waivers/a.json": str(tmp_path / "waivers" / "a.json")}

    def test_it_is_seen_when_one_changes_goes_or_comes(self, tmp_path: Path) -> None:
        (tmp_path / "waivers").mkdir()
        file = tmp_path / "waivers" / "a.json"
        file.write_text("{}")
        made = self.configured(tmp_path)
        assert made.waivers_rest()
        (tmp_path / "waivers" / "b.json").write_text("{}")
        assert not made.waivers_rest()
        (tmp_path / "waivers" / "b.json").unlink()
        file.write_text("[]")
        assert not made.waivers_rest()
        file.unlink()
        assert not made.waivers_rest()

    def test_the_same_file_twice_is_one_and_an_empty_list_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text("{}")
        assert len(self.configured(tmp_path, 'waivers = ["*.json", "a.json"]').waivers) == 1
        assert self.configured(tmp_path, "waivers = []").waivers == ()

    def test_what_is_too_large_is_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_bytes(b" " * (LARGEST + 1))
        (file,) = self.configured(tmp_path, 'waivers = ["a.json"]').waivers
        assert file.data == b"" and "a waiver has at most" in file.problem
