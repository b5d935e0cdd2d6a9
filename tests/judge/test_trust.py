"""The keys and audiences of a configuration: pinned, outside the evidence, and never two under one name."""

from __future__ import annotations

from pathlib import Path

import pytest

from kfm_gates.errors import UsageError
from kfm_gates.judge.configuration import Configuration, load_configuration
from tests.support.permits import new_key, public, trusting, write_key


def _load(folder: Path, text: str, root: Path | None = None) -> Configuration:
    (folder / "kfm-gates.toml").write_text(text)
    return load_configuration(None, folder, root)


def test_nothing_is_trusted_by_itself(tmp_path: Path) -> None:
    plain = _load(tmp_path, "")
    assert plain.trust.permit_keys == () and not plain.trust.require_signature
    assert plain.store is None and plain.audience == ()


def test_store_and_audience(tmp_path: Path) -> None:
    found = _load(tmp_path, 'store = "permits"\naudience = "cutover"\n')
    assert found.store == tmp_path / "permits" and found.audience == ("cutover",)
    assert _load(tmp_path, 'audience = ["cutover", "build:1"]').audience == ("cutover", "build:1")


def test_who_is_trusted_decides_nothing_about_evidence(tmp_path: Path) -> None:
    plain = _load(tmp_path, "").digest()
    trusting(tmp_path / "kfm-gates.toml", public(write_key(new_key(), tmp_path / "key")))
    assert load_configuration(None, tmp_path, None).digest() == plain
    assert _load(tmp_path, 'store = "permits"\naudience = "cutover"\n').digest() == plain


@pytest.mark.parametrize("value", ["7", '[""]', '["a b"]', '"none"', f'"{"0" * 32}"', "[1]", "{ a = 1 }"])
def test_what_is_no_audience_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(UsageError, match="audience"):
        _load(tmp_path, f"audience = {value}\n")


def test_a_key_is_pinned(tmp_path: Path) -> None:
    file = public(write_key(new_key(), tmp_path / "key"))
    configuration = trusting(tmp_path / "kfm-gates.toml", file)
    (key,) = load_configuration(None, tmp_path, None).trust.permit_keys
    assert (key.name, key.pem) == ("key", file.read_bytes())
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(UsageError, match="not the pinned"):
        load_configuration(configuration, tmp_path, None)
    file.unlink()
    with pytest.raises(UsageError, match="can't be read"):
        load_configuration(configuration, tmp_path, None)


def test_a_key_inside_the_evidence_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "evidence"
    root.mkdir()
    trusting(tmp_path / "kfm-gates.toml", public(write_key(new_key(), root / "key")))
    load_configuration(None, tmp_path, None)
    with pytest.raises(UsageError, match="inside the evidence root"):
        load_configuration(None, tmp_path, root)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("require_signature = true", "needs a key"),
        ("require_signature = 1", "true or false"),
        ("require_signatures = true", "did you mean"),
        ("permit_keys = {}", "a list"),
        ("permit_keys = [1]", "write"),
        ('permit_keys = [{ name = "a", file = "b" }]', "'sha256' is missing"),
        ('permit_keys = [{ name = "a", file = "b", sha256 = "c", alg = "none" }]', "unknown key 'alg'"),
    ],
)
def test_a_table_that_means_nothing_is_refused(tmp_path: Path, table: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        _load(tmp_path, f"[trust]\n{table}\n")


def test_one_key_has_one_name(tmp_path: Path) -> None:
    file = public(write_key(new_key(), tmp_path / "key"))
    other = tmp_path / "other.pub"
    other.write_bytes(file.read_bytes())
    for keys in ((file, file), (file, other)):
        with pytest.raises(UsageError, match="two keys have the same"):
            load_configuration(trusting(tmp_path / "kfm-gates.toml", *keys), tmp_path, None)
