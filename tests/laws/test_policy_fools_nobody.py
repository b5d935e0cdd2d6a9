"""Each known way in which a Rego gate passes when it should not: here it ends in DENY or ERROR.

A flawed rule stands in a pack, and the evidence is judged with it as always; what is wrong with evidence is tried
on evidence.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.engines.interface import RegoAnswer, RegoEngine
from kfm_gates.engines.limits import Limits
from kfm_gates.engines.policy_file import PolicyFile
from kfm_gates.engines.regorus_core import RegorusCore
from kfm_gates.engines.regorus_engine import RegorusEngine
from kfm_gates.errors import EngineError, KfmGatesError, PermitMismatch
from kfm_gates.evidence.snapshot import Memory, Snapshot
from kfm_gates.evidence.subjects import discover
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.rego_choice import RegoChoice
from kfm_gates.judge.request import Request
from kfm_gates.judge.session import judge_here, prepare
from kfm_gates.judge.suite import assemble
from tests.support.judging import EVALUATED_AT, KANSAS, REPOSITORY, engines, judge_tree, kansas, suite
from tests.support.running import MAIN

HEAD = """# METADATA
# title: A rule of another team
# description: Deny what this team does not want; it is an example of a rule in a pack.
# custom:
#   evidence: [manifest]
#   serves: [R-183]
package kfm.acme.own

"""
PLAIN = "default allow := false\n\nallow if count(deny) == 0\n\n"
NOBODY = 'deny contains {"msg": "nobody approved it"} if count(input.manifest.approvals) == 0\n'
SOUND = PLAIN + NOBODY
CASE = {
    "base": "public",
    "why": "nobody approved it",
    "ops": [{"file": "manifest", "patch": [{"op": "remove", "path": "/approvals/0"}]}],
}
PUBLIC = "2017.90834627.fdff5ab1"
MANIFEST = f"release/manifests/kansas-counties/{PUBLIC}.json"


def pack(folder: Path, rule: str, *, head: str = HEAD, files: Mapping[str, str] | None = None) -> Path:
    texts = {
        "own.toml": 'profile = { name = "own-v1", extends = "promotion-v1", packs = ["gates"] }\n'
        'gates.own = { checks = ["acme.own"] }\n',
        "gates/rego/acme/own.rego": head + rule,
        "gates/denials/acme.own/none.json": json.dumps(CASE),
    }
    for name, text in {**texts, **(files or {})}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def ends(
    folder: Path, tree: Mapping[str, bytes] | None = None, *, rego: RegoChoice | None = None
) -> tuple[str, str]:
    """The status that the version comes to by the pack's check, and what is said; an error is ERROR."""
    try:
        made = assemble(Configuration(folder, rego=rego or RegoChoice()), "own.toml")
        snapshot = Snapshot(Memory(tree or kansas()))
        subjects = [each for each in discover(snapshot, made.configuration.layout) if each.version == PUBLIC]
        request = Request("/", checks=("acme.own",))
        (judged,) = judge_here(request, made, snapshot, EVALUATED_AT, subjects, lambda *_: None)
    except KfmGatesError as error:
        return "ERROR", str(error)
    return str(judged.result["status"]), json.dumps(judged.result["checks"])


def changed(change: Mapping[str, Any]) -> dict[str, bytes]:
    """The example with some fields of the public version's manifest changed."""
    manifest = json.loads(kansas()[MANIFEST])
    return {**kansas(), MANIFEST: json.dumps({**manifest, **change}).encode()}


def whole(tree: Mapping[str, bytes]) -> str:
    return str(judge_tree(tree)[f"kansas-counties/{PUBLIC}"]["status"])


def error(folder: Path, rule: str, words: str, **more: Any) -> None:
    status, said = ends(pack(folder, rule, **more))
    assert status == "ERROR", said
    assert words in said


def test_00_a_sound_rule_passes_and_denies(tmp_path: Path) -> None:
    pack(tmp_path, SOUND)
    assert ends(tmp_path)[0] == "PASS"
    assert ends(tmp_path, changed({"approvals": []}))[0] == "DENY"


