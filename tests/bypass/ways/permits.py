"""Ways in by the permit: forged, widened, aged, moved, or used again."""

from __future__ import annotations

import datetime
import json
import os
import shutil
from typing import Any

from tests.bypass.arena import Arena
from tests.bypass.scenario import scenario
from tests.support.running import Ran, check, program

REFUSED = "the permit is refused, exit 126"


def _moment(minutes: float) -> str:
    when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


@scenario("permit", wants="build with a permit that nobody issued", must=REFUSED, says="permit|not open")
def every_digest_is_computed_by_the_attacker(arena: Arena) -> Ran:
    arena.deny()
    ran = check(arena.evidence, cwd=arena.folder, at=None, record=arena.folder / "denied")
    predicate = ran.predicate

    def forge(permit: Any) -> None:
        permit["subjects"] = [{"id": s["id"], "digest": s["digest"]} for s in predicate["subjects"]]
        permit["decision_digest"] = ran.run["decision_digest"]
        permit["docket_digest"] = predicate["docket"]["digest"]
        permit["evaluated_at"] = predicate["evaluated_at"]

    arena.alter_permit(forge)
    return arena.exec_permit()


@scenario("permit", wants="build twice with one permit", must=REFUSED, says="used|consumed")
def it_is_used_twice(arena: Arena) -> Ran:
    first = arena.exec_permit()
    if first.code != 0:
        raise RuntimeError(first.said)
    arena.marker.unlink()
    return arena.exec_permit()


@scenario("permit", wants="forget that a permit was used", must=REFUSED, says="used|consumed|store")
def the_note_of_its_use_is_deleted(arena: Arena) -> Ran:
    it_is_used_twice(arena)
    shutil.rmtree(arena.store / "consumed")
    return arena.exec_permit()


@scenario("permit", wants="use a permit again in a store of one's own", must=REFUSED, says="store|audience")
def another_store_is_named(arena: Arena) -> Ran:
    it_is_used_twice(arena)
    return arena.exec_permit("--store", arena.folder / "store-of-my-own")


@scenario(
    "permit", wants="make one permit two by its nonce", must=REFUSED, says="nonce|another|signature|used"
)
def its_nonce_is_edited_after_use(arena: Arena) -> Ran:
    it_is_used_twice(arena)
    shutil.copytree(arena.store, arena.folder / "kept")
    arena.alter_permit(lambda permit: permit.update(nonce="1" * 32))
    return arena.exec_permit()


@scenario("permit", wants="build after the permit's time", must=REFUSED, says="expire")
def it_has_expired(arena: Arena) -> Ran:
    times = {"evaluated_at": -61, "issued_at": -60.5, "expires_at": -1}
    arena.alter_permit(lambda permit: permit.update({k: _moment(v) for k, v in times.items()}))
    return arena.exec_permit()


@scenario("permit", wants="make a permit that lives for ever", must=REFUSED, says="no judge issues")
def its_end_is_moved(arena: Arena) -> Ran:
    arena.alter_permit(lambda permit: permit.update(expires_at=_moment(60 * 24)))
    return arena.exec_permit()


@scenario("permit", wants="prepare a permit for later", must=REFUSED, says="future|clock")
def it_is_issued_in_the_future(arena: Arena) -> Ran:
    times = {"evaluated_at": 10, "issued_at": 10, "expires_at": 40}
    arena.alter_permit(lambda permit: permit.update({k: _moment(v) for k, v in times.items()}))
    return arena.exec_permit()


@scenario(
    "permit", wants="use a permit to promote for a cutover", must=REFUSED, says="promote.*cutover|cutover"
)
def another_operation_is_asked(arena: Arena) -> Ran:
    words = arena.exec_words("--permit", arena.permit, "--expect-pack", "sha256:" + "0" * 64)
    words[2] = "cutover"
    return arena.run(*words)


@scenario(
    "permit", wants="turn a permit to promote into one to cut over", must=REFUSED, says="operation|another"
)
def its_operation_is_edited(arena: Arena) -> Ran:
    arena.alter_permit(lambda permit: permit.update(operation="cutover"))
    words = arena.exec_words("--permit", arena.permit, "--expect-pack", _pack(arena))
    words[2] = "cutover"
    return arena.run(*words)


def _pack(arena: Arena) -> str:
    return str(json.loads(arena.permit.read_bytes())["policy_pack_digest"])


@scenario("permit", wants="cut over under a policy pack of one's own", must="exit 125", says="expect-pack")
def a_cutover_expects_no_pack(arena: Arena) -> Ran:
    words = arena.exec_words("--permit", arena.permit)
    words[2] = "cutover"
    return arena.run(*words)


