"""Ways in by the other doors of the command line and by hooks, which give advice and never a permit."""

from __future__ import annotations

from tests.bypass.arena import Arena
from tests.bypass.scenario import scenario
from tests.support.running import Ran, program

NO_PERMIT = "no permit"


@scenario("hook", wants="have advice count as a decision", must=NO_PERMIT, says="permit|read")
def a_hook_is_content(arena: Arena) -> Ran:
    arena.permit.unlink()
    from tests.support.trees import file_of

    ran = program("hook", "kfm-manifest", file_of(arena.evidence, "manifest"), cwd=arena.evidence)
    if ran.code != 0 or arena.permit.exists():
        raise AssertionError(ran.said)
    return arena.exec_permit()


@scenario(
    "hook", wants="skip the hook and go on", must="the gates judge all the same", says="release.approvals"
)
def hooks_are_skipped(arena: Arena) -> Ran:
    arena.deny()
    return arena.exec(env={"SKIP": "kfm-catalog,kfm-manifest,kfm-receipt,kfm-policy,kfm-config,kfm-full"})


@scenario(
    "command line",
    wants="cut an option short",
    must="nothing is started",
    says="unrecognized|unknown|ambiguous|see",
)
def an_option_is_abbreviated(arena: Arena) -> Ran:
    return arena.exec("--perm", arena.permit)


@scenario(
    "command line", wants="judge a part and go on", must="nothing is started", says="unrecognized|see|part"
)
def only_a_part_is_asked(arena: Arena) -> Ran:
    arena.deny()
    return arena.exec("--gate", "B")


@scenario(
    "command line",
    wants="judge as of a better day",
    must="nothing is started",
    says="unrecognized|see|evaluated",
)
def another_day_is_asked(arena: Arena) -> Ran:
    return arena.exec("--evaluated-at", "2026-10-31T12:00:00Z")


@scenario("command line", wants="hide the denial by closing the output", must="not green, no permit", says="")
def nobody_reads_the_output(arena: Arena) -> Ran:
    arena.deny()
    return arena.run(*arena.exec_words(), before=("bash", "-c", 'exec "$0" "$@" >&- 2>&-'))


@scenario("command line", wants="take what is left of a broken decision", must="not green", says=".")
def diff_is_asked_of_a_torn_decision(arena: Arena) -> Ran:
    decision = arena.record / "decision.json"
    decision.write_bytes(decision.read_bytes()[:-100])
    return arena.run("diff", arena.record, arena.record)


@scenario(
    "command line",
    wants="verify a permit against its own torn decision",
    must="refused",
    says="permit|decision|another",
)
def verify_is_asked_of_an_edited_permit(arena: Arena) -> Ran:
    arena.alter_permit(lambda permit: permit.update(decision_digest="sha256:" + "c" * 64))
    return arena.run("permit", "verify", arena.permit, arena.evidence)
