"""`quality.format`: what is delivered is in a format that its readers can rely on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated

from kfm_gates.checks.api import check
from kfm_gates.checks.settings import Stricter
from kfm_gates.facts.artifact_shapes import ArtifactShape
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict

SHOWN = 5
"""Reasons per artifact: enough to mend the writer."""
_MEANT = {"Parquet": "GeoParquet", "TIFF": "COG"}
"""The approved format that a file of a format without its conventions is to be."""


@check("quality.format", serves="R-123")
def format(
    artifact: ArtifactShape,
    *,
    approved: Annotated[Sequence[str], Stricter.FEWER] = ("GeoParquet", "PMTiles", "COG"),
) -> Verdict:
    """Deny an artifact that is no valid file of an approved format: GeoParquet, PMTiles or Cloud Optimized GeoTIFF.

    What a file is decides what is in it, not its name: it is opened by its first bytes, and its footer or header
    must be what the format's specification says. GeoParquet 1 or 2: `geo` metadata that names existing columns with known
    encodings and geometry types. PMTiles 3: sections within the file, an ordered root directory, `vector_layers` for
    vector tiles. Cloud Optimized GeoTIFF: georeferenced, tiled, overviews that get smaller, all directories
    before the image data, and no tile beyond the end of the file. Write the artifact anew with a writer of
    the format. (Whether the data inside bears the footer out is not judged here.)
    """
    return verdict(_findings(artifact, approved))


def _findings(artifact: ArtifactShape, approved: Sequence[str]) -> Iterator[Finding]:
    allowed = " or ".join(approved)
    meant = _MEANT.get(artifact.format, artifact.format)
    if artifact.shape is None:
        yield _finding(artifact, f"the artifact can't be read: {artifact.problem}", artifact.format, allowed)
    elif meant not in approved:
        yield _finding(artifact, "the artifact is of a format that is not approved", artifact.format, allowed)
    for problem in islice(artifact.shape.problems if artifact.shape is not None else (), SHOWN):
        yield _finding(artifact, f"the artifact is no valid {meant}: {problem}", artifact.format, meant)


def _finding(artifact: ArtifactShape, message: str, found: str, expected: str) -> Finding:
    hint = "write the artifact anew with a writer of an approved format"
    return finding(Place(artifact.path), message, found=found, expected=expected, hint=hint)