@scenario("permit", wants="use a permit of another policy pack", must=REFUSED, says="pack")
def its_policy_pack_is_edited(arena: Arena) -> Ran:
    arena.alter_permit(lambda permit: permit.update(policy_pack_digest="sha256:" + "a" * 64))
    return arena.exec_permit()


@scenario("permit", wants="widen a permit to a version more", must=REFUSED, says="subject")
def a_subject_is_added(arena: Arena) -> Ran:
    more = {"id": "rivers/2026.00000000.00000000", "digest": "sha256:" + "b" * 64}
    arena.alter_permit(lambda permit: permit["subjects"].append(more))
    return arena.exec_permit()


@scenario("permit", wants="drop the version that would not pass", must=REFUSED, says="subject")
def a_subject_is_dropped(arena: Arena) -> Ran:
    arena.alter_permit(lambda permit: permit["subjects"].pop())
    return arena.exec_permit()


@scenario(
    "permit", wants="say two things at once, one for each reader", must=REFUSED, says="twice|duplicate|key"
)
def a_key_is_there_twice(arena: Arena) -> Ran:
    text = arena.permit.read_text()
    arena.permit.write_text(text.replace("{", '{"operation": "promote", ', 1))
    return arena.exec_permit()


@scenario("permit", wants="tell a later reader more than was decided", must=REFUSED, says="permit.json")
def a_field_is_unknown(arena: Arena) -> Ran:
    arena.alter_permit(lambda permit: permit.update(also_allows="everything"))
    return arena.exec_permit()


@scenario("permit", wants="leave out what would refuse it", must=REFUSED, says="permit.json")
def a_field_is_missing(arena: Arena) -> Ran:
    arena.alter_permit(lambda permit: permit.pop("checkpoint"))
    return arena.exec_permit()


@scenario("permit", wants="make reading it take for ever", must=REFUSED, says="permit.json")
def it_is_a_gigantic_file(arena: Arena) -> Ran:
    arena.permit.write_bytes(b"[" * 30_000_000)
    return arena.exec_permit()


@scenario("permit", wants="have no permit at all", must="the command is not started", says="permit|read")
def the_file_is_not_there(arena: Arena) -> Ran:
    arena.permit.unlink()
    return arena.exec_permit()


@scenario("permit", wants="wait until somebody else writes a permit", must=REFUSED, says="permit")
def the_file_is_a_pipe(arena: Arena) -> Ran:
    arena.permit.unlink()
    os.mkfifo(arena.permit)
    return arena.exec_permit()


@scenario("permit", wants="use what a weaker profile allowed", must=REFUSED, says="not open|another")
def it_is_of_a_weaker_profile(arena: Arena) -> Ran:
    weak = arena.folder / "weak.toml"
    weak.write_text(
        'profile = { name = "weak", operation = "promote" }\n'
        '[gates.evidence]\nchecks = ["evidence.present"]\n'
    )
    arena.deny()
    again = arena.folder / "record"
    ran = check(
        arena.evidence, "--profile", weak, "--store", arena.store, cwd=arena.folder, at=None, record=again
    )
    if ran.code != 0:
        raise RuntimeError(ran.said)
    return arena.exec_permit()


@scenario(
    "permit",
    wants="keep the permit of a good run for a bad one",
    must="no permit is left",
    says="DENY|denied",
)
def the_evidence_is_denied_where_a_permit_lay(arena: Arena) -> Ran:
    arena.deny()
    ran = program("check", arena.evidence, "--record", arena.record, cwd=arena.folder)
    if arena.permit.exists():
        raise AssertionError("the old permit is still there")
    return ran


@scenario("permit", wants="get a permit for a part of the gates", must="no permit", says="can't be read")
def only_a_gate_is_judged(arena: Arena) -> Ran:
    arena.permit.unlink()
    ran = program(
        "check",
        arena.evidence,
        "--gate",
        "B",
        "--record",
        arena.record,
        "--store",
        arena.store,
        cwd=arena.folder,
    )
    if ran.code != 0 or arena.permit.exists():
        raise AssertionError(ran.said)
    return arena.exec_permit()


@scenario("permit", wants="get a permit for another moment", must="no permit", says="permit")
def it_is_judged_as_of_a_better_day(arena: Arena) -> Ran:
    arena.permit.unlink()
    ran = check(arena.evidence, "--store", arena.store, cwd=arena.folder, record=arena.record)
    if ran.code != 0 or arena.permit.exists():
        raise AssertionError(ran.said)
    return arena.exec_permit()
