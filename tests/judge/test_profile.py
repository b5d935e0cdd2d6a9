from pathlib import Path

import pytest

from kfm_gates.errors import UsageError
from kfm_gates.judge.profile import built_in_profiles, load_profile

HEAD = 'profile = { name = "own-v1", extends = "promotion-v1" }\n'


def load(folder: Path, text: str) -> object:
    (folder / "own.toml").write_text(text)
    return load_profile("own.toml", folder)


@pytest.mark.parametrize("name", built_in_profiles())
def test_built_in_profiles_load(name: str, tmp_path: Path) -> None:
    assert load_profile(name, tmp_path).check_ids()


def test_extends_adds_gates_and_checks(tmp_path: Path) -> None:
    base = load_profile("promotion-v1", tmp_path)
    own = load(
        tmp_path,
        HEAD
        + 'gates.hydrology = { label = "H", needs = ["catalog"], checks = ["acme.gauge", { any = ["acme.a", "acme.b"] }] }\n'
        + 'gates.rights = { checks = ["acme.tribal"] }\n',
    )
    assert own.check_ids()[:6] == base.check_ids()[:6]
    assert set(own.check_ids()) == set(base.check_ids()) | {"acme.gauge", "acme.a", "acme.b", "acme.tribal"}
    assert own.operation == "promote"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('profile = { name = "x", extends = "promotion-v2" }', "did you mean 'promotion-v1'"),
        (
            'profile = { name = "x", operation = "promot" }\ngates.a = { checks = ["a.b"] }',
            "did you mean 'promote'",
        ),
        (HEAD + "[gate.x]\nchecks = []", "unknown key 'gate' (did you mean 'gates'"),
        (HEAD + "gates.x = { checks = [] }", "without checks would open without proof"),
        (HEAD + 'gates.x = { checks = ["rights.license"] }', "listed twice"),
        (
            HEAD + 'gates.x = { needs = ["catalogue"], checks = ["a.b"] }',
            "unknown gate 'catalogue' (did you mean 'catalog'",
        ),
        (HEAD + 'gates.x = { checks = [{ any = ["a.b"] }] }', "at least two"),
        (HEAD + "gates.x = { checks = [3] }", "a check is a text"),
        (HEAD + '[settings."rights.licence"]\nallowed = ["x"]', "did you mean 'rights.license'"),
        (HEAD + '[[override]]\nchecks."rights.license".allowed = ["x"]', "`subjects` is missing"),
        (HEAD + '[[not_planned]]\nchecks = ["rights.license"]\nunless = "x"', "can't be changed"),
        ('profile = { name = "x", extends = "promotion-v1", operation = "build" }', "can't be changed"),
        ('profile = { name = "x", extends = "rerun-v1", subjects_with = "plan" }', "can't be changed"),
        (
            'profile = { name = "x", operation = "rerun", subjects_with = "manifests" }',
            "no document of a version (did you mean 'manifest'",
        ),
        (
            'profile = { name = "x", operation = "rerun", subjects_with = "ledger" }',
            "no document of a version",
        ),
        ("profile = {", "is not TOML"),
        (HEAD + 'gates.rights = { label = "Z", checks = ["a.b"] }', "only `checks` and `needs`"),
        ('profile = { name = "x", operation = "promote" }', "no checks"),
    ],
)
def test_mistakes_are_refused_with_a_sentence(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        load(tmp_path, text)
    assert says in str(error.value)


def test_unreadable_profile(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read"):
        load_profile("nowhere.toml", tmp_path)
