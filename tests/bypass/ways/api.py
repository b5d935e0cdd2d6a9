"""Ways in by the Python API: a decision taken for a permit, a permit made by hand."""

from __future__ import annotations

import subprocess
import sys
import textwrap

from tests.bypass.arena import Arena
from tests.bypass.scenario import scenario
from tests.support.running import Ran, environment

RAISES = "the builder's body does not run; an error is raised"
HEAD = """
import json, os, pathlib, sys
import kfm_gates
from kfm_gates import evaluate, guard, requires_permit
ROOT, STORE, MARKER = sys.argv[1:4]

@requires_permit("promote")
def build(permit, data=None):
    pathlib.Path(MARKER).write_text("built")
"""


def _python(arena: Arena, text: str) -> Ran:
    script = arena.folder / "script.py"
    script.write_text(HEAD + textwrap.dedent(text))
    words = [sys.executable, "-P", str(script), str(arena.evidence), str(arena.store), str(arena.marker)]
    done = subprocess.run(words, cwd=arena.folder, capture_output=True, timeout=120, env=environment())
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode(), arena.record)


@scenario("API", wants="take a decision for a yes", must=RAISES, says="TypeError")
def a_decision_is_used_as_a_truth_value(arena: Arena) -> Ran:
    arena.deny()
    return _python(arena, "if evaluate(ROOT):\n    pathlib.Path(MARKER).touch()\n")


@scenario("API", wants="go on after a denial", must=RAISES, says="GateDenied")
def a_permit_is_required_of_a_denial(arena: Arena) -> Ran:
    arena.deny()
    return _python(arena, "evaluate(ROOT).require()\npathlib.Path(MARKER).touch()\n")


@scenario("API", wants="enter the guarded part after a denial", must=RAISES, says="GateDenied")
def the_guard_meets_a_denial(arena: Arena) -> Ran:
    arena.deny()
    return _python(arena, "with guard('promote', ROOT, store=STORE) as run:\n    build(run.permit)\n")


@scenario("API", wants="build without any permit", must=RAISES, says="TypeError")
def a_builder_is_called_without_permit(arena: Arena) -> Ran:
    return _python(arena, "build()\n")


@scenario("API", wants="build with a look-alike", must=RAISES, says="TypeError")
def a_builder_is_called_with_a_dict(arena: Arena) -> Ran:
    return _python(arena, "build({'allow': True, 'operation': 'promote'})\n")


@scenario("API", wants="build with a decision instead of a permit", must=RAISES, says="TypeError")
def a_builder_is_called_with_a_decision(arena: Arena) -> Ran:
    return _python(arena, "build(evaluate(ROOT))\n")


@scenario(
    "API", wants="build with a permit that nobody verified", must=RAISES, says="TypeError|PermitInvalid"
)
def a_builder_is_called_with_an_unverified_permit(arena: Arena) -> Ran:
    return _python(arena, "build(evaluate(ROOT).require())\n")


@scenario("API", wants="make a verified permit by hand", must=RAISES, says="TypeError|Permit")
def a_verified_permit_is_made_by_hand(arena: Arena) -> Ran:
    return _python(arena, "build(object.__new__(kfm_gates.VerifiedPermit))\n")


@scenario("API", wants="use a permit after its run", must=RAISES, says="Permit|closed|run")
def a_permit_is_kept_after_its_run(arena: Arena) -> Ran:
    return _python(
        arena,
        """
        with guard("promote", ROOT, store=STORE) as run:
            kept = run.permit
            run.record_receipt({"built": False})
        build(kept)
        """,
    )


@scenario("API", wants="use a permit to promote for a cutover", must=RAISES, says="Permit|cutover")
def a_permit_is_used_for_another_operation(arena: Arena) -> Ran:
    return _python(
        arena,
        """
        @requires_permit("cutover")
        def cut_over(permit):
            pathlib.Path(MARKER).touch()

        with guard("promote", ROOT, store=STORE) as run:
            cut_over(run.permit)
        """,
    )


@scenario("API", wants="read bytes that nobody judged", must=RAISES, says="Permit|judged")
def a_path_is_opened_that_was_not_judged(arena: Arena) -> Ran:
    return _python(
        arena,
        """
        pathlib.Path(ROOT, "secret.txt").write_text("x")
        with guard("promote", ROOT, store=STORE) as run:
            run.open("secret.txt").read()
            pathlib.Path(MARKER).touch()
        """,
    )


@scenario("API", wants="read other bytes than were judged", must=RAISES, says="PermitStale")
def a_file_changes_before_it_is_opened(arena: Arena) -> Ran:
    return _python(
        arena,
        """
        with guard("promote", ROOT, store=STORE) as run:
            path = next(p for p in sorted(run.inputs) if p.endswith("dcat.jsonld"))
            pathlib.Path(ROOT, path).write_text("{}")
            run.open(path).read()
            pathlib.Path(MARKER).touch()
        """,
    )


@scenario("API", wants="pose as a builder that exec started", must=RAISES, says="Permit|exec")
def the_environment_of_exec_is_forged(arena: Arena) -> Ran:
    return _python(
        arena,
        f"""
        os.environ["KFM_GATES_PERMIT"] = {str(arena.permit)!r}
        os.environ["KFM_GATES_RUN"] = "0" * 32
        from kfm_gates import permit_from_environment
        build(permit_from_environment())
        """,
    )


@scenario(
    "API", wants="judge with an interpreter that has other gates", must=RAISES, says="EngineError|UsageError"
)
def the_judge_is_another_program(arena: Arena) -> Ran:
    return _python(
        arena, "with guard('promote', ROOT, store=STORE, python='/bin/true') as run:\n    build(run.permit)\n"
    )
