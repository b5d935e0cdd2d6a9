"""Reports of real runs, in files, for programs, and when there is no verdict."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest

from kfm_gates.model.published import published_schemas
from tests.support.running import EVALUATED_AT, Ran, check, kansas_copy
from tests.support.trees import edit, file_of

Cli = Callable[..., Ran]
FILES = ("sarif:o.sarif", "junit:o.xml", "markdown:o.md", "html:o.html", "json:o.json", "text:o.txt")


def asked(*formats: str) -> list[str]:
    return [word for each in formats for word in ("--format", each)]


def test_every_format_shows_the_same_denial(cli: Cli, denied: Path, tmp_path: Path) -> None:
    ran = cli("check", denied, "--profile", "acme.toml", *asked(*FILES, "github"))
    assert ran.code == 1, ran.said
    (finding,) = ran.findings()
    sarif = json.loads((tmp_path / "o.sarif").read_bytes())["runs"][0]
    assert [rule["id"] for rule in sarif["tool"]["driver"]["rules"]] == [
        "acme.label",
        "acme.waits",
        "acme.quality",
    ]
    (result,) = sarif["results"]
    assert result["partialFingerprints"] == {"kfmGates/v1": finding["fingerprint"]}
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == f"evidence/{finding['file']}"
    assert physical["region"]["startLine"] == finding["line"]
    junit = ET.parse(tmp_path / "o.xml").getroot()
    assert [junit.get(name) for name in ("tests", "failures", "errors")] == ["6", "1", "1"]
    assert "| **DENY** 1 of 1 |" in (tmp_path / "o.md").read_text()
    assert "<title>kfm-gates: DENY</title>" in (tmp_path / "o.html").read_text()
    printed = json.loads((tmp_path / "o.json").read_bytes())
    assert printed == ran.predicate
    jsonschema_rs.validator_for(published_schemas()["decision.schema.json"]).validate(printed)
    assert "DENY acme.label" in (tmp_path / "o.txt").read_text()
    assert ran.out.startswith(
        f"::error file=evidence/{finding['file']},line={finding['line']},title=DENY acme.label::"
    )


def test_a_pass_in_every_format(cli: Cli, good: Path, tmp_path: Path) -> None:
    ran = cli("check", good, "--profile", "acme.toml", *asked(*FILES, "github"))
    assert ran.code == 0, ran.said
    assert json.loads((tmp_path / "o.sarif").read_bytes())["runs"][0]["results"] == []
    assert ET.parse(tmp_path / "o.xml").getroot().get("failures") == "0"
    assert ran.out.startswith("::notice title=kfm-gates::PASS: acme for promote") and ran.out.count("\n") == 1


def test_a_run_without_a_verdict_leaves_no_earlier_report_and_says_why(
    cli: Cli, good: Path, tmp_path: Path
) -> None:
    """An upload step that runs always must never find the good report of yesterday."""
    words = ("check", good, "--profile", "acme.toml", *asked(*FILES, "github"))
    assert cli(*words).code == 0
    path = tmp_path / "pack" / "checks" / "acme" / "label.py"
    path.write_text(path.read_text().replace("if found in refused", "if False"))
    ran = cli(*words)
    assert ran.code == 3, ran.said
    assert not (tmp_path / "o.json").exists() and not (tmp_path / "o.txt").exists()
    run = json.loads((tmp_path / "o.sarif").read_bytes())["runs"][0]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "does not deny a bad sample" in run["results"][0]["message"]["text"]
    assert ET.parse(tmp_path / "o.xml").getroot().get("errors") == "1"
    assert "Nothing was decided" in (tmp_path / "o.md").read_text()
    assert ran.out.startswith("::error title=kfm-gates%3A no verdict::")
    assert "does not deny a bad sample" in ran.out


def test_no_subject_is_no_pass_in_any_format(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = cli("check", "empty", "--profile", "acme.toml", *asked(*FILES, "github"))
    assert ran.code == 5, ran.said
    assert json.loads((tmp_path / "o.json").read_bytes()) is None
    assert "no dataset version was found" in (tmp_path / "o.sarif").read_text()
    assert ET.parse(tmp_path / "o.xml").getroot().get("errors") == "1"
    assert "nothing was judged" in (tmp_path / "o.md").read_text()
    assert ran.out.startswith("::error ")


def test_the_step_summary_is_appended_to_and_other_files_are_replaced(
    cli: Cli, denied: Path, tmp_path: Path
) -> None:
    summary, other = tmp_path / "summary.md", tmp_path / "other.md"
    summary.write_text("# An earlier step")
    other.write_text("# An earlier run")
    words = ("check", denied, "--profile", "acme.toml", *asked("markdown:summary.md", "markdown:other.md"))
    cli(*words, env={"GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_text() == f"# An earlier step\n{other.read_text()}"
    assert other.read_text().startswith("## kfm-gates: DENY\n")
    assert sorted(each.name for each in tmp_path.iterdir() if each.name.startswith(".")) == [".kfm-gates"]


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no /proc, where nobody can write")
@pytest.mark.parametrize("appended", [False, True])
def test_a_place_where_nothing_can_be_written_is_found_before_judging(
    cli: Cli, good: Path, tmp_path: Path, appended: bool
) -> None:
    env = {"GITHUB_STEP_SUMMARY": "/proc/report.md" if appended else None}
    words = asked("sarif:o.sarif", "markdown:/proc/report.md")
    ran = cli("check", good, "--profile", "acme.toml", *words, env=env)
    assert ran.code == 2, ran.said
    assert ran.err.startswith("kfm-gates: --format markdown:/proc/report.md: can't be written: ")
    assert not (tmp_path / ".kfm-gates").exists() and not (tmp_path / "o.sarif").exists()


def test_a_report_is_never_written_over_the_record(cli: Cli, good: Path, tmp_path: Path) -> None:
    record = tmp_path / ".kfm-gates" / "record"
    assert cli("check", good, "--profile", "acme.toml").code == 0
    before = (record / "decision.json").read_bytes()
    for name in ("decision.json", "permit.json", "run.json"):
        ran = cli("check", good, "--profile", "acme.toml", *asked(f"json:{record / name}"))
        assert ran.code == 2, ran.said
        assert "belongs to the record of the run" in ran.err
    assert (record / "decision.json").read_bytes() == before


def test_a_report_that_links_into_the_evidence_is_refused(cli: Cli, denied: Path, tmp_path: Path) -> None:
    manifest = sorted((denied / "release" / "manifests" / "kansas-counties").iterdir())[0]
    before = manifest.read_bytes()
    (tmp_path / "link.json").symlink_to(manifest)
    ran = cli("check", denied, "--profile", "acme.toml", *asked("json:link.json"))
    assert ran.code == 2 and "can't lie inside the evidence root" in ran.err, ran.said
    assert manifest.read_bytes() == before


@pytest.mark.parametrize("label", ["public", "restricted_sensitive_location"])
def test_no_coordinate_of_sensitive_data_reaches_a_build_log(tmp_path: Path, label: str) -> None:
    root = kansas_copy(tmp_path)
    item, spec = file_of(root, "stac_item"), file_of(root, "spec")
    edit(item, lambda document: document.update(bbox="38.971712, -95.235312"))
    spec.write_text(spec.read_text().replace("policy_label: public\n", f"policy_label: {label}\n"))
    ran = check(root, *asked(*FILES, "github"), cwd=tmp_path, at=EVALUATED_AT)
    assert ran.code == 1, ran.said
    told = {each.name: each.read_text() for each in (*tmp_path.glob("o.*"), *ran.record.iterdir())}
    told |= {"standard output": ran.out, "standard error": ran.err}
    assert len(told) == 11
    everywhere = ("o.sarif", "o.xml", "o.md", "o.html", "o.json", "o.txt", "decision.json", "standard output")
    assert {name for name, text in told.items() if "38.971712" in text} == set(
        everywhere if label == "public" else ()
    )
    for name in everywhere:
        assert ("[redacted: label restricted_sensitive_location]" in told[name]) is (label != "public")
        assert "bbox" in told[name]
