"""`evidence.present`: what must be there is there, once, and nothing else is."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.evidence.reading import KEPT
from kfm_gates.facts.files import DOCUMENTS, PinnedFile
from kfm_gates.facts.presence import Due, Presence
from kfm_gates.facts.strays import Stray
from kfm_gates.model.finding import OK, Place, Verdict, deny


@check("evidence.present", serves=["R-022", "R-076", "R-099"])
def present(presence: Presence) -> Verdict:
    """Deny a version of which a document, an artifact or the terms are absent, or that has a stray file.

    A missing document is never taken as "nothing to object": whoever can delete a file could then delete the
    objection. Restore the file, or produce it with the step that writes it. A link, a device or a pointer of
    Git LFS or DVC is not the bytes that were to be judged: fetch the bytes (`git lfs pull`, `dvc pull`). Nor
    is a text that Git gave Windows line ends on checkout: `* -text` in .gitattributes keeps Git from it. A
    file in an evidence folder that fits no path template would be released without having been looked at:
    move it out of the folder, or to where the layout expects it.
    """
    thing = presence.thing
    if isinstance(thing, Due):
        return _due(thing)
    if isinstance(thing, Stray):
        return _stray(thing)
    if presence.windows_line_ends:
        return _mangled(thing)
    return _file(thing, presence.stands_in)


def _due(due: Due) -> Verdict:
    if not due.found:
        return deny(
            Place(due.path),
            f"{due.what} is missing",
            found=None,
            expected=f"{'at least one' if due.several else 'a'} file {due.path}",
            hint="restore the file, or run the step that writes it",
        )
    if len(due.found) > 1 and not due.several:
        return deny(
            Place(due.found[1]),
            f"{due.what} is there {len(due.found)} times",
            found=", ".join(due.found),
            expected=f"exactly one file {due.path}",
            hint="keep the one that the digests name and remove the others",
        )
    return OK


def _file(file: PinnedFile, stands_in: str | None) -> Verdict:
    if file.problem is not None:
        return deny(
            Place(file.path),
            f"{file.path} {file.problem}",
            found=file.problem,
            expected="a regular file that can be read",
            hint="put the file itself there, readable for whoever runs the gates",
        )
    if file.template in DOCUMENTS and file.size > KEPT:
        return deny(
            Place(file.path),
            f"{file.path} is too large to be read as a document",
            found=f"{file.size} bytes",
            expected=f"at most {KEPT} bytes",
            hint="keep data in artifacts and let documents describe them",
        )
    if stands_in is not None and file.template not in DOCUMENTS:
        return deny(
            Place(file.path),
            f"{file.path} is a {stands_in} pointer, not the file it points to",
            found=f"a pointer of {file.size} bytes",
            expected="the bytes themselves",
            hint=f"fetch them with `{'git lfs pull' if stands_in == 'Git LFS' else 'dvc pull'}`",
        )
    return OK


def _mangled(file: PinnedFile) -> Verdict:
    return deny(
        Place(file.path),
        f"{file.path} has Windows line ends, which it did not have when it was released",
        found="lines that end with CR LF; with LF the digest is the stated one",
        expected="the bytes that were released",
        hint="set `* -text` in .gitattributes for the evidence, and check the files out anew",
    )


def _stray(stray: Stray) -> Verdict:
    if stray.problem is not None:
        message = f"{stray.path} {stray.problem}"
    else:
        message = f"no path template accounts for {stray.path}, so nothing judges it"
    return deny(
        Place(stray.path),
        message,
        found=stray.problem or "a file of unknown kind",
        expected="only files that fit a path template in the folders that hold evidence",
        hint="move it out of the evidence folders, or to the place where the layout expects it",
    )
