"""A profile of one's own: a pack from a folder adds a rule, a shape and a Python check; nothing gets weaker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import EngineError, KfmGatesError, UsageError
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.snapshot import Memory, Snapshot
from kfm_gates.evidence.subjects import discover
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.request import Request
from kfm_gates.judge.session import judge_here
from kfm_gates.judge.suite import Suite, assemble
from tests.support.judging import EVALUATED_AT, explained, kansas, not_passed, write_tree
from tests.support.waiving import file, waiver

PROFILE = """
profile = { name = "acme-v1", extends = "promotion-v1", packs = ["./gates"] }
gates.acme = { label = "H", checks = ["acme.cadence", "acme.publisher", "acme.cells"] }

[[override]]
subjects = "kansas-counties/*"
checks."acme.cells".maximum = 9
"""

RULE = """# METADATA
# title: Deny a spec without a yearly cadence
# description: Acme publishes once a year.
# custom:
#   evidence: [spec]
#   serves: [R-100]
#   needs: [identity.spec_form]
package kfm.acme.cadence

default allow := false

allow if {
	is_string(input.spec.cadence)
	count(deny) == 0
}

deny contains reason if {
	not startswith(input.spec.cadence, "%s")
	reason := {"msg": "the cadence is not Acme's", "at": "spec#/cadence", "found": input.spec.cadence}
}
"""

SHAPE = """# METADATA
# title: Deny a dataset whose publisher is not an agent
# description: Every dataset names who publishes it.
# custom:
#   evidence: [dcat]
#   serves: [R-145]

@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .

<urn:acme:DatasetShape> a sh:NodeShape ;
    sh:targetClass dcat:Dataset ;
    sh:property <urn:acme:publisher> .

<urn:acme:publisher> a sh:PropertyShape ;
    sh:path dct:publisher ;
    sh:minCount 1 ;
    sh:message "A dataset names its publisher." .
