"""The ways in which conftest passes when it should not: judged by it alone, each ends in DENY or ERROR as well.

The numbers are those of test_policy_fools_nobody. First the program itself, with policies that no lint has seen, since
it must not need one to be safe; then rules of a pack, judged as always.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.engines import regorus_lint
from kfm_gates.engines.conftest_binary import ConftestChoice, identify
from kfm_gates.engines.conftest_engine import ConftestEngine
from kfm_gates.engines.interface import RegoAnswer, RegoEngine
from kfm_gates.engines.limits import Limits
from kfm_gates.engines.policy_file import PolicyFile
from kfm_gates.engines.rego_pair import RegoPair
from kfm_gates.errors import EngineError, UsageError
from kfm_gates.judge.bench_engines import Engines
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.rego_choice import RegoChoice, refuse_engine_inside
from kfm_gates.judge.suite import assemble
from tests.laws.test_policy_fools_nobody import NOBODY, PLAIN, changed, ends, pack
from tests.laws.test_policy_fools_nobody import SOUND as PACK_SOUND
from tests.support.conftest_program import (
    HEAD,
    PACKAGE,
    VERSION,
    identified,
    own_rule,
    program,
    real_conftest,
)

pytestmark = pytest.mark.conftest

SOUND = 'allow if input.ok\ndeny contains "x" if not input.ok\n'


def judged(rules: str, input: Any, *, data: Any = None, head: str = HEAD) -> RegoAnswer:
    with ConftestEngine([PolicyFile("rego/acme/own.rego", head + rules)], data, identified()) as engine:
        return engine.judge(PACKAGE, input)


def test_00_a_sound_rule_passes_and_denies() -> None:
    assert judged(SOUND, {"ok": True}).opens
    assert judged(SOUND, {"ok": False}).deny == ("x",)


def test_01_an_undefined_rule() -> None:
    bare = HEAD.replace("default allow := false\n", "")
    assert judged('allow if input.a == 1\ndeny contains "x" if input.a == 2\n', {}, head=bare).allow is None


@pytest.mark.parametrize("package", ["acme.own", "kfm.acme.onw", "kfm.acme.own.more", "main"])
def test_02_a_wrong_package(package: str) -> None:
    with pytest.raises(EngineError, match="its place demands the package"):
        judged(SOUND, {}, head=HEAD.replace(PACKAGE, package))


@pytest.mark.parametrize("name", ["Deny", "denied", "dany", "fail"])
def test_02_a_mistyped_rule_name(name: str) -> None:
    with pytest.raises(EngineError, match="must be a set; conftest gave what is undefined"):
        judged(SOUND.replace("deny", name), {})


def test_03_a_default_that_allows() -> None:
    answer = judged('deny contains "x" if input.no\n', {"no": 1}, head=HEAD.replace("false", "true"))
    assert answer.allow is True
    assert not answer.opens


@pytest.mark.parametrize("input", [{}, {"ok": False}], ids=str)
def test_05_an_empty_input(input: Any) -> None:
    assert not judged(SOUND, input).opens


@pytest.mark.parametrize("input", [None, [], "", False, [{"ok": True}]], ids=str)
def test_05_no_input(input: Any) -> None:
    with pytest.raises(EngineError, match="must be a JSON object"):
        judged(SOUND, input)


def test_07_a_builtin_error() -> None:
    with pytest.raises(EngineError, match=r"rego/acme/own\.rego:\d+: eval_builtin_error|to_number"):
        judged('allow if true\ndeny contains "x" if to_number(input.s) > 1\n', {"s": "many"})


def test_08_data_that_is_missing() -> None:
    assert not judged(
        'allow if not input.a in data.kfm_data.banned\ndeny contains "x" if input.b\n', {"a": 1}
    ).opens


def test_09_data_that_overrides_a_rule() -> None:
    data = {
        "allow": True,
        "deny": [],
        "acme": {"own": {"allow": True, "deny": []}},
        "kfm": {"acme": {"own": {}}},
    }
    assert judged(SOUND, {"ok": False}, data=data).deny == ("x",)


def test_10_a_boolean_that_becomes_a_number() -> None:
    rules = 'allow if input.b == false\ndeny contains type_name(input.b) if type_name(input.b) != "boolean"\n'
    assert judged(rules, {"b": False}).opens
    assert judged(rules, {"b": 0}).deny == ("number",)


@pytest.mark.parametrize("condition", ["not input.list[_].ok", "not input.list[k].ok"])
def test_11_not_over_what_is_unbound(condition: str) -> None:
    with pytest.raises(EngineError, match=r"rego/acme/own\.rego: conftest refuses.*unsafe"):
        judged(f'allow if true\ndeny contains "x" if {condition}\n', {})


@pytest.mark.parametrize("reason", ["1", '""', '{"msg": ""}', "true", "null", '["x"]'])
def test_12_a_reason_that_is_none(reason: str) -> None:
    answer = judged(f"allow if true\ndeny contains {reason} if input.a\n", {"a": 1})
    assert len(answer.deny) == 1
    assert not answer.opens


def test_12_a_reason_without_a_message() -> None:
    with pytest.raises(EngineError, match='"msg" field must be present'):
        judged('allow if true\ndeny contains {"hint": "x"} if input.a\n', {"a": 1})


@pytest.mark.parametrize("rule", ['deny := "x"', "deny := true", 'deny["x"] := 1', 'deny := ["x"]', "deny"])
def test_13_deny_as_another_kind_of_rule(rule: str) -> None:
    with pytest.raises(EngineError, match=r"rego/acme/own\.rego: (`deny` must be a set|conftest refuses)"):
        judged(f"allow if true\n{rule} if input.a\n", {"a": 1})


@pytest.mark.parametrize(
    "call",
    [
        "nosuch(1)",
        'http.send({"url": "x"}).body',
        "opa.runtime()",
        'parse_config_file("x")',
        'net.lookup_ip_addr("x")',
    ],
)
def test_14_a_call_that_is_not_there_or_reaches_out(call: str) -> None:
    with pytest.raises(EngineError, match="undefined function"):
        judged(f'allow if true\ndeny contains "x" if {{ input.never; {call} }}\n', {})


def test_15_an_answer_to_another_input(tmp_path: Path) -> None:
    # It keeps what it was first asked, and answers to that ever after.
    real, kept = real_conftest(), tmp_path / "kept"
    script = (
        f'if [ "$1" = test ] && [ -f {tmp_path}/stale ]; then mkdir -p {kept}; '
        f'[ -f {kept}/0.json ] || cp inputs*/*.json {kept}/; cp {kept}/*.json inputs*/; fi\nexec {real} "$@"\n'
    )
    path = program(tmp_path / "bin", VERSION + script)
    with ConftestEngine([own_rule(SOUND)], {}, identify(ConftestChoice(path))) as engine:
        assert not engine.judge(PACKAGE, {}).opens
        (tmp_path / "stale").touch()
        assert engine.judge(PACKAGE, {"ok": True}).opens
        with pytest.raises(EngineError, match="did not see the input that it was given"):
            engine.judge(PACKAGE, {"ok": False})


@pytest.mark.parametrize("end", ["sleep 600", "kill -KILL $$", "kill -SEGV $$", "exit 0"])
def test_16_an_engine_that_crashes_or_hangs(tmp_path: Path, end: str) -> None:
    script = f'if [ "$1" = test ] && [ -f {tmp_path}/now ]; then rm {tmp_path}/now; {end}; fi\nexec {real_conftest()} "$@"\n'
    conftest = identify(ConftestChoice(program(tmp_path / "bin", VERSION + script)))
    with ConftestEngine([own_rule(SOUND)], {}, conftest, limits=Limits(request_seconds=15)) as engine:
        assert engine.judge(PACKAGE, {"ok": True}).opens
        (tmp_path / "now").touch()
        with pytest.raises(EngineError, match="conftest"):
            engine.judge(PACKAGE, {"ok": True})
        assert engine.judge(PACKAGE, {"ok": True}).opens


def test_18_numbers_that_conftest_rounds() -> None:
    rules = 'allow if input.n == 9007199254740993\ndeny contains "rounded" if input.n != 9007199254740993\n'
    with pytest.raises(EngineError, match="conftest itself reads 1 denials where the policy gives 0"):
        judged(rules, {"n": 9007199254740993})


@pytest.mark.parametrize("other", ["Own", "OWN"])
def test_19_names_that_differ_by_case(other: str) -> None:
    policies = [own_rule(SOUND), PolicyFile(f"rego/acme/{other}.rego", HEAD.replace("own", other) + SOUND)]
    with pytest.raises(EngineError, match=r"is that of rego/acme/own"):
        ConftestEngine(policies, {}, identified())


def test_20_exceptions() -> None:
    with pytest.raises(EngineError, match=r"conftest exempts or warns in kfm\.acme\.own"):
        judged(SOUND + 'exception contains [""] if input.all\n', {"ok": False, "all": True})


@pytest.mark.parametrize("call", ["time.now_ns() > 0", 'rand.intn("a", 9) > 1', 'uuid.rfc4122("a") != ""'])
def test_21_a_clock_or_dice(call: str) -> None:
    with pytest.raises(EngineError, match="undefined function"):
        judged(f'allow if true\ndeny contains "x" if {call}\n', {})


def test_22_engines_that_differ() -> None:
    class Lax:
        name, version = "lax", "1"

        def judge(self, package: str, input: Any) -> RegoAnswer:
            return RegoAnswer(True, ())

        def ready(self) -> None:
            pass

    with ConftestEngine([own_rule(SOUND)], {}, identified()) as engine:
        assert RegoPair(Lax(), engine).judge(PACKAGE, {"ok": True}).opens
        with pytest.raises(EngineError, match=r"lax and conftest differ .* of which it alone gives \"x\""):
            RegoPair(Lax(), engine).judge(PACKAGE, {"ok": False})


@pytest.mark.parametrize(
    "rule", ["deny[msg] { msg := 1 }\n", "allow { input.ok }\n", "deny contains msg {\n"]
)
def test_24_rego_of_another_version(rule: str) -> None:
    with pytest.raises(EngineError, match=r"rego/acme/own\.rego: conftest refuses"):
        judged(SOUND + rule, {})


def test_an_engine_among_what_it_judges(tmp_path: Path) -> None:
    program(tmp_path / "evidence", f"touch {tmp_path}/started\n{VERSION}")
    link = tmp_path / "conftest"
    link.symlink_to(tmp_path / "evidence/conftest")
    inward = tmp_path / "evidence/link"
    inward.symlink_to(program(tmp_path / "bin", VERSION))
    for path in (tmp_path / "evidence/conftest", link, inward):
        with pytest.raises(UsageError, match="never taken from inside the evidence root"):
            refuse_engine_inside(ConftestChoice(path), tmp_path / "evidence")


def choice(name: str = "conftest") -> RegoChoice:
    return RegoChoice(name, ConftestChoice(real_conftest()))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["conftest", "both"])
def test_a_pack_passes_and_denies(tmp_path: Path, name: str) -> None:
    pack(tmp_path, PACK_SOUND)
    assert ends(tmp_path, rego=choice(name))[0] == "PASS"
    assert ends(tmp_path, changed({"approvals": []}), rego=choice(name))[0] == "DENY"


FLAWED: dict[str, tuple[str, str]] = {
    "01 undefined": ("allow if input.manifest.approvals == 5\n" + NOBODY, "`default allow := false`"),
    "02 name": (PACK_SOUND + NOBODY.replace("deny", "denied"), "`denied`"),
    "03 default": (PACK_SOUND.replace(":= false", ":= true"), "must be false"),
    "06 vacuous": (
        'default allow := false\n\nallow if every each in input.manifest.approvals { each.role != "" }\n\n'
        'deny contains {"msg": "a role is empty"} if { some each in input.manifest.approvals; each.role == "" }\n',
        "does not deny a bad sample",
    ),
    "07 builtin": (PACK_SOUND + 'deny contains "x" if to_number(input.manifest.slug) > 1\n', "own.rego"),
    "08 data": (
        PACK_SOUND + 'deny contains "x" if input.manifest.slug in data.kfm_data.banned\n',
        "not in the data",
    ),
    "11 unbound": (PACK_SOUND + 'deny contains "x" if not input.manifest.approvals[_].role\n', "binds"),
    "11 misspelt": (
        PACK_SOUND + 'deny contains "x" if not input.manifest.aprovals\n',
        "did you mean `approvals`",
    ),
    "12 reason": (PACK_SOUND + 'deny contains {"hint": "x"} if input.manifest\n', "acme"),
    "13 kind": (PACK_SOUND + 'deny := "x" if input.never\n', "own.rego"),
    "14 call": (PACK_SOUND + 'deny contains "x" if http.send({"url": "x"}).a\n', "is not allowed"),
    "20 exception": (PACK_SOUND + 'exception contains [""] if input.manifest\n', "`exception`"),
    "21 clock": (PACK_SOUND + 'deny contains "x" if time.now_ns() > 0\n', "is not allowed"),
    "24 version": (PACK_SOUND + "allow { input.manifest }\n", "own.rego"),
    "silent": (PLAIN.replace("count(deny) == 0", "input.never") + NOBODY, "own"),
}


@pytest.mark.slow
@pytest.mark.parametrize("flaw", FLAWED)
def test_a_flawed_rule_of_a_pack(tmp_path: Path, flaw: str) -> None:
    rule, words = FLAWED[flaw]
    status, said = ends(pack(tmp_path, rule), rego=choice())
    assert status == "ERROR", said
    assert words in said


@pytest.fixture
def without_regorus(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = regorus_lint.importlib.util.find_spec
    monkeypatch.setattr(
        regorus_lint.importlib.util, "find_spec", lambda name: None if name == "regorus" else real(name)
    )
    yield


@pytest.mark.slow
def test_22_without_regorus_only_the_rules_of_this_package_are_judged(
    tmp_path: Path, without_regorus: None
) -> None:
    made = assemble(Configuration(tmp_path, rego=choice()), "promotion-v1")
    with Engines(made) as engines:
        answer = engines.given[RegoEngine].judge("kfm.rights.license", {})  # type: ignore[attr-defined]
        assert answer.deny and not answer.opens
    status, said = ends(pack(tmp_path, PACK_SOUND), rego=choice())
    assert status == "ERROR"
    assert "regorus is not installed here, so nobody can lint rego/acme/own.rego" in said
