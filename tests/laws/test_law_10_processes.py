"""Law 10, through real processes: where waivers are read from, what a permit says of them, and what voids it."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.git import Git
from tests.support.running import Ran, check, program
from tests.support.waiving import CHECK, broken, file, on_disk, waiver

pytestmark = pytest.mark.slow  # real processes, each with a judge of its own

ONLY = ("--check", CHECK, "--check", "release.waivers")


def moment(**later: int) -> str:
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(**later)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def now(**more: Any) -> dict[str, Any]:
    """A waiver that is in order at this moment."""
    return waiver(issued=moment(days=-1), expires=moment(days=30), **more)


def said(ran: Ran) -> list[str]:
    return [each["message"] for each in ran.findings() if each["check"] == "release.waivers"]


@pytest.mark.slow
class TestPermit:
    def test_it_lists_the_waiver_and_holds_as_long_as_nothing_changes(self, tmp_path: Path) -> None:
        made = now()
        root = on_disk(tmp_path, made)
        ran = check(root, cwd=tmp_path, at=None)
        assert ran.code == 0 and ran.predicate["status"] == "WAIVED", ran.said
        permit = json.loads(ran.permit.read_bytes())
        assert permit["waivers"] == [{"id": "gap-2017", "digest": file(made).digest}]
        verified = program("permit", "verify", ran.permit, root, cwd=tmp_path)
        assert verified.code == 0 and "under waivers: gap-2017" in verified.out, verified.said

        lied = tmp_path / "lied.json"
        lied.write_text(json.dumps(permit | {"waivers": []}))
        assert "list of waivers" in program("permit", "verify", lied, root, cwd=tmp_path).err
        (tmp_path / "waivers" / "0.json").write_bytes(file(made | {"reason": "Another one."}).data)
        edited = program("permit", "verify", ran.permit, root, cwd=tmp_path)
        assert edited.code != 0 and "configuration" in edited.err, edited.said
        (tmp_path / "kfm-gates.toml").write_text("")
        gone = program("permit", "verify", ran.permit, root, cwd=tmp_path)
        assert gone.code != 0 and "do not open" in gone.err, gone.said

    def test_it_ends_with_the_first_waiver(self, tmp_path: Path) -> None:
        made = now() | {"expires": moment(seconds=300)}
        root = on_disk(tmp_path, made)
        ran = check(root, cwd=tmp_path, at=None)
        permit = json.loads(ran.permit.read_bytes())
        assert permit["expires_at"] == made["expires"]
        longer = tmp_path / "longer.json"
        longer.write_text(json.dumps(permit | {"expires_at": moment(seconds=800)}))
        refused = program("permit", "verify", longer, root, cwd=tmp_path)
        assert refused.code != 0 and "outlives a waiver" in refused.err, refused.said

    def test_the_list_of_promoted_versions_says_so(self, tmp_path: Path) -> None:
        root = on_disk(tmp_path, now())
        ran = program("promoted", root, cwd=tmp_path)
        assert ran.code == 0 and f"{CHECK}: waived by gap-2017 until" in ran.out, ran.said

    def test_pytest_calls_it_waived(self, tmp_path: Path) -> None:
        import subprocess
        import sys

        on_disk(tmp_path, now())
        for more in ((), ("-n", "2")):
            command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", "--kfm-gates", *more]
            done = subprocess.run(
                [*command, "--kfm-target=evidence"], cwd=tmp_path, capture_output=True, text=True, timeout=120
            )
            assert done.returncode == 0, done.stdout + done.stderr
            assert "WAIVED" in done.stdout and "1 waived" in done.stdout
            assert "1 under a waiver" in done.stdout

    def test_several_processes_decide_the_same(self, tmp_path: Path) -> None:
        root = on_disk(tmp_path, waiver())
        one, two = (
            check(root, "--jobs", str(jobs), cwd=tmp_path, record=tmp_path / str(jobs)) for jobs in (1, 2)
        )
        assert one.code == two.code == 0 and one.decision == two.decision


class TestWhereTheyAre:
    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        root = on_disk(tmp_path)
        elsewhere = tmp_path / "elsewhere.json"
        elsewhere.write_bytes(file(waiver()).data)
        (tmp_path / "waivers" / "0.json").symlink_to(elsewhere)
        ran = check(root, *ONLY, cwd=tmp_path)
        assert ran.code == 1 and CHECK in ran.denied(), ran.said
        assert set(said(ran)) == {"the waiver waivers/0.json is a symbolic link, and links are not followed"}
        assert "at waivers/0.json" in ran.out

    def test_nor_is_a_folder_that_is_one(self, tmp_path: Path) -> None:
        root = on_disk(tmp_path, waiver())
        os.rename(tmp_path / "waivers", tmp_path / "hidden")
        (tmp_path / "waivers").symlink_to(tmp_path / "hidden")
        ran = check(root, *ONLY, cwd=tmp_path)
        assert ran.code == 1 and CHECK in ran.denied() and "behind a symbolic link" in said(ran)[0], ran.said

    def test_a_folder_is_no_waiver(self, tmp_path: Path) -> None:
        root = on_disk(tmp_path, waiver())
        (tmp_path / "waivers" / "1.json").mkdir()
        ran = check(root, *ONLY, cwd=tmp_path)
        assert ran.code == 1 and ran.denied() == {"release.waivers"}, ran.said

    @pytest.mark.parametrize(
        ("patterns", "why"),
        [
            ('["evidence/data/*.json"]', "lies inside the evidence root"),
            ('["waivers/*.yaml"]', "nothing fits"),
            ('["waivers/0.json", "waivers/9.json"]', "nothing fits 'waivers/9.json'"),
            ('["../waivers/*.json"]', "below the configuration's folder"),
            ('["/etc/*.json"]', "below the configuration's folder"),
            ('["."]', "below the configuration's folder"),
            ('"waivers/*.json"', "must be a list"),
            ("[7]", "must be a list of texts"),
            ('[""]', "must be a list of texts"),
            ('["waivers/**x"]', "waivers"),
        ],
    )
    def test_what_is_configured_wrongly_is_a_usage_error(
        self, tmp_path: Path, patterns: str, why: str
    ) -> None:
        root = on_disk(tmp_path, waiver())
        (root / "data" / "w.json").write_bytes(file(waiver()).data)
        (tmp_path / "kfm-gates.toml").write_text(f"waivers = {patterns}\n")
        ran = check(root, cwd=tmp_path)
        assert ran.code == 2 and why in ran.err and "Traceback" not in ran.err, ran.said
        assert len(ran.err.splitlines()) == 1

    def test_a_link_into_the_evidence_is_refused(self, tmp_path: Path) -> None:
        root = on_disk(tmp_path)
        (root / "w.json").write_bytes(file(waiver()).data)
        (tmp_path / "waivers" / "0.json").symlink_to(root / "w.json")
        ran = check(root, cwd=tmp_path)
        assert ran.code == 2 and "lies inside the evidence root" in ran.err, ran.said

    def test_a_waiver_in_the_evidence_that_nobody_configured_opens_nothing(self, tmp_path: Path) -> None:
        root = on_disk(tmp_path, waiver())
        (tmp_path / "kfm-gates.toml").unlink()
        assert check(root, *ONLY, cwd=tmp_path).denied() == {CHECK}


def test_what_changed_since_a_revision_leaves_the_waivers_of_others_alone(tmp_path: Path) -> None:
    other = waiver(
        subject={"id": "kansas-counties/1999.00000000", "digest": "sha256:" + "0" * 64}, id="other"
    )
    root = on_disk(tmp_path, waiver(), other)
    git = Git.new(tmp_path)
    git("add", ".")
    git("commit", "--quiet", "-m", "first")
    path = next((root / "data" / "receipts" / broken().subject.id).glob("*.json"))
    path.write_bytes(path.read_bytes() + b"\n")
    ran = check(root, "--changed-since", "HEAD", *ONLY, cwd=tmp_path)
    assert ran.code == 1, ran.said
    assert all("gap-2017" in each for each in said(ran)), said(ran)  # other bytes, and nothing about `other`


class TestDraft:
    def drafted(self, tmp_path: Path, *more: str) -> Ran:
        root = on_disk(tmp_path, waiver())
        (tmp_path / "kfm-gates.toml").unlink()
        check(root, *ONLY, cwd=tmp_path)
        return program("waiver", "draft", ".kfm-gates/record", *more, cwd=tmp_path)

    def test_it_names_what_was_found_and_leaves_the_rest_to_a_person(self, tmp_path: Path) -> None:
        ran = self.drafted(tmp_path, "--check", CHECK)
        made, whole = json.loads(ran.out), waiver()
        assert {n: made[n] for n in ("check", "subject", "findings", "kind")} == {
            n: whole[n] for n in ("check", "subject", "findings", "kind")
        }
        left = ("reason", "owner", "approver", "compensating_control", "issued", "expires")
        assert {made[name] for name in left} == {""} and set(made) == set(whole)

    @pytest.mark.parametrize(
        ("more", "why"),
        [
            (("--check", "quality.completenes"), "did you mean 'quality.completeness'?"),
            (("--check", "release.waivers"), "only a denial can be waived"),
            (("--check", CHECK, "--subject", "a/b"), "the decision is not about 'a/b'"),
            (("--check", CHECK, "--finding", "0" * 16), f"{CHECK} has no finding {'0' * 16}"),
            ((), "--check"),
        ],
    )
    def test_what_it_can_not_draft_is_a_sentence(
        self, tmp_path: Path, more: tuple[str, ...], why: str
    ) -> None:
        ran = self.drafted(tmp_path, *more)
        assert ran.code == 2 and why in ran.err and ran.out == "" and len(ran.err.splitlines()) == 1, ran.said