"""

CHECK = '''
from typing import Annotated

from kfm_gates.checks.api import check
from kfm_gates.checks.settings import Stricter
from kfm_gates.model.finding import OK, Verdict, deny
from kfm_gates.model.receipt import Receipt


@check("acme.cells", needs="receipt.form", serves="R-164")
def cells(receipt: Receipt, *, maximum: Annotated[int, Stricter.LOWER] = 80) -> Verdict:
    """Deny a receipt whose run id is longer than Acme can print."""
    %s
    if len(receipt.run_id) <= maximum:
        return OK
    return deny(receipt.at("/run_id"), "too long", found=len(receipt.run_id), expected=maximum, hint="shorten it")
'''

LONG = {"op": "replace", "path": "/run_id", "value": "kfm://run/2026-09-01T10:00:00Z." + "x" * 80}
CASES = {
    "acme.cadence": {"file": "spec", "patch": [{"op": "replace", "path": "/cadence", "value": "never"}]},
    "acme.publisher": {"file": "dcat", "patch": [{"op": "remove", "path": "/@graph/%d/dct:publisher"}]},
    "acme.cells": {"file": "receipt:promote.json", "patch": [LONG]},
}


def cadence() -> str:
    spec = next(data for path, data in kansas().items() if path.endswith(".yaml"))
    line = next(line for line in spec.decode().splitlines() if line.startswith("cadence:"))
    return line.removeprefix("cadence:").strip().strip("'\"")[:3]


def dataset_index() -> int:
    dcat = next(data for path, data in kansas().items() if path.endswith("dcat.jsonld"))
    graph = json.loads(dcat)["@graph"]
    return next(i for i, node in enumerate(graph) if "dcat:Dataset" in node["@type"])


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    files = {
        "acme.toml": PROFILE,
        "gates/rego/acme/cadence.rego": RULE % cadence(),
        "gates/shapes/acme/publisher.ttl": SHAPE,
        "gates/checks/acme/cells.py": CHECK % "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for check, operation in CASES.items():
        folder = tmp_path / "gates" / "denials" / check
        folder.mkdir(parents=True)
        text = json.dumps({"base": "public", "why": "t", "ops": [operation]})
        (folder / "case.json").write_text(text.replace("%d", str(dataset_index())))
    return tmp_path


def suite(folder: Path) -> Suite:
    return assemble(Configuration(folder), "acme.toml")


def judged(folder: Path) -> list[dict[str, Any]]:
    made = suite(folder)
    snapshot = Snapshot(Memory(kansas()))
    subjects = discover(snapshot, made.configuration.layout)
    results = judge_here(Request("/"), made, snapshot, EVALUATED_AT, subjects, lambda *_: None)
    return [each.result for each in results]


def test_the_pack_s_checks_are_judged_with_its_tighter_setting(pack: Path) -> None:
    expected = []
    for result in judged(pack):
        rows = {check["id"]: check for check in result["checks"]}
        assert {"acme.cadence", "acme.publisher", "acme.cells"} <= set(rows)
        assert rows["acme.cadence"]["status"] == rows["acme.publisher"]["status"] == "PASS", explained(result)
        assert not_passed(result) == {"acme.cells": "DENY"}, explained(result)
        expected += [finding["expected"] for finding in rows["acme.cells"]["findings"]]
    assert set(expected) == {"9", "[redacted: label public_generalized]"}


def test_the_pack_changes_the_policy_digest(pack: Path) -> None:
    before = suite(pack).pack_digest
    (pack / "gates" / "rego" / "acme" / "cadence.rego").write_text(RULE % "x" + "\n")
    assert suite(pack).pack_digest != before


def refused(folder: Path) -> str:
    with pytest.raises(KfmGatesError) as error:
        judged(folder)
    assert isinstance(error.value, UsageError | EngineError)
    return str(error.value)


def test_a_check_without_denial_case_is_refused(pack: Path) -> None:
    (pack / "gates" / "denials" / "acme.cells" / "case.json").unlink()
    assert "no denial case" in refused(pack)


def test_a_case_that_is_not_denied_stops_the_run(pack: Path) -> None:
    harmless = {"base": "public", "why": "harmless", "ops": [{"file": "dcat", "append": "\n"}]}
    (pack / "gates" / "denials" / "acme.cells" / "case.json").write_text(json.dumps(harmless))
    assert "does not deny a bad sample" in refused(pack)


def test_a_rule_that_passes_when_it_sees_nothing_is_denied(pack: Path) -> None:
    (pack / "gates" / "rego" / "acme" / "cadence.rego").write_text(
        (RULE % cadence()).replace("is_string(input.spec.cadence)", "true")
    )
    for result in judged(pack):
        rows = {check["id"]: check for check in result["checks"]}
        messages = {finding["message"] for finding in rows["sensitivity.default_deny"]["findings"]}
        assert "the rule acme.cadence lets the empty input through" in messages


def test_a_second_file_for_a_check_of_the_house_is_refused(pack: Path) -> None:
    (pack / "gates" / "rego" / "rights").mkdir()
    (pack / "gates" / "rego" / "rights" / "license.rego").write_text(
        (RULE % "x").replace("acme.cadence", "rights.license")
    )
    assert "more than one file" in refused(pack)


def test_a_weaker_setting_is_refused(pack: Path) -> None:
    (pack / "acme.toml").write_text(PROFILE.replace("maximum = 9", "maximum = 900"))
    assert "weaker" in refused(pack)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("acme.cadence", "acme.cadense", "did you mean 'acme.cadence'"),
        ("maximum = 9", "maximun = 9", "did you mean 'maximum'"),
    ],
)
def test_misspelt_names_are_refused(pack: Path, old: str, new: str, says: str) -> None:
    (pack / "acme.toml").write_text(PROFILE.replace(old, new))
    assert says in refused(pack)


def test_a_table_can_not_be_replaced(pack: Path) -> None:
    (pack / "gates" / "rego" / "data").mkdir()
    (pack / "gates" / "rego" / "data" / "labels.json").write_text("{}")
    assert "not replace" in refused(pack)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return None", "instead of a verdict"),
        ("import os; os._exit(0)", "worker"),
        ("raise SystemExit(0)", "worker"),
    ],
)
def test_python_of_a_pack_that_misbehaves_stops_the_run(pack: Path, body: str, says: str) -> None:
    (pack / "gates" / "checks" / "acme" / "cells.py").write_text(CHECK % body)
    assert says in refused(pack)


def test_a_folder_that_is_no_pack_is_refused(pack: Path) -> None:
    (pack / "acme.toml").write_text(PROFILE.replace("./gates", "./gatez"))
    assert "is no policy pack" in refused(pack)


def test_a_pack_that_changes_while_it_judges_decides_nothing(pack: Path, tmp_path: Path) -> None:
    from kfm_gates.judge.request import Target
    from kfm_gates.judge.session import run

    root = write_tree(tmp_path / "evidence", kansas())

    def touch(subject: str, check: str) -> None:
        (pack / "gates" / "rego" / "acme" / "cadence.rego").write_text(RULE % "x" + "\n")

    with pytest.raises(EngineError, match="changed while it judged"):
        run(Request("/"), suite(pack), Target(root, ()), touch)


def test_its_checks_can_be_waived_unless_the_profile_says_otherwise(pack: Path) -> None:
    denied = judged(pack)
    waivers = []
    for number, result in enumerate(denied):
        (entry,) = (check for check in result["checks"] if check["status"] == "DENY")
        about = {"id": result["id"], "digest": result["version_digest"]}
        prints = sorted({each["fingerprint"] for each in entry["findings"]})
        made = waiver(check="acme.cells", id=f"w{number}", subject=about, findings=prints)
        waivers.append(file(made, f"waivers/{number}.json"))
    made = assemble(Configuration(pack, waivers=tuple(waivers)), "acme.toml")
    snapshot = Snapshot(Memory(kansas()))
    subjects = discover(snapshot, made.configuration.layout)

    def statuses(made: Suite) -> set[tuple[str, str]]:
        results = judge_here(Request("/"), made, snapshot, EVALUATED_AT, subjects, lambda *_: None)
        return {pair for each in results for pair in not_passed(each.result).items()}

    assert statuses(made) == {("acme.cells", "WAIVED")}
    profile = (pack / "acme.toml").read_text().replace("packs = [", 'unwaivable = ["acme.*"], packs = [')
    (pack / "acme.toml").write_text(profile)
    fixed = assemble(Configuration(pack, waivers=tuple(waivers)), "acme.toml")
    assert statuses(fixed) == {("acme.cells", "DENY"), ("release.waivers", "DENY")}


class TestInForceFromADay:
    """A rule with `effective_on` stands in the docket as not planned until that day, and is proven all the same."""

    DENIES = """
