"""`identity.replay`: the same version means the same bytes, however often it was made."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.facts.writes import WrittenFile
from kfm_gates.model.finding import OK, Verdict, deny

_DATA = frozenset({"artifact", "raw_artifact"})


@check("identity.replay", serves=["R-040", "R-127"])
def replay(file: WrittenFile) -> Verdict:
    """Deny a version of which two runs wrote the same data file with different bytes.

    The version id is made of the specification and the inputs, so that running again must give the same bytes;
    then the first ones can be used as they are. Where they differ, either the run is not deterministic or
    something that it read is not named among its inputs, and the id says nothing any more. Find out which;
    what has other bytes gets another version. (A run that failed wrote nothing that counts.)
    """
    if file.template not in _DATA or not file.earlier:
        return OK
    last = file.writes[-1]
    before = next(each for each in reversed(file.writes) if each.digest != last.digest)
    return deny(
        last.place,
        f"a rerun wrote {file.path} with other bytes than the {before.operation} run of {before.created_at}",
        found=last.digest,
        expected=before.digest,
        hint="use the bytes of the first run, or make a new version",
    )
