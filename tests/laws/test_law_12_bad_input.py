"""Law 12. Bad input gets a sentence: file, line, what is wrong, what to do; nothing half written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.running import Ran, check, kansas_copy, program
from tests.support.selection import some
from tests.support.trees import edit, file_of, shown


def _one_sentence(ran: Ran) -> str:
    """What a usage error says: one line, no traceback."""
    lines = [line for line in ran.err.splitlines() if line.strip()]
    assert len(lines) == 1, ran.said
    assert lines[0].startswith("kfm-gates: ")
    assert "Traceback" not in ran.said
    return lines[0]


def _nothing_half_written(ran: Ran) -> None:
    left = [path.name for path in ran.record.iterdir()] if ran.record.is_dir() else []
    assert set(left) <= {"decision.json", "links.json", "run.json"}, left


# What is asked wrongly: exit 2 and one sentence that names it.

ASKED = {
    "no root": (["check", "gone"], "gone"),
    "no arguments": (["check"], "no evidence was named"),
    "a file that is no manifest": (["check", "kfm-gates.txt"], "kfm-gates.txt"),
    "an unknown profile": (["check", "evidence", "--profile", "promotion-v2"], "did you mean 'promotion-v1'"),
    "an unknown check": (["check", "evidence", "--check", "rights.licence"], "did you mean 'rights.license'"),
    "an unknown gate": (["check", "evidence", "--gate", "catalogue"], "did you mean 'catalog'"),
    "an unknown subject": (
        ["check", "evidence", "--subject", "kansas-counties/2018"],
        "kansas-counties/2018",
    ),
    "an unknown option": (["check", "evidence", "--evaluatedat", "x"], "--evaluatedat"),
    "an unknown command": (["chekc", "evidence"], "chekc"),
    "an unknown format": (["check", "evidence", "--format", "jsn"], "jsn"),
    "a time that is none": (["check", "evidence", "--evaluated-at", "yesterday"], "yesterday"),
    "no number of jobs": (["check", "evidence", "--jobs", "0"], "0"),
    "another operation": (["check", "evidence", "--operation", "cutover"], "cutover"),
    "a record inside the evidence": (
        ["check", "evidence", "--record", "evidence/record"],
        "inside the evidence root",
    ),
    "a profile that is not there": (["check", "evidence", "--profile", "own.toml"], "own.toml"),
    "a check to explain that is not there": (["explain", "rights.licence"], "rights.license"),
}


@pytest.mark.parametrize(("arguments", "says"), ASKED.values(), ids=ASKED.keys())
def test_what_is_asked_wrongly(tmp_path: Path, arguments: list[str], says: str) -> None:
    kansas_copy(tmp_path)
    (tmp_path / "kfm-gates.txt").write_text("no manifest")
    before = sorted(path for path in (tmp_path / "evidence").rglob("*"))
    ran = program(*arguments, cwd=tmp_path)
    assert ran.code == 2, ran.said
    assert says in _one_sentence(ran)
    assert not ran.permit.exists()
    assert sorted(path for path in (tmp_path / "evidence").rglob("*")) == before


PROFILES = {
    "an unknown setting": ('[settings."rights.license"]\nalowed = ["x"]', "alowed"),
    "a setting of an unknown check": (
        '[settings."rights.licence"]\nallowed = ["x"]',
        "did you mean 'rights.license'",
    ),
    "an unknown check": ('[gates.own]\nchecks = ["rights.licence"]', "rights.licence"),
    "an unknown key": ('[gate.own]\nchecks = ["a.b"]', "did you mean 'gates'"),
    "a pack that is none": ('[gates.own]\nchecks = ["acme.own"]', "acme.own"),
    "no TOML": ("[gates", "own.toml"),
}


@pytest.mark.parametrize(("text", "says"), PROFILES.values(), ids=PROFILES.keys())
def test_a_profile_that_is_written_wrongly(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "own.toml").write_text(f'profile = {{ name = "own-v1", extends = "promotion-v1" }}\n{text}\n')
    ran = check(kansas_copy(tmp_path), "--profile", "own.toml", cwd=tmp_path)
    assert ran.code == 2, ran.said
    assert says in _one_sentence(ran)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rot = 'x'", "did you mean 'root'"),
        ("[paths]\nledgr = 'x'", "did you mean 'ledger'"),
        ("root = ", "is not TOML"),
    ],
)
def test_a_configuration_that_is_written_wrongly(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "kfm-gates.toml").write_text(text)
    ran = check(kansas_copy(tmp_path), cwd=tmp_path)
    assert ran.code == 2, ran.said
    assert says in _one_sentence(ran)


def test_a_configuration_inside_the_evidence_is_not_read(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    (root / "kfm-gates.toml").write_text("profile = 'promotion-v1'\n")
    ran = check(root, cwd=root, record=tmp_path / "record")
    assert ran.code in (1, 2), ran.said
    assert "kfm-gates.toml" in ran.out + ran.err


# What is wrong in the evidence: exit 1, and a finding that names file and line.


def _replace(old: bytes, new: bytes) -> Callable[[Path], int | None]:
    def change(path: Path) -> int | None:
        data = path.read_bytes()
        assert old in data, f"{path.name} lacks {old!r}"
        path.write_bytes(data.replace(old, new, 1))
        return data[: data.index(old)].count(b"\n") + 1

    return change


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _bom(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _folder_with_file(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "file").write_text("x")


def _link_out(path: Path) -> None:
    outside = path.parents[6] / "outside"
    outside.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(outside)


def _link_inside(path: Path) -> None:
    inside = path.with_name("inside.bin")
    path.rename(inside)
    path.symlink_to(inside.name)


def _link_of_folder(path: Path) -> None:
    folder = path.parent
    outside = folder.parents[5] / "outside"
    folder.rename(outside)
    folder.symlink_to(outside)


def _fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _git_lfs(path: Path) -> None:
    path.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n")


def _dvc(path: Path) -> None:
    path.write_text(f"outs:\n- md5: {'0' * 32}\n  size: 12345\n  path: {path.name}\n")


EVIDENCE: dict[str, tuple[str, Callable[[Path], int | None], str]] = {
    "a half-written document": ("manifest", _half, ""),
    "an empty document": ("manifest", _empty, ""),
    "a half-written artifact": ("artifact", _half, ""),
    "an empty artifact": ("artifact", _empty, ""),
    "a duplicate key": ("manifest", _replace(b'"qa":', b'"dataset_slug": "x",\n  "qa":'), "twice|duplicate"),
    "a byte order mark": ("manifest", _bom, "byte.order mark"),
    "NaN": ("qa_report", _replace(b'"feature_count": 105', b'"feature_count": NaN'), "NaN"),
    "Infinity": ("qa_report", _replace(b'"feature_count": 105', b'"feature_count": -Infinity'), "Infinity"),
    "a number that loses digits": ("qa_report", _replace(b'"feature_count": 105', b'"feature_count": 1e999'), ""),
    "no UTF-8": ("manifest", _replace(b'"reviewer"', b'"\xff\xfe"'), "UTF-8"),
    "YAML's no": ("spec", _replace(b"dataset_slug: kansas-counties", b"dataset_slug: no"), ""),
    "a YAML alias": ("spec", _replace(b"cadence: irregular", b"cadence: &a irregular\nnote: *a"), "alias|anchor"),
    "a tab in YAML": ("spec", _replace(b"cadence: irregular", b"cadence:\tirregular\n\tnote: x"), ""),
    "a path that escapes": ("manifest", _replace(b'"path": "data/processed', b'"path": "../data/processed'), r"\.\."),
    "an absolute path": ("manifest", _replace(b'"path": "data/processed', b'"path": "/data/processed'), ""),
    "a folder where a document should be": ("manifest", _folder, ""),
    "a folder with a file where a document should be": ("manifest", _folder_with_file, ""),
    "a folder where an artifact should be": ("artifact", _folder, ""),
    "a link out of the root": ("artifact", _link_out, "link"),
    "a link inside the root": ("artifact", _link_inside, "link"),
    "a folder that is a link": ("artifact", _link_of_folder, "link|artifacts"),
    "a pipe": ("manifest", _fifo, ""),
    "a Git LFS pointer": ("artifact", _git_lfs, "Git.LFS"),
    "a DVC pointer": ("artifact", _dvc, "DVC"),
    "an unknown label": ("spec", _replace(b"policy_label: public", b"policy_label: publik"), "publik"),
    "an unknown version of a document": ("manifest", _replace(b'_version": "v1"', b'_version": "v9"'), "v9"),
}  # fmt: skip


FAST = (
    "a half-written document",
    "a duplicate key",
    "a byte order mark",
    "NaN",
    "YAML's no",
    "a folder where a document should be",
    "a link out of the root",
    "a Git LFS pointer",
)


@pytest.mark.parametrize(("template", "change", "says"), some(EVIDENCE, FAST))
def test_what_is_wrong_in_the_evidence(
    tmp_path: Path, template: str, change: Callable[[Path], int | None], says: str
) -> None:
    root = kansas_copy(tmp_path)
    path = file_of(root, template)
    name = shown(root, path)
    line = change(path)
    ran = check(root, cwd=tmp_path, timeout=60)
    assert ran.code == 1, ran.said
    assert "Traceback" not in ran.said
    _nothing_half_written(ran)
    said = [f"{f['file']} {f['message']} {f['found']}" for f in ran.findings()]
    assert any(name in each for each in said), f"no finding names {name}\n{ran.said}"
    text = " ".join(f"{f['message']} {f['found']} {f['hint']}" for f in ran.findings())
    assert re.search(says, text), text
    if line is not None:
        lines = [f["line"] for f in ran.findings() if f["file"] == name]
        assert any(each is not None and abs(each - line) <= 1 for each in lines), ran.said


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    path = file_of(root, "manifest")
    path.chmod(0)
    ran = check(root, cwd=tmp_path)
    assert ran.code == 1, ran.said
    assert shown(root, path) in {f["file"] for f in ran.findings()}


def test_a_root_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("x")
    assert check(tmp_path / "evidence", cwd=tmp_path).code == 2


def test_several_mistakes_are_all_named_in_one_run(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    broken = [file_of(root, name) for name in ("manifest", "qa_report", "dcat", "acquisition", "ledger")]
    for path in broken:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    ran = check(root, cwd=tmp_path)
    assert ran.code == 1, ran.said
    assert {shown(root, path) for path in broken} <= {f["file"] for f in ran.findings()}


def test_one_cause_gives_one_finding(tmp_path: Path) -> None:
    """What follows from a root cause is folded under it, not repeated."""
    root = kansas_copy(tmp_path)
    path = file_of(root, "spec")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    ran = check(root, cwd=tmp_path)
    about = [f for f in ran.findings() if f["file"] == shown(root, path)]
    assert len({f["fingerprint"] for f in about}) == 1, about
    abstained = [c for s in ran.predicate["subjects"] for c in s["checks"] if c["status"] == "ABSTAIN"]
    assert abstained and all(c["because"] for c in abstained)


def test_a_full_record_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "record").write_text("x")
    ran = check(kansas_copy(tmp_path), cwd=tmp_path, record=tmp_path / "record")
    assert ran.code == 2, ran.said
    assert "record" in _one_sentence(ran)


def test_a_manifest_named_on_the_command_line(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    ran = check(file_of(root, "manifest"), cwd=tmp_path)
    assert ran.code == 0, ran.said
    assert len(ran.predicate["subjects"]) == 1
    edit(file_of(root, "manifest"), lambda m: m.pop("approvals"))
    assert check(file_of(root, "manifest"), cwd=tmp_path).code == 1