def test_01_an_undefined_rule(tmp_path: Path) -> None:
    error(tmp_path, "allow if input.manifest.approvals == 5\n" + NOBODY, "`default allow := false`")


@pytest.mark.parametrize("answer", [RegoAnswer(None, ()), RegoAnswer(False, ())])
def test_01_an_undefined_answer_of_an_engine(answer: RegoAnswer) -> None:
    class Silent:
        name, version = "silent", "0"

        def judge(self, package: str, input: object) -> RegoAnswer:
            return answer

    from tests.meta.test_known_answers_bite import _prove

    with pytest.raises(EngineError, match=r"rights\.license"):
        _prove("rights.license", given={RegoEngine: Silent()})


def test_02_a_wrong_package(tmp_path: Path) -> None:
    error(tmp_path, SOUND, "its place demands", head=HEAD.replace("acme.own", "acme.onw"))


@pytest.mark.parametrize("name", ["deney", "Deny", "denied", "deny_it", "dany"])
def test_02_a_mistyped_rule_name(tmp_path: Path, name: str) -> None:
    error(tmp_path, SOUND + NOBODY.replace("deny", name), f"`{name}`")


def test_03_a_default_that_allows(tmp_path: Path) -> None:
    error(tmp_path, SOUND.replace("default allow := false", "default allow := true"), "must be false")


def test_04_a_missing_key_in_the_evidence() -> None:
    manifest = json.loads(kansas()[MANIFEST])
    del manifest["approvals"]
    assert whole({**kansas(), MANIFEST: json.dumps(manifest).encode()}) == "DENY"


def test_04_a_missing_key_in_the_input() -> None:
    rule = next(each for each in suite().rules if each.about.id == "release.approvals")
    with pytest.raises(EngineError, match="does not have the published form"):
        rule.form.check({"manifest": {}})


@pytest.mark.parametrize("rule", [each.about.id for each in suite().rules])
@pytest.mark.parametrize("input", [{}, {"settings": {}}, {"subject": None}], ids=str)
def test_05_an_empty_input(rule: str, input: dict[str, object]) -> None:
    engine = engines().given[RegoEngine]
    try:
        answer = engine.judge(f"kfm.{rule}", input)  # type: ignore[attr-defined]
    except EngineError:
        return
    assert not answer.opens


@pytest.mark.parametrize("input", [None, [], "", False], ids=str)
def test_05_no_input(input: object) -> None:
    with pytest.raises(EngineError, match="must be a JSON object"):
        engines().given[RegoEngine].judge("kfm.rights.license", input)  # type: ignore[attr-defined]


def test_06_every_over_an_empty_list(tmp_path: Path) -> None:
    rule = """default allow := false

allow if every each in input.manifest.approvals { each.role != "" }

deny contains {"msg": "a role is empty"} if { some each in input.manifest.approvals; each.role == "" }
"""
    error(tmp_path, rule, "does not deny a bad sample")


def test_07_a_builtin_error(tmp_path: Path) -> None:
    error(tmp_path, SOUND + 'deny contains "x" if to_number(input.manifest.slug) > 1\n', "own.rego:1")


def test_08_data_that_is_missing(tmp_path: Path) -> None:
    rule = SOUND + 'deny contains "x" if input.manifest.slug in data.kfm_data.banned\n'
    error(tmp_path, rule, "`data.kfm_data.banned` is not in the data")


def test_08_data_that_is_no_json(tmp_path: Path) -> None:
    pack(tmp_path, SOUND, files={"gates/rego/data/banned.json": ""})
    with pytest.raises((KfmGatesError, ValueError)):
        assemble(Configuration(tmp_path), "own.toml")


def test_09_data_that_overrides_a_rule(tmp_path: Path) -> None:
    table = json.dumps({"acme": {"own": {"allow": True, "deny": []}}})
    pack(tmp_path, SOUND, files={"gates/rego/data/kfm.json": table})
    assert ends(tmp_path, changed({"approvals": []}))[0] == "DENY"


