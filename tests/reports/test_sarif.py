"""SARIF, judged by the schema of its standard."""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from kfm_gates.reports.result import Result
from kfm_gates.reports.sarif import render

SCHEMA = Path(__file__).parent / "data" / "sarif-schema-2.1.0.json"
DIGEST = "af47e7b67f24efe74076621fd3a5fbe7398add9e84fe820c971219a385895cea"
RULES = [
    {
        "id": f"{gate}.{name}",
        "gate": gate,
        "title": f"Deny {name}.",
        "description": "Why.\nAnd `<how>` <b>so</b>.",
    }
    for gate in ("rights", "catalog")
    for name in ("a", "b")
]


@functools.cache
def schema() -> Any:
    raw = SCHEMA.read_bytes()
    assert hashlib.sha256(raw).hexdigest() == DIGEST
    standard = json.loads(raw)
    # One pattern has a stray bracket, which ECMAScript reads as itself and a strict reader refuses.
    for name in ("run", "toolComponent"):
        language = standard["definitions"][name]["properties"]["language"]
        assert language["pattern"].endswith("]{2}]?$")
        language["pattern"] = language["pattern"].replace("]?$", "\\]?$")
    return jsonschema_rs.validator_for(standard, validate_formats=True)


def run_of(result: Result) -> Any:
    """The one run of a log that is valid under the standard's schema and GitHub's demands."""
    text = render(result)
    assert text.isascii()
    log = json.loads(text)
    assert [error.message for error in schema().iter_errors(log)] == []
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        (location,) = each["locations"]  # code scanning refuses a whole file for one result without a place
        assert location["physicalLocation"]["artifactLocation"]["uri"]
        assert location["physicalLocation"]["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
        assert location["physicalLocation"]["region"]["startLine"] >= 1
    return run


def test_the_schema_refuses_what_is_no_sarif() -> None:
    assert not schema().is_valid({"version": "2.1.0", "runs": [{"results": []}]})
    assert not schema().is_valid(
        {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x", "helpUri": 1}}}]}
    )


def test_a_finding_is_a_result_at_its_line(make: Any, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    denied = make.finding("rights.b", "is wrong", file="data/a b%.json", fingerprint="f" * 16)
    subject = make.subject(
        "s/1",
        make.check("rights.b", "rights", "DENY", findings=[denied]),
        make.check("catalog.a", "catalog", "ABSTAIN", ["rights.b"]),
    )
    run = run_of(Result.of(make.verdict(subject, root=str(tmp_path / "ev"), checks=RULES)))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        "rights.a",
        "rights.b",
        "catalog.a",
        "catalog.b",
    ]
    (result,) = run["results"]
    assert (result["ruleId"], result["ruleIndex"], result["level"], result["kind"]) == (
        "rights.b",
        1,
        "error",
        "fail",
    )
    assert result["message"]["text"] == (
        "is wrong. Found: 1. Expected: 2. write 2. Not judged because of it: catalog.a."
    )
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "ev/data/a%20b%25.json", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 3},
            },
            "logicalLocations": [{"name": "s/1", "kind": "module"}],
        }
    ]
    assert result["partialFingerprints"] == {"kfmGates/v1": "f" * 16}
    assert result["properties"] == {
        "status": "DENY",
        "gate": "B rights",
        "subject": "s/1",
        "pointer": "/a",
        "found": "1",
        "expected": "2",
        "hint": "write 2",
    }
    assert run["properties"]["status"] == "DENY"
    (invocation,) = run["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (True, 1)
    assert "catalog.a was not judged, since it waits for rights.b." in notes(invocation)


def notes(invocation: Any) -> list[str]:
    return [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]


def test_a_pass_is_a_log_with_rules_and_without_results(make: Any) -> None:
    good = make.subject("s/1", make.check("rights.a", "rights"))
    run = run_of(Result.of(make.verdict(good, exit_code=0, checks=RULES)))
    assert run["results"] == []
    assert len(run["tool"]["driver"]["rules"]) == 4
    assert run["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize(
    ("status", "because", "text", "successful"),
    [
        ("ERROR", "rights.a: nothing was examined", "ERROR: rights.a: nothing was examined.", False),
        ("ABSTAIN", "not.planned", "ABSTAIN: waits for not.planned.", True),
        ("DENY", "", "no reason was given.", True),
    ],
)
def test_what_was_not_judged_is_a_result_too(
    make: Any, status: str, because: str, text: str, successful: bool
) -> None:
    entry = make.check("rights.a", "rights", status, [because] if because else [])
    run = run_of(Result.of(make.verdict(make.subject("s/1", entry), checks=RULES)))
    (result,) = run["results"]
    assert (result["level"], result["kind"], result["message"]["text"]) == ("error", "fail", text)
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is successful
    assert (text in notes(invocation)) is not successful


def test_a_run_without_a_verdict_is_a_failed_run_with_a_result(make: Any) -> None:
    some = make.verdict(make.subject("s/1", make.check("rights.a", "rights")), checks=RULES)
    for result in (
        Result.failed(3, "the judge died"),
        Result.of(type(some)(5, None, "", "", None, some.run)),
    ):
        run = run_of(result)
        (only,) = run["results"]
        assert only["ruleId"] == "kfm-gates.run" and only["message"]["text"].startswith("ERROR: ")
        assert run["invocations"][0]["executionSuccessful"] is False
        assert only["message"]["text"] in notes(run["invocations"][0])


def test_a_finding_without_file_or_line_is_placed_at_the_root(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    whole = make.finding("rights.a", file="", pointer="", line=None)
    denied = make.subject("s/1", make.check("rights.a", "rights", "DENY", findings=[whole]))
    for root, place in (
        (tmp_path / "ev", {"uri": "ev", "uriBaseId": "%SRCROOT%"}),
        (tmp_path, {"uri": ".", "uriBaseId": "%SRCROOT%"}),
        (tmp_path.parent, {"uri": ".", "uriBaseId": "EVIDENCE"}),
    ):
        (result,) = run_of(Result.of(make.verdict(denied, root=str(root))))["results"]
        physical = result["locations"][0]["physicalLocation"]
        assert (physical["artifactLocation"], physical["region"]) == (place, {"startLine": 1})


def test_a_check_outside_the_profile_is_listed_as_a_rule(make: Any) -> None:
    changed = make.check("evidence.stable", "evidence", "DENY", findings=[make.finding("evidence.stable")])
    run = run_of(Result.of(make.verdict(make.subject("s/1", changed), checks=RULES)))
    assert run["tool"]["driver"]["rules"][-1]["id"] == "evidence.stable"


def test_a_rule_is_explained_without_html(make: Any) -> None:
    good = make.subject("s/1", make.check("rights.a", "rights"))
    rule = run_of(Result.of(make.verdict(good, exit_code=0, checks=RULES)))["tool"]["driver"]["rules"][0]
    assert rule["shortDescription"]["text"] == "Deny a."
    assert rule["fullDescription"]["text"] == "Why. And `<how>` <b>so</b>."
    assert "`<how>` &lt;b>so&lt;/b>." in rule["help"]["markdown"]
    assert "kfm-gates explain rights.a" in rule["help"]["text"]
    assert rule["defaultConfiguration"] == {"level": "error"}


def test_a_message_holds_no_placeholder_and_no_link(make: Any) -> None:
    evil = make.finding("rights.a", "see {0} [here](https://evil.example)")
    denied = make.subject("s/1", make.check("rights.a", "rights", "DENY", findings=[evil]))
    (result,) = run_of(Result.of(make.verdict(denied)))["results"]
    assert "see {{0}} [here] (https" in result["message"]["text"]


def test_what_was_withheld_is_declared(make: Any) -> None:
    mark = "[redacted: label restricted]"
    denied = make.finding("rights.a", "is not [redacted]", found=mark, expected=mark)
    run = run_of(
        Result.of(
            make.verdict(make.subject("s/1", make.check("rights.a", "rights", "DENY", findings=[denied])))
        )
    )
    assert run["redactionTokens"] == ["[redacted: label restricted]", "[redacted]"]
