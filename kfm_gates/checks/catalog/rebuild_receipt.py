"""The catalogs are those that a run on record wrote."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.facts.catalog_runs import CatalogFile
from kfm_gates.facts.presence import Missing
from kfm_gates.model.finding import OK, Place, Verdict, deny


@check("catalog.rebuild_receipt", serves="R-154")
def rebuild_receipt(file: CatalogFile, files: tuple[CatalogFile, ...], missing: Missing) -> Verdict:
    """Deny a catalog file that no run on record wrote, or that was changed since the last run that wrote it.

    Catalogs are rebuilt more often than data, and a rebuild that leaves no trace can't be told from a hand
    that corrected a licence. So DCAT, PROV, the STAC collection and each item must be, with the bytes that
    they have now, an output of the last run that wrote them: a passed run of the operation `catalog`, or the
    transform, rebuild, promotion or ingest that made the catalogs along with the rest. What an earlier run
    wrote is history. Build the catalogs again with the tool that writes a receipt and enters it in the
    ledger; never by hand. (That receipts are in the ledger is judged by `receipt.ledger`.)
    """
    if missing.covers(file.path):
        return OK
    hint = "run the step that builds the catalogs again, with a receipt in the ledger"
    if file.written is None:
        none = all(each.written is None for each in files)  # then it is one run that is missing
        return deny(
            Place(files[0].path if none else file.path),
            f"no run on record wrote {'the catalogs' if none else file.path}",
            found="in the outputs of no receipt",
            expected="an output of a passed `catalog` run, or of the run that made the data",
            hint=hint,
        )
    if file.on_disk is None:
        return deny(
            file.written.place,
            f"the catalogs that the run wrote are not all there: {file.path}",
            found=None,
            expected=f"a file with the digest {file.written.digest}",
            hint=f"restore the file, or {hint}",
        )
    if file.on_disk == file.written.digest:
        return OK
    return deny(
        Place(file.path),
        f"{file.path} was changed since the last run that wrote it",
        found=file.on_disk,
        expected=f"{file.written.digest}, as {file.written.place.file} states",
        hint=f"restore the file, or {hint}",
    )
