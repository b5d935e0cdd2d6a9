"""Ways in by the folders that the gates write to: the permit store, its log, the record."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.bypass.arena import Arena
from tests.bypass.scenario import scenario
from tests.support.others import give_away
from tests.support.running import Ran

REFUSED = "nothing is started, exit 125 or 126"


def _runs(arena: Arena) -> Path:
    """The log of a store in which a run has ended well."""
    first = arena.exec_permit()
    if first.code != 0:
        raise RuntimeError(first.said)
    arena.marker.unlink()
    return arena.store / "runs.jsonl"


@scenario("store", wants="have others write permits into it", must=REFUSED, says="writ|mode|permission")
def it_can_be_written_by_everybody(arena: Arena) -> Ran:
    arena.store.chmod(0o777)
    return arena.exec_permit()


@scenario("store", wants="lead it somewhere else", must=REFUSED, says="link")
def it_is_a_symbolic_link(arena: Arena) -> Ran:
    arena.store.rename(arena.folder / "moved")
    arena.store.symlink_to(arena.folder / "moved")
    return arena.exec_permit()


@scenario("store", wants="have a store that remembers nothing", must=REFUSED, says="store")
def it_is_a_file(arena: Arena) -> Ran:
    shutil.rmtree(arena.store)
    arena.store.write_text("")
    return arena.exec_permit()


@scenario("store", wants="take the store's name for a new one", must=REFUSED, says="store|audience|id")
def its_id_is_edited(arena: Arena) -> Ran:
    path = arena.store / "id"
    path.chmod(0o600)
    path.write_text("f" * 32)
    return arena.exec_permit()


@scenario(
    "store", wants="forget the last run by cutting the log", must=REFUSED, says="runs.jsonl|never closed"
)
def the_log_is_torn(arena: Arena) -> Ran:
    log = _runs(arena)
    log.write_bytes(log.read_bytes()[:-10])
    return arena.exec()


@scenario("store", wants="change what the log says of a run", must=REFUSED, says="runs.jsonl|log")
def the_log_is_edited(arena: Arena) -> Ran:
    log = _runs(arena)
    log.write_bytes(log.read_bytes().replace(b'"promote"', b'"rollback"', 1))
    return arena.exec()


@scenario("store", wants="take a line out of the log", must=REFUSED, says="runs.jsonl|log")
def a_line_of_the_log_is_removed(arena: Arena) -> Ran:
    log = _runs(arena)
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[1:]))
    return arena.exec()


@scenario(
    "store", wants="go on where a run failed", must="exit 126 until it is settled", says="settle|repair"
)
def the_last_run_failed(arena: Arena) -> Ran:
    (arena.folder / "builder.py").write_text("raise SystemExit(3)\n")
    failed = arena.exec_permit()
    if failed.code != 3:
        raise RuntimeError(failed.said)
    return arena.exec()


@scenario(
    "store",
    wants="pass for built without a receipt",
    must="exit 125, and the run counts as failed",
    says="receipt",
)
def the_builder_writes_no_receipt(arena: Arena) -> Ran:
    (arena.folder / "builder.py").write_text("")
    return arena.exec_permit()


@scenario("store", wants="pass for built with an empty receipt", must="exit 125", says="receipt")
def the_receipt_is_empty(arena: Arena) -> Ran:
    text = "import os, pathlib\npathlib.Path(os.environ['KFM_GATES_RECEIPT']).write_text('')\n"
    (arena.folder / "builder.py").write_text(text)
    return arena.exec_permit()


@scenario("store", wants="have the record written over other files", must=REFUSED, says="record|link|written")
def the_record_is_a_file(arena: Arena) -> Ran:
    arena.deny()
    (arena.folder / "again").write_text("")
    return arena.exec()


@scenario("store", wants="have no record of what was judged", must=REFUSED, says="/proc/kfm-gates")
def nobody_can_write_to_the_record_folder(arena: Arena) -> Ran:
    return arena.exec("--record", Path("/proc/kfm-gates"))


@scenario(
    "store",
    wants="have a decision that is not kept",
    must=REFUSED,
    says="json: (File too large|No space left)",
)
def the_disk_is_full(arena: Arena) -> Ran:
    # A file may grow to no more than a page: every write of a record or a permit beyond it fails.
    return arena.run(*arena.exec_words(), before=("bash", "-c", 'ulimit -f 1; exec "$0" "$@"'))


@scenario("store", wants="write elsewhere through a planted link", must=REFUSED, says=".")
def the_consumed_folder_is_a_link(arena: Arena) -> Ran:
    elsewhere = arena.folder / "elsewhere"
    elsewhere.mkdir()
    consumed = arena.store / "consumed"
    shutil.rmtree(consumed, ignore_errors=True)
    consumed.symlink_to(elsewhere)
    return arena.exec_permit()


@scenario(
    "store", wants="settle a run that nobody repaired", must="a settlement names who, how and why", says="."
)
def a_failed_run_is_settled_by_nobody(arena: Arena) -> Ran:
    (arena.folder / "builder.py").write_text("raise SystemExit(3)\n")
    arena.exec_permit()
    listed = arena.run("runs", "list", "--store", arena.store, "--format", "json")
    run = json.loads(listed.out)[0]["run"]
    ran = arena.run(
        "runs", "settle", run, "--as", "repaired", "--by", "", "--reason", "", "--store", arena.store
    )
    if ran.code == 0:
        raise AssertionError(ran.said)
    return arena.exec()


@scenario(
    "store",
    wants="use a store of another user",
    must=REFUSED,
    says="belongs to another user",
    marks=("stores",),
)
def it_belongs_to_another_user(arena: Arena) -> Ran:
    give_away(arena.store)
    return arena.exec_permit()
