"""`quality.quarantine`: what was set aside is not released."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.artifact_content import ArtifactContent
from kfm_gates.facts.data_formats import CantVerify
from kfm_gates.facts.files import PinnedFile
from kfm_gates.facts.quarantine import Quarantine, Quarantined
from kfm_gates.facts.record_text import keys
from kfm_gates.facts.stac_said import StacIds
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.qa_report import QaReport

_FORMS = "artifact:<path>, item:<STAC item id> or <column>=<value>"
_HINT = "leave it out and make the version anew, or have it cleared and take it off the list"


@check("quality.quarantine", serves=["R-007", "R-122", "R-158"])
def quarantine(
    report: QaReport,
    given: Quarantine,
    manifest: Manifest,
    subject: Subject,
    index: Index,
    files: tuple[PinnedFile, ...],
    contents: tuple[ArtifactContent, ...],
    items: StacIds,
) -> Verdict:
    """Deny a version that releases what failed QA or lies in quarantine, or that does not name what it set aside.

    Every entry of `quarantined` in the QA report, and in the reports of chunks, is looked for where it would be
    released: an artifact on disk and in the manifest, an item in STAC, a record by its key in the data. An entry in no
    known form, or by a column that no artifact has, can't be looked for and is denied. No artifact
    may have the bytes of a file in the dataset's quarantine; and when a version has files there, its report names
    what they are. Make the version again without what failed; what turned out to be right is cleared by removing
    the entry and the file in quarantine, with a QA report that says so.
    """
    on_disk = {path: "on disk" for path in index.of_version("artifact", subject.slug, subject.version)}
    released = {**{artifact.path: "in the manifest" for artifact in manifest.artifacts}, **on_disk}
    found: list[Finding] = []
    for each in given.entries:
        found += _entry(each, released, items)
    found += _records([each for each in given.entries if each.record], contents)
    digests = {file.digest: file.path for file in files if file.path in on_disk}
    for file in given.files:
        if file.digest in digests:
            found.append(_same_bytes(digests[file.digest], file.path))
    own = [file.path for file in given.files if file.own]
    return verdict([*found, *(_unnamed(report, own) if own and not given.entries else ())])


def _entry(each: Quarantined, released: dict[str, str], items: StacIds) -> Iterator[Finding]:
    if each.artifact is not None:
        for path in sorted(released):
            if path == each.artifact or path.endswith(f"/{each.artifact}"):
                yield _finding(
                    each,
                    f"a quarantined artifact is released: it is {released[path]}",
                    path,
                    "no such artifact",
                )
    elif each.item is not None:
        for path in items.of(each.item):
            yield _finding(each, "a quarantined STAC item is in the catalog", path, "no such item")
    elif not each.record:
        yield finding(
            each.place,
            "what was quarantined can't be told, so nobody can say that it is not released",
            found=each.text,
            expected=_FORMS,
            hint="name it in one of the three forms",
        )


def _records(entries: list[Quarantined], contents: tuple[ArtifactContent, ...]) -> Iterator[Finding]:
    """Look for records by their keys: each artifact is read once for all entries with the same columns."""
    groups: dict[tuple[str, ...], dict[tuple[str, ...], Quarantined]] = {}
    for each in entries:
        columns, values = zip(*each.record, strict=True)
        groups.setdefault(columns, {})[values] = each
    for columns, wanted in groups.items():
        reasons = []
        for content in contents:
            try:
                there = {key for key in keys(content, columns) if key in wanted}
            except CantVerify as error:
                reasons.append(f"{content.path}: {error}")
                continue
            for key, each in wanted.items():
                if key in there:
                    yield _finding(
                        each, "a quarantined record is in the data", content.path, "no such record"
                    )
        if len(reasons) == len(contents):
            for each in wanted.values():
                message = "whether a quarantined record is in the data can't be told"
                yield _finding(each, message, "; ".join(reasons), "an artifact with these columns")


def _same_bytes(artifact: str, file: str) -> Finding:
    return finding(
        Place(artifact),
        "an artifact has the bytes of a file in quarantine",
        found=file,
        expected="other bytes than any in quarantine",
        hint="release nothing that was set aside; when it was cleared, remove it from quarantine",
    )


def _unnamed(report: QaReport, files: list[str]) -> Iterator[Finding]:
    yield finding(
        report.at("/quarantined"),
        "the version has files in quarantine, and its QA report does not name what was set aside",
        found=f"{len(files)} files, such as {files[0]}",
        expected=_FORMS,
        hint="name in the report what failed and was set aside",
    )


def _finding(each: Quarantined, message: str, found: str, expected: str) -> Finding:
    return finding(each.place, message, found=found, expected=expected, hint=_HINT)
