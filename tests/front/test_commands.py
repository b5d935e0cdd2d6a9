from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kfm_gates.checks.pack import HOUSE, known_ids
from kfm_gates.checks.registry import find_checks
from kfm_gates.front import sources
from tests.support.permits import new_key, public, trusting, write_key
from tests.support.running import KANSAS, MAIN, Ran

Cli = Callable[..., Ran]


def test_list_shows_gates_checks_and_settings(cli: Cli) -> None:
    ran = cli("list", "--profile", "acme.toml")
    assert ran.code == 0, ran.said
    assert "acme, for the operation promote" in ran.out
    assert "A  naming: Naming" in ran.out
    assert "acme.label" in ran.out and 'refused = ["internal"]  (stricter: more)' in ran.out
    assert "built-in profiles: " in ran.out and "promotion-v1" in ran.out


def test_list_as_json(cli: Cli) -> None:
    listing = json.loads(cli("list", "--profile", "acme.toml", "--format", "json").out)
    assert [gate["label"] for gate in listing["gates"]] == ["A", "B"]
    waits = listing["gates"][1]["checks"][0]
    assert (waits["id"], waits["kind"], waits["needs"]) == ("acme.waits", "python", ["acme.label"])
    assert waits["settings"] == {"refused": {"value": ["embargoed"], "stricter": "more"}}


def test_explain_a_check_of_a_pack(cli: Cli, tmp_path: Path) -> None:
    ran = cli("explain", "acme.waits", "--profile", "acme.toml")
    assert ran.code == 0, ran.said
    assert "Deny a manifest whose /policy/policy_label is refused.\n\nA second paragraph.\n" in ran.out
    assert "reads      manifest: Manifest\nneeds      acme.label\nserves     R-001\n" in ran.out
    assert "setting    refused = ['embargoed'] (may only be made stricter: more)" in ran.out
    assert f"judged by  {tmp_path / 'pack' / 'checks' / 'acme' / 'waits.py'}" in ran.out
    assert "denies     for example: /policy/policy_label is embargoed" in ran.out


def test_what_is_read_from_the_source_is_what_the_check_is() -> None:
    """`explain` and `list` don't import checks; what they say must be what importing would say."""
    for id, check in find_checks(known_ids(Path(HOUSE))).items():
        source = sources.find(id, (sources.HOUSE,))
        assert source.kind == check.about.kind
        if source.kind != "python":
            assert check.about.title in sources.metadata_text(source)
            continue
        read = sources.read_python(source)
        assert read.title == check.about.title, id
        assert read.description == check.about.description, id
        assert read.needs == check.about.needs and read.serves == check.about.serves, id
        known = {
            name: (setting.default, setting.stricter.value if setting.stricter else None)
            for name, setting in check.about.settings.items()
        }
        assert {each.name: (each.default, each.stricter) for each in read.settings} == known, id


def test_known_checks_are_those_of_the_registry() -> None:
    assert sources.known_ids(sources.HOUSE) == list(known_ids(HOUSE))


def test_explain_every_check(cli: Cli) -> None:
    for kind in ("python", "rego", "shacl"):
        found = [
            id for id in sources.known_ids(sources.HOUSE) if sources.find(id, (sources.HOUSE,)).kind == kind
        ]
        ran = cli("explain", found[0])
        assert ran.code == 0, ran.said
        assert ran.out.startswith(f"{found[0]}  ({kind})\n") and "judged by  kfm_gates/" in ran.out


