"""`release.catalogs`: the catalogs are released together with the data that they describe."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.files import PinnedFile
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.manifest import Manifest

_KINDS = {"dcat": "the DCAT catalog", "stac_collection": "the STAC collection", "prov": "the PROV document"}


@check("release.catalogs", serves=["R-185"])
def catalogs(
    manifest: Manifest, subject: Subject, index: Index, layout: Layout, files: tuple[PinnedFile, ...]
) -> Verdict:
    """Deny a manifest that does not list DCAT, the STAC collection, each STAC item and PROV, with true digests.

    A catalog that is not pinned by the release can be changed after the approval, and with it what users are
    told about licence, label and origin. List each file of the catalog once, by path and digest, and nothing
    else; `kfm-gates seal` fills in the digests.
    """
    names = {"slug": subject.slug, "version": subject.version}
    expected = {layout.path(kind, **names): said for kind, said in _KINDS.items()}
    expected |= dict.fromkeys(index.of_version("stac_item", subject.slug, subject.version), "a STAC item")
    digests = {file.path: file.digest for file in files if file.digest is not None}
    return verdict([*_missing(manifest, expected), *_listed(manifest, expected, digests)])


def _missing(manifest: Manifest, expected: dict[str, str]) -> Iterator[Finding]:
    listed = {catalog.path for catalog in manifest.catalogs}
    for path in sorted(expected.keys() - listed):
        yield finding(
            manifest.at("/catalogs"),
            f"{expected[path]} is not listed in the manifest",
            found="not listed",
            expected=path,
            hint="list every file of the catalog by path and digest",
        )


def _listed(manifest: Manifest, expected: dict[str, str], digests: dict[str, str]) -> Iterator[Finding]:
    for number, catalog in enumerate(manifest.catalogs):
        if catalog.path not in expected:
            yield finding(
                manifest.at(f"/catalogs/{number}/path"),
                "the manifest lists a file that is no catalog of this version",
                found=catalog.path,
                expected=" or ".join(sorted(expected)),
                hint="remove it from `catalogs`",
            )
        elif catalog.path in digests and catalog.digest != digests[catalog.path]:
            yield finding(
                manifest.at(f"/catalogs/{number}/digest"),
                f"{expected[catalog.path]} is not the one that was released",
                found=catalog.digest,
                expected=digests[catalog.path],
                hint="restore the catalog, or approve and release the changed one anew",
            )
