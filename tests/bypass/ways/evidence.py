"""Ways in by the evidence: what was judged is not what would be built from."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.bypass.arena import Arena
from tests.bypass.scenario import scenario
from tests.support.running import Ran
from tests.support.trees import edit, file_of

MOVED = r"not there any more|(do|did) not open|another|changed|stale|was not judged|differs"
BLOCKED = "the command is not started, exit 126"
EDITED = "the permit is refused, exit 126"


def _artifact(arena: Arena) -> Path:
    return file_of(arena.evidence, "artifact", ending=".parquet")


@scenario("exec", wants="build from evidence that is denied", must=BLOCKED, says="release.approvals")
def the_evidence_is_denied(arena: Arena) -> Ran:
    arena.deny()
    return arena.exec()


@scenario("exec", wants="build although one of two versions is denied", must=BLOCKED, says="DENY|denied")
def one_version_of_two_is_denied(arena: Arena) -> Ran:
    edit(file_of(arena.evidence, "manifest", label="public_generalized"), lambda m: m["approvals"].clear())
    return arena.exec()


@scenario("exec", wants="build from nothing", must=BLOCKED, says="no dataset version|no subject|nothing")
def the_root_is_empty(arena: Arena) -> Ran:
    (arena.folder / "empty").mkdir()
    return arena.exec(root=arena.folder / "empty")


@scenario(
    "exec", wants="build when there is nothing to judge", must="exit 125", says="no such file or folder"
)
def the_root_is_not_there(arena: Arena) -> Ran:
    return arena.exec(root=arena.folder / "nowhere")


@scenario("exec", wants="build from a byte that was not judged", must=EDITED, says=MOVED)
def one_byte_of_an_artifact_is_changed_after_judging(arena: Arena) -> Ran:
    path = _artifact(arena)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return arena.exec_permit()


@scenario("exec", wants="hide a change behind size and time of the old file", must=EDITED, says=MOVED)
def a_file_is_changed_with_its_size_and_times_kept(arena: Arena) -> Ran:
    path = _artifact(arena)
    before, data = path.stat(), bytearray(path.read_bytes())
    data[-20] ^= 255
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return arena.exec_permit()


@scenario("exec", wants="put other bytes behind a judged name", must=EDITED, says=MOVED + "|link|regular")
def a_file_is_swapped_for_a_symbolic_link(arena: Arena) -> Ran:
    path = _artifact(arena)
    other = arena.folder / "other.parquet"
    shutil.copyfile(path, other)
    path.unlink()
    path.symlink_to(other)
    return arena.exec_permit()


@scenario("exec", wants="put other folders behind a judged path", must=EDITED, says=MOVED + "|link")
def a_folder_is_swapped_for_a_symbolic_link(arena: Arena) -> Ran:
    shutil.move(arena.evidence / "release", arena.folder / "moved")
    (arena.evidence / "release").symlink_to(arena.folder / "moved")
    return arena.exec_permit()


@scenario("exec", wants="change judged bytes by another name of the same file", must=EDITED, says=MOVED)
def a_hard_link_is_edited(arena: Arena) -> Ran:
    path = file_of(arena.evidence, "dcat")
    os.link(path, arena.folder / "other-name")
    with (arena.folder / "other-name").open("r+b") as file:
        file.write(b" ")
    return arena.exec_permit()


@scenario(
    "exec", wants="make the judge wait for ever, then interrupt it", must=EDITED, says=MOVED + "|regular"
)
def a_file_is_swapped_for_a_pipe(arena: Arena) -> Ran:
    path = file_of(arena.evidence, "dcat")
    path.unlink()
    os.mkfifo(path)
    return arena.exec_permit()


@scenario("exec", wants="remove what speaks against a version", must=EDITED, says=MOVED + "|missing|no file")
def a_receipt_is_removed_after_judging(arena: Arena) -> Ran:
    file_of(arena.evidence, "receipt").unlink()
    return arena.exec_permit()


@scenario("exec", wants="smuggle in a file that nobody judged", must=EDITED, says=MOVED + "|new|accounts for")
def a_file_is_added_after_judging(arena: Arena) -> Ran:
    (_artifact(arena).parent / "extra.parquet").write_bytes(_artifact(arena).read_bytes())
    return arena.exec_permit()


@scenario("exec", wants="go back to a shorter ledger", must=EDITED, says=MOVED + "|ledger")
def the_ledger_is_rolled_back(arena: Arena) -> Ran:
    ledger = arena.evidence / "audit" / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:-1]))
    return arena.exec_permit()


@scenario(
    "exec", wants="add a run to the ledger after judging", must=EDITED, says=MOVED + "|ledger|checkpoint"
)
def the_checkpoint_is_edited(arena: Arena) -> Ran:
    edit(arena.evidence / "audit" / "checkpoint", lambda c: c.update(time="2026-10-30T00:00:00Z"))
    return arena.exec_permit()


@scenario("exec", wants="use the permit of one root for another", must=EDITED, says=MOVED)
def the_permit_is_for_other_evidence(arena: Arena) -> Ran:
    other = shutil.copytree(arena.evidence, arena.folder / "other")
    edit(file_of(other, "manifest"), lambda m: m.update(released_at="2026-10-29T00:00:00Z"))
    return arena.exec_permit(root=other)


@scenario(
    "exec", wants="have the policy read from what it judges", must="exit 125", says="inside the evidence root"
)
def a_configuration_lies_in_the_evidence(arena: Arena) -> Ran:
    (arena.evidence / "kfm-gates.toml").write_text('profile = "promotion-v1"\n')
    return arena.exec("--config", arena.evidence / "kfm-gates.toml")


@scenario(
    "exec", wants="keep permits where evidence can be planted", must="exit 125", says="inside|evidence root"
)
def the_store_lies_in_the_evidence(arena: Arena) -> Ran:
    return arena.exec("--store", arena.evidence / "store")


@scenario(
    "exec",
    wants="change the evidence by the record of judging it",
    must="exit 125",
    says="inside the evidence",
)
def the_record_lies_in_the_evidence(arena: Arena) -> Ran:
    return arena.exec("--record", arena.evidence / "record")
