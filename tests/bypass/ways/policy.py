"""Ways in by the policy: a profile, a pack or a waiver that says less than is believed."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.bypass.arena import Arena
from tests.bypass.scenario import scenario
from tests.support.running import REPOSITORY, Ran

REFUSED = "nothing is started"


def _profile(arena: Arena, text: str) -> Path:
    path = arena.folder / "own.toml"
    path.write_text(text)
    return path


OWN = 'profile = { name = "own", extends = "promotion-v1" }\n'


@scenario("policy", wants="judge by no check at all", must=REFUSED, says="no checks")
def the_profile_is_empty(arena: Arena) -> Ran:
    arena.deny()
    profile = _profile(arena, 'profile = { name = "own", operation = "promote" }\n')
    return arena.exec("--profile", profile)


@scenario("policy", wants="judge by a gate without checks", must=REFUSED, says="without checks|no checks")
def a_gate_is_empty(arena: Arena) -> Ran:
    arena.deny()
    return arena.exec("--profile", _profile(arena, OWN + "[gates.release2]\nchecks = []\n"))


@scenario("policy", wants="take a check off by misspelling it", must=REFUSED, says="unknown|no check")
def a_check_is_misspelt(arena: Arena) -> Ran:
    arena.deny()
    return arena.exec("--profile", _profile(arena, OWN + '[gates.more]\nchecks = ["release.aprovals"]\n'))


@scenario("policy", wants="make a check not apply", must=REFUSED, says="can't be changed")
def an_extending_profile_plans_less(arena: Arena) -> Ran:
    arena.deny()
    text = OWN + '[[not_planned]]\nchecks = ["release.approvals"]\nunless = "has_obligations"\n'
    return arena.exec("--profile", _profile(arena, text))


@scenario("policy", wants="weaken a setting for one dataset", must=REFUSED, says="quality.drift")
def an_override_weakens(arena: Arena) -> Ran:
    text = OWN + '[[override]]\nsubjects = "kansas-counties/*"\nchecks."quality.drift".max_count_drop = 1.0\n'
    return arena.exec("--profile", _profile(arena, text))


@scenario("policy", wants="let a weak profile pass for the real one", must=REFUSED, says="pack|profile")
def another_profile_is_judged_than_expected(arena: Arena) -> Ran:
    return arena.exec("--expect-pack", "sha256:" + "0" * 64)


@scenario("policy", wants="allow by a rule that says nothing of itself", must=REFUSED, says="METADATA")
def a_rule_allows_all(arena: Arena) -> Ran:
    rules = arena.folder / "gates" / "rego" / "acme"
    rules.mkdir(parents=True)
    (rules / "open.rego").write_text("package kfm.acme.open\n\ndefault allow := true\n")
    text = 'profile = { name = "own", extends = "promotion-v1", packs = ["gates"] }\n'
    return arena.exec("--profile", _profile(arena, text + '[gates.acme]\nchecks = ["acme.open"]\n'))


@scenario(
    "policy", wants="edit the policy after judging", must="the permit is refused", says="pack|profile|another"
)
def the_profile_is_edited_after_judging(arena: Arena) -> Ran:
    profile = _profile(arena, OWN)
    ran = arena.run(
        "check", arena.evidence, "--profile", profile, "--store", arena.store, "--record", arena.record
    )
    if ran.code != 0:
        raise RuntimeError(ran.said)
    profile.write_text(OWN + "# and nothing else\n")
    return arena.exec_permit("--profile", profile)


@scenario(
    "policy", wants="edit a rule of a pack after judging", must="the permit is refused", says="pack|another"
)
def a_pack_is_edited_after_judging(arena: Arena) -> Ran:
    own = Path(shutil.copytree(REPOSITORY / "examples" / "own-gates", arena.folder / "own-gates"))
    options = ("--profile", own / "survey.toml", "--store", arena.store, "--record", arena.record)
    ran = arena.run("check", arena.evidence, *options)
    if ran.code != 0:
        raise RuntimeError(ran.said)
    rule = next(path for path in sorted(own.rglob("*.rego")) if not path.name.endswith("_test.rego"))
    rule.write_text(rule.read_text() + "\n# weaker from now on\n")
    return arena.exec_permit("--profile", own / "survey.toml")


@scenario("policy", wants="cut over under a profile that only promotes", must=REFUSED, says="operation")
def the_operation_is_not_the_profiles(arena: Arena) -> Ran:
    words = arena.exec_words("--expect-pack", "sha256:" + "0" * 64)
    words[2] = "cutover"
    return arena.run(*words)


@scenario("policy", wants="have a waiver read from the evidence", must=REFUSED, says="inside the evidence")
def a_waiver_lies_in_the_evidence(arena: Arena) -> Ran:
    arena.deny()
    (arena.evidence / "waiver.json").write_text("{}")
    (arena.folder / "kfm-gates.toml").write_text('waivers = ["evidence/waiver.json"]\n')
    return arena.exec()


@scenario("policy", wants="waive by a pattern that names no file", must=REFUSED, says="waiver")
def a_waiver_is_not_there(arena: Arena) -> Ran:
    (arena.folder / "kfm-gates.toml").write_text('waivers = ["waivers/*.json"]\n')
    return arena.exec()


@scenario("policy", wants="slip in a setting that nobody reads", must=REFUSED, says="unknown")
def a_configuration_key_is_misspelt(arena: Arena) -> Ran:
    (arena.folder / "kfm-gates.toml").write_text('waiver = ["x.json"]\n')
    return arena.exec()