def test_digest(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a\nb").write_bytes(b"x")
    digest = hashlib.sha256(b"x").hexdigest()
    assert cli("digest", "a\nb").out == f"sha256:{digest}  a\\nb\n"
    ran = cli("digest", "nowhere", "a\nb")
    assert (ran.code, ran.out) == (2, f"sha256:{digest}  a\\nb\n")


def test_digest_of_standard_input() -> None:
    done = subprocess.run([sys.executable, "-c", MAIN, "digest", "-"], input=b"x", capture_output=True)
    assert done.stdout == b"sha256:" + hashlib.sha256(b"x").hexdigest().encode() + b"  -\n"


def test_spec_hash_of_a_real_spec(cli: Cli, tmp_path: Path) -> None:
    spec = sorted((KANSAS / "data" / "registry" / "kansas-counties" / "specs").iterdir())[0]
    ran = cli("spec-hash", spec)
    assert ran.code == 0, ran.said
    assert ran.out.startswith(f"sha256:{spec.stem}")
    changed = tmp_path / "spec.yaml"
    changed.write_text(spec.read_text().replace("title:", "title: x", 1))
    ran = cli("spec-hash", changed)
    assert ran.code == 1
    assert "names another: sha256:" in ran.err
    assert not ran.out.startswith(f"sha256:{spec.stem}")


def test_spec_hash_by_another_method(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"b": 1, "a": 2}')
    assert cli("spec-hash", "s.json", "--method", "raw-bytes").out == (
        f"sha256:{hashlib.sha256((tmp_path / 's.json').read_bytes()).hexdigest()}\n"
    )
    ran = cli("spec-hash", "s.json", "--method", "jsc-whole")
    assert ran.code == 1 and "did you mean jcs-whole" in ran.err


def test_seal_repairs_digests_and_nothing_else(cli: Cli, tmp_path: Path) -> None:
    root = Path(shutil.copytree(KANSAS, tmp_path / "evidence"))
    assert cli("seal", root).out == "nothing to do: every digest agrees\n"
    report = sorted(root.glob("data/processed/*/*/qa/report.json"))[0]
    report.write_text(report.read_text() + "\n")
    ran = cli("seal", root)
    assert ran.code == 0, ran.said
    assert "release/manifests/" in ran.out and "files changed" in ran.out


def test_a_permit_is_verified_by_judging_again(cli: Cli, tmp_path: Path) -> None:
    root = Path(shutil.copytree(KANSAS, tmp_path / "evidence"))
    permit = cli("check", root, "--profile", "acme.toml").permit
    verify = ("permit", "verify", permit, root, "--profile", "acme.toml")
    ran = cli(*verify, "--operation", "promote")
    assert ran.code == 0, ran.said
    assert ran.out.startswith("the permit holds: promote of kansas-counties/")
    assert cli(*verify, "--operation", "build").code == 1
    assert cli(*verify, "--expect-pack", "sha256:" + "0" * 64).code == 1
    with (root / "audit" / "checkpoint").open("ab") as file:
        file.write(b" ")
    (root / "release" / "manifests" / "kansas-counties" / "stray.json").write_text("{}")
    ran = cli(*verify)
    assert ran.code == 1, ran.said


def test_a_signed_permit_is_verified_by_its_signature(cli: Cli, tmp_path: Path) -> None:
    key = write_key(new_key(), tmp_path / "key")
    trusting(tmp_path / "kfm-gates.toml", public(key))
    root = Path(shutil.copytree(KANSAS, tmp_path / "evidence"))
    ran = cli("check", root, "--profile", "acme.toml", "--sign-key", "key", "--expires", "1h")
    assert ran.code == 0, ran.said
    verify = ("permit", "verify", ran.permit, root, "--profile", "acme.toml")
    said = cli(*verify, "--store", ".kfm-gates/store")
    assert said.code == 0 and said.out.endswith("(signed by 'key')\n"), said.said
    shown = cli("permit", "show", ran.permit)
    assert "signature     by the key sha256:" in shown.out and shown.out.endswith("says whether it holds\n")
    other = cli(*verify, "--store", "elsewhere")
    assert other.code == 1 and "for the store" in other.err
    (root / "data" / "raw" / "more.txt").touch()
    stale = cli(*verify)
    assert stale.code == 1 and stale.err.count("\n") == 1 and "came or went" in stale.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sign-key", "gone"), "gone: the signing key can't be read"),
        (("--sign-key", "acme.toml"), "others than its owner"),
        (("--expires", "61m"), "from 1s to 1h"),
        (("--expires", "0"), "from 1s to 1h"),
        (("--expires", "soon"), "from 1s to 1h"),
        (("--audience", "none"), "--audience"),
        (("--store", "acme.toml"), "no folder"),
    ],
)
def test_what_no_permit_can_be_issued_with(cli: Cli, words: tuple[str, ...], said: str) -> None:
    ran = cli("check", KANSAS, "--profile", "acme.toml", *words)
    assert ran.code == 2 and said in ran.err and ran.err.count("\n") == 1, ran.said
    assert not ran.permit.exists()


def test_show_a_permit(cli: Cli, tmp_path: Path) -> None:
    permit = cli("check", KANSAS, "--profile", "acme.toml").permit
    ran = cli("permit", "show", permit)
    assert ran.code == 0, ran.said
    assert "operation     promote\n" in ran.out and ran.out.endswith("says whether it holds\n")
    assert "signature     none\n" in ran.out
    (tmp_path / "bad.json").write_text('{"operation": "promote"}')
    ran = cli("permit", "show", "bad.json")
    assert ran.code == 1 and ran.err.count("\n") == 1