def test_10_a_boolean_that_becomes_a_number() -> None:
    answer = (
        engines()
        .given[RegoEngine]
        .judge(  # type: ignore[attr-defined]
            "kfm.rights.license",
            {
                "spec": {"rights": {"license": "isc"}},
                "licences": [
                    {
                        "place": {"file": "f", "pointer": "/rights/license", "line": 0},
                        "pointer": "/rights/license",
                        "output": "",
                        "stated": "isc",
                        "problem": "",
                        "canonical": "ISC",
                        "normal": "ISC",
                        "well_spelled": False,
                        "alternatives": [[{"text": "ISC", "licence": "ISC"}]],
                    }
                ],
                "settings": {"allowed": ["ISC"], "refused": []},
            },
        )
    )
    assert not answer.opens
    assert len(answer.deny) == 1


def test_10_only_json_text_reaches_the_engine() -> None:
    for path in (REPOSITORY / "kfm_gates").rglob("*.py"):
        assert not re.search(r"\.(set_input|add_data)\(", path.read_text()), path


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('not input.manifest.approvals[_].role == "steward"', "nothing outside of the `not` binds"),
        ('not input.manifest.approvals[k].role == "steward"', "nothing outside of the `not` binds"),
        ("not input.manifest.aprovals", "did you mean `approvals`"),
        ('input.manifest.aprovals != "x"', "did you mean `approvals`"),
    ],
)
def test_11_not_over_what_is_unbound_or_misspelt(tmp_path: Path, condition: str, words: str) -> None:
    error(tmp_path, SOUND + f'deny contains "x" if {condition}\n', words)


@pytest.mark.parametrize(
    "reason",
    [
        "count(input.manifest.approvals)",
        '""',
        '{"msg": ""}',
        '{"hint": "x"}',
        "true",
        "null",
        '["x"]',
        "each",
    ],
)
def test_12_a_reason_that_is_none(tmp_path: Path, reason: str) -> None:
    rule = SOUND + f"deny contains {reason} if {{ some each in input.manifest.approvals }}\n"
    error(tmp_path, rule, "acme")


@pytest.mark.parametrize("head", ['deny := "x"', "deny", "deny.x contains 1", 'deny["x"]', 'deny := {"x"}'])
def test_13_deny_as_another_kind_of_rule(tmp_path: Path, head: str) -> None:
    error(tmp_path, SOUND + f"{head} if count(input.manifest.approvals) == 0\n", "own.rego:1")


@pytest.mark.parametrize("call", ["nosuch(1)", 'http.send({"url": "x"}).status_code != 200', "opa.runtime()"])
def test_14_a_builtin_that_is_not_there_or_silent(tmp_path: Path, call: str) -> None:
    rule = SOUND + f'deny contains "x" if {{ input.manifest.slug == "never"; {call} }}\n'
    error(tmp_path, rule, "is not allowed")


def test_15_an_input_left_over_from_the_call_before() -> None:
    rule = 'default allow := false\nallow if input.ok\ndeny contains "x" if not input.ok\n'
    core = RegorusCore([PolicyFile("rego/acme/own.rego", HEAD + rule)])
    deep: object = 1
    for _ in range(200):
        deep = [deep]
    assert core.judge("kfm.acme.own", {"ok": True}).opens
    with pytest.raises(EngineError):
        core.judge("kfm.acme.own", {"ok": deep})
    assert not core.judge("kfm.acme.own", {}).opens


