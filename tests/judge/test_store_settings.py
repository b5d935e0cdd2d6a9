"""`[stores]` in kfm-gates.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from kfm_gates.errors import EngineError, UsageError
from kfm_gates.evidence.layout import Layout
from kfm_gates.judge.configuration import Configuration, load_configuration
from kfm_gates.judge.store_settings import StoreSettings
from kfm_gates.stores.postgis import PostgisStore
from kfm_gates.stores.tiles import PointerFiles, PointerRegistry

LAYOUT = Layout.kfm_v1()


def read(folder: Path, text: str) -> Configuration:
    (folder / "kfm-gates.toml").write_text(text)
    return load_configuration(None, folder, None)


def test_nothing_said_means_the_pointers_of_the_evidence(tmp_path: Path) -> None:
    settings = read(tmp_path, "").stores
    assert settings.open("tiles", tmp_path, LAYOUT) == PointerFiles(tmp_path, LAYOUT, tmp_path)
    with pytest.raises(UsageError, match=r"add \[stores.postgis\] dsn"):
        settings.open("postgis", tmp_path, LAYOUT)


@pytest.mark.parametrize("target", ["search", "graph"])
def test_what_has_no_probe_can_not_be_observed(tmp_path: Path, target: str) -> None:
    with pytest.raises(EngineError, match=f"{target} can't be observed"):
        StoreSettings().open(target, tmp_path, LAYOUT)


def test_what_is_said(tmp_path: Path) -> None:
    made = read(
        tmp_path,
        '[stores.tiles]\nregistry = "t/r.json"\nbundles = "t"\n'
        '[stores.postgis]\ndsn = "postgresql://u:s3cr3t@h/d"\ntimeout_seconds = 5\n',
    )
    tiles = made.stores.open("tiles", tmp_path / "root", LAYOUT)
    assert tiles == PointerRegistry(tmp_path / "t" / "r.json", tmp_path / "t")
    probe = made.stores.open("postgis", tmp_path, LAYOUT)
    assert isinstance(probe, PostgisStore) and probe.timeout_seconds == 5
    assert "s3cr3t" not in repr(made) + repr(probe)


def test_no_verdict_rests_on_it(tmp_path: Path) -> None:
    plain = read(tmp_path, "").digest()
    assert read(tmp_path, '[stores.tiles]\nbundles = "t"\n').digest() == plain


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stores = 1\n", "'stores' must be a table"),
        ("[stores.elastic]\n", "unknown key 'elastic'"),
        ("[stores.tiles]\nregistri = 'x'\n", "did you mean 'registry'"),
        ("[stores.tiles]\nregistry = 1\n", "must be a text"),
        ("[stores.postgis]\ndsn = 7\n", "dsn must be a text"),
        ("[stores.postgis]\ndsn = ''\n", "dsn must be a text"),
        ("[stores.postgis]\ndsn = 'postgresql://u@h/d'\ntimeout_seconds = 0\n", "from 1 to"),
        ("[stores.postgis]\ndsn = 'postgresql://u@h/d'\ntimeout_seconds = true\n", "must be a whole number"),
        ("[stores.postgis]\npassword = 's3cr3t'\n", "unknown key 'password'"),
    ],
)
def test_what_it_can_not_say(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as told:
        read(tmp_path, text)
    assert "s3cr3t" not in str(told.value)