deny contains {"msg": "Acme has no counties", "at": "spec#/cadence"} if input.subject.slug == "kansas-counties"
"""

    def ended(self, pack: Path, day: str, rule: str) -> tuple[dict[str, str], list[Any]]:
        text = rule.replace("#   needs:", f"#   effective_on: {day}\n#   needs:", 1)
        (pack / "gates" / "rego" / "acme" / "cadence.rego").write_text(text)
        only = Request("/", checks=("acme.cadence", "acme.publisher"))
        snapshot, made = Snapshot(Memory(kansas())), suite(pack)
        subject, *_ = discover(snapshot, made.configuration.layout)
        (one,) = judge_here(only, made, snapshot, EVALUATED_AT, (subject,), lambda *_: None)
        statuses = {check["id"]: check["status"] for check in one.result["checks"]}
        return statuses, [each for each in one.result["not_planned"] if each["fact"] == "effective_on"]

    def test_before_it_the_rule_is_not_planned_and_the_docket_says_why(self, pack: Path) -> None:
        statuses, absent = self.ended(pack, "2026-11-01", RULE % cadence() + self.DENIES)
        assert statuses == {"acme.publisher": "PASS"}
        (entry,) = absent
        assert (entry["id"], entry["gate"], entry["value"]) == ("acme.cadence", "acme", "2026-11-01")
        assert entry["digest"] == digest_of({"fact": "effective_on", "value": "2026-11-01"})

    def test_on_the_day_it_judges(self, pack: Path) -> None:
        statuses, absent = self.ended(pack, "2026-10-31", RULE % cadence() + self.DENIES)
        assert statuses == {"acme.cadence": "DENY", "acme.publisher": "PASS"} and absent == []

    def test_one_that_gives_a_wrong_answer_stops_the_run_before_its_day(self, pack: Path) -> None:
        with pytest.raises(EngineError, match=r"acme\.cadence: denies the good sample"):
            self.ended(pack, "2030-01-01", RULE % "no such cadence")

    def test_a_day_that_is_none_is_refused(self, pack: Path) -> None:
        with pytest.raises(UsageError, match=r"cadence\.rego:1: `effective_on` must be a day"):
            self.ended(pack, "2026-02-30", RULE % cadence())


class TestRegister:
    """A pack fills the table `principals`, which the house leaves empty; the samples are judged without it."""

    def ended(self, pack: Path, table: Any) -> dict[str, set[str]]:
        path = pack / "gates" / "rego" / "data" / "principals.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(table if isinstance(table, str) else json.dumps(table))
        settings = '[settings."receipt.actor"]\nregistered_only = true\n'
        (pack / "acme.toml").write_text(PROFILE.partition("[[override]]")[0] + settings)
        snapshot, made = Snapshot(Memory(kansas())), suite(pack)
        subjects = discover(snapshot, made.configuration.layout)
        only = Request("/", checks=("receipt.actor", "release.approvals"))
        results = judge_here(only, made, snapshot, EVALUATED_AT, subjects, lambda *_: None)
        found: dict[str, set[str]] = {}
        for each in results:
            for check in each.result["checks"]:
                found.setdefault(check["id"], set()).add(check["status"])
        return found

    def everyone(self) -> dict[str, list[str]]:
        """Who acts in the example dataset, with the roles in which they do."""
        found: dict[str, set[str]] = {}

        def look(node: Any) -> None:
            if isinstance(node, dict):
                if isinstance(node.get("principal"), str) and isinstance(node.get("role"), str):
                    found.setdefault(node["principal"], set()).add(node["role"])
                node = list(node.values())
            for each in node if isinstance(node, list) else ():
                look(each)

        for path, data in kansas().items():
            if path.endswith(".json"):
                look(json.loads(data))
        return {name: sorted(roles) for name, roles in found.items()}

    def test_whoever_is_registered_passes(self, pack: Path) -> None:
        assert self.ended(pack, self.everyone()) == {
            "receipt.actor": {"PASS"},
            "release.approvals": {"PASS"},
        }

    def test_whoever_is_not_is_denied(self, pack: Path) -> None:
        assert self.ended(pack, {"somebody:else": ["pipeline"]}) == {
            "receipt.actor": {"DENY"},
            "release.approvals": {"DENY"},
        }

    def test_an_empty_register_registers_nobody(self, pack: Path) -> None:
        assert self.ended(pack, {})["receipt.actor"] == {"DENY"}

    @pytest.mark.parametrize(
        ("table", "why"),
        [
            ([], "must be an object"),
            ({"p:1": []}, "must have a list of roles for 'p:1'"),
            ({"p:1": "steward"}, "must have a list of roles"),
            ({"p:1": [7]}, "no text"),
            ({" ": ["steward"]}, "must have a list of roles for ' '"),
            ("{", "is malformed"),
            ('{"p:1": ["a"], "p:1": ["b"]}', "is malformed"),
        ],
    )
    def test_one_that_is_malformed_is_refused(self, pack: Path, table: Any, why: str) -> None:
        with pytest.raises(UsageError, match=why):
            self.ended(pack, table)

    def test_a_table_that_the_house_fills_can_not_be_replaced(self, pack: Path) -> None:
        path = pack / "gates" / "rego" / "data" / "roles.json"
        path.parent.mkdir()
        path.write_text("{}")
        with pytest.raises(UsageError, match="there is a table 'roles' already"):
            suite(pack)
