"""`identity.immutable`: what was released stays as it was released."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.facts.history import Edit, History
from kfm_gates.facts.releases import PROMOTING
from kfm_gates.facts.writes import Write, WrittenFile
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict

_CATALOGS = frozenset({"dcat", "stac_collection", "stac_item", "prov"})
_CATALOGING = frozenset({"catalog", "rebuild"})
_NEW_VERSION = "restore the released bytes, and make a new version of what has to change"


@check("identity.immutable", serves=["R-016", "R-126", "R-130", "R-175"])
def immutable(file: WrittenFile, files: tuple[WrittenFile, ...], history: History) -> Verdict:
    """Deny a version of which a file was changed or removed after the version was released.

    Users hold a version id because it means the same bytes for good. After the first promotion, by the
    receipts in the ledger, no run may write a file of the version anew with other bytes. Catalogs are the one
    exception: a `catalog` run may rebuild them, and only after that may a promotion write another manifest.
    Where the evidence root is the top of a Git work tree, its history counts as well: no commit, and no change
    that is not committed, may alter or delete the raw data, the artifacts or the checksums of a version that
    the ledger had promoted by then, nor take a line out of the ledger. With `--changed-since` the same is asked
    of all that differs from that commit. Restore what was released; what has to change becomes a new version
    that supersedes this one.
    """
    findings = list(_rewritten(file, files))
    if file == files[0]:  # what Git says is said once
        findings += _of_git(history)
    return verdict(findings)


def _rewritten(file: WrittenFile, files: tuple[WrittenFile, ...]) -> Iterator[Finding]:
    if file.template in ("artifact", "raw_artifact"):  # `identity.replay` says so
        return
    released = min((w.created_at for f in files for w in f.writes if w.operation in PROMOTING), default="")
    for before, after in zip(file.writes, file.writes[1:], strict=False):
        if not released or after.digest == before.digest or after.created_at <= released:
            continue
        if file.template in _CATALOGS and after.operation in _CATALOGING:
            continue
        if file.template == "manifest" and _catalogs_changed(files, before, after):
            continue
        yield finding(
            after.place,
            f"the {after.operation} run wrote {file.path} with other bytes after the version was released",
            found=after.digest,
            expected=f"{before.digest}, as released on {released}",
            hint=_NEW_VERSION,
        )


def _catalogs_changed(files: tuple[WrittenFile, ...], before: Write, after: Write) -> bool:
    """Whether a catalog of the version was rebuilt between two promotions."""
    return any(
        before.created_at < write.created_at <= after.created_at and write.operation in _CATALOGING
        for file in files
        if file.template in _CATALOGS
        for write in file.writes
    )


def _of_git(history: History) -> Iterator[Finding]:
    for edit in history.edits:
        where = _where(edit)
        if edit.of_ledger:
            message = f"lines of the ledger were changed or taken out {where}"
            expected, hint = (
                "a ledger that is only ever appended to",
                "restore the ledger from before the change",
            )
        else:
            message = f"{edit.path} was {edit.kind} {where}, after the version was released"
            expected, hint = "the file as it was when the ledger got the promotion", _NEW_VERSION
        yield finding(Place(edit.path), message, found=edit.kind, expected=expected, hint=hint)


def _where(edit: Edit) -> str:
    if edit.since:
        return f"since the commit {edit.since[:12]}"
    return f"in the commit {edit.commit[:12]}" if edit.commit else "in the work tree, not committed"
