"""`acquisition.manifest`: what was fetched, from where, when and under which terms is on record."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.documents import Form
from kfm_gates.model.acquisition import Acquisition
from kfm_gates.model.finding import Finding, Verdict, finding, verdict


@check("acquisition.manifest", serves=["R-117"])
def manifest(form: Form[Acquisition], index: Index, layout: Layout) -> Verdict:
    """Deny an acquisition record that does not say what was fetched, where, when or under which terms.

    Everything downstream is only as good as the record of where its bytes came from: without it nobody can
    fetch them again, compare them, or show that they could be used. The record must also be about the
    folder in which it lies: its id, its dataset, and the files that it lists. Complete the record from the
    log of the fetch; never guess a time or a version.
    """
    if form.document is None or form.findings:
        return verdict(form.findings)
    return verdict(_astray(form.document, index.variables[form.path][1], layout))


def _astray(record: Acquisition, folder: dict[str, str], layout: Layout) -> Iterator[Finding]:
    """What in a record is about another acquisition than that of its folder."""
    for field, name in (("acquisition_id", "acquisition_id"), ("dataset_slug", "slug")):
        stated = getattr(record, field)
        if stated != folder[name]:
            yield finding(
                record.at(f"/{field}"),
                f"the record is about another `{field}` than the folder in which it lies",
                found=stated,
                expected=folder[name],
                hint="move the record to its own folder, or correct the field",
            )
    files = [("/terms/path", record.terms.path, "terms")]
    files += [(f"/artifacts/{i}/path", each.path, "raw_artifact") for i, each in enumerate(record.artifacts)]
    for pointer, path, template in files:
        match = layout.match(path)
        if match is None or match.name != template or dict(match.variables) != folder:
            yield finding(
                record.at(pointer),
                f"{path} is not where this acquisition keeps its {'terms' if template == 'terms' else 'raw data'}",
                found=path,
                expected=layout.templates[template].format(**folder),
                hint="name the file by its path from the evidence root",
            )
    if record.supersedes == record.acquisition_id:
        yield finding(
            record.at("/supersedes"),
            "the acquisition supersedes itself",
            found=record.supersedes,
            expected="null, or the id of an earlier acquisition",
            hint="name the acquisition that this one replaces, or write null",
        )