@pytest.mark.parametrize(
    ("condition", "helper"),
    [
        ("deep(1) == 1", "deep(x) := deep(x)\n"),
        (
            "count([1 | some a in numbers.range(1, 9000); some b in numbers.range(1, 9000); a * b == 0]) == 1",
            "",
        ),
        ("count([[a, b] | some a in numbers.range(1, 90000); some b in numbers.range(1, 90000)]) == 1", ""),
    ],
    ids=["crash", "hang", "memory"],
)
def test_16_an_engine_that_crashes_or_hangs(condition: str, helper: str) -> None:
    rule = (
        SOUND.replace("input.manifest", "input")
        + f'deny contains "x" if {{ input.bomb; {condition} }}\n{helper}'
    )
    limits = Limits(memory_bytes=1_000_000_000, request_seconds=2)
    with RegorusEngine([PolicyFile("rego/acme/own.rego", HEAD + rule)], {}, limits=limits) as engine:
        with pytest.raises(EngineError, match=r"worker|recurs"):
            engine.judge("kfm.acme.own", {"bomb": True, "approvals": [1]})
        assert engine.judge("kfm.acme.own", {"approvals": [1], "bomb": False}).opens


def test_17_a_rule_without_tests_and_tests_without_a_test(tmp_path: Path) -> None:
    pack(tmp_path, SOUND)
    for text in (None, "package kfm.acme.own_test\n\nnothing := 1\n"):
        if text is not None:
            (tmp_path / "gates/rego/acme/own_test.rego").write_text(text)
        command = [sys.executable, "-c", MAIN, "policy", "test", str(tmp_path / "gates")]
        assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"approvals":', b'"approvals": [], "approvals":'),
        (b'"policy_label": "public"', b'"policy_label": NaN'),
        (b'"policy_label": "public"', b'"policy_label": 1e999'),
    ],
    ids=["duplicate key", "NaN", "too large"],
)
def test_18_text_that_readers_read_differently(old: bytes, new: bytes) -> None:
    text = kansas()[MANIFEST]
    assert text.count(old) == 1
    assert whole({**kansas(), MANIFEST: text.replace(old, new)}) in ("DENY", "ERROR")


def test_19_names_that_differ_by_case() -> None:
    policies = [PolicyFile(f"rego/acme/{name}.rego", HEAD + SOUND) for name in ("own", "Own")]
    with pytest.raises(EngineError, match="is that of rego/acme/own"):
        RegorusCore(policies)


def test_20_exceptions_and_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFTEST_NO_FAIL", "true")
    pack(tmp_path, SOUND)
    assert ends(tmp_path, changed({"approvals": []}))[0] == "DENY"
    error(
        tmp_path,
        SOUND + 'exception contains ["own"] if input.manifest\n',
        "nothing uses the rule `exception`",
    )


@pytest.mark.parametrize("call", ["time.now_ns() > 0", 'rand.intn("a", 9) > 1', "uuid.rfc4122(1)"])
def test_21_a_clock_or_dice(tmp_path: Path, call: str) -> None:
    error(tmp_path, SOUND + f'deny contains "x" if {call}\n', "is not allowed")


def test_22_an_engine_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.Popen
    start = (
        "import sys; sys.modules['regorus'] = None; from kfm_gates.engines import worker_main as w;"
        "sys.exit(w.main(sys.argv[1:]))"
    )

    def spawn(command: list[str], **settings: Any) -> Any:
        return real([sys.executable, "-I", "-c", start, *command[4:]], **settings)

    monkeypatch.setattr(subprocess, "Popen", spawn)
    error(tmp_path, SOUND, "regorus")


def test_23_a_policy_that_was_edited(tmp_path: Path) -> None:
    pack(tmp_path, SOUND)
    pinned = assemble(Configuration(tmp_path), "own.toml").pack_digest
    weaker = SOUND.replace("approvals) == 0", "approvals) == 9")
    (tmp_path / "gates/rego/acme/own.rego").write_text(HEAD + weaker)
    request = Request(str(tmp_path), targets=(os.fspath(KANSAS),), profile="own.toml", expect_pack=pinned)
    with pytest.raises(PermitMismatch, match="not the expected"):
        prepare(request)


@pytest.mark.parametrize(
    "rule",
    [
        "deny[msg] { msg := 1 }\n",
        "deny[msg] if msg := 1\n",
        "allow { input.manifest }\n",
        "allow = true { 1 }\n",
    ],
)
def test_24_rego_of_another_version(tmp_path: Path, rule: str) -> None:
    error(tmp_path, SOUND + rule, "own.rego")
