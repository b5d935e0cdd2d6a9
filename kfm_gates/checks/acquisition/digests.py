"""`acquisition.digests`: the raw files are those that their acquisition lists."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.facts.raw_files import RawFile
from kfm_gates.model.finding import OK, Verdict, deny


@check("acquisition.digests", serves="R-116")
def digests(file: RawFile) -> Verdict:
    """Deny a raw file that its acquisition does not list, or lists with another digest or size, or that is gone.

    The record of an acquisition is the only word on what came from upstream. Each raw file must be in it, with
    the digest and size that its bytes have, and each file in it must be there: else nobody can tell what the
    data was made from. Restore the file as it was acquired, or fetch it again through a new acquisition;
    never adapt the digest to a file that changed.
    """
    if file.listed is None:
        return deny(
            file.place,
            f"no acquisition lists the raw file {file.path}",
            found="a file of unknown origin",
            expected="every raw file in its acquisition record",
            hint="remove it, or fetch it again through an acquisition that lists it",
        )
    if file.on_disk == file.listed:
        return OK
    state = "is not there" if file.on_disk is None else "is not what was acquired"
    return deny(
        file.place,
        f"the raw file {file.path} {state}",
        found=None if file.on_disk is None else f"{file.on_disk[0]}, {file.on_disk[1]} bytes",
        expected=f"{file.listed[0]}, {file.listed[1]} bytes",
        hint="restore the file; raw data is never changed, new data is a new acquisition",
    )
