"""The artifacts of a version by what their headers and footers claim."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.artifact_content import ArtifactContent
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.data_formats import CantVerify
from kfm_gates.facts.data_shape import DataShape
from kfm_gates.facts.files import PinnedFile
from kfm_gates.facts.presence import stand_in
from kfm_gates.model.finding import Place
from kfm_gates.model.spec import Spec

DATA = "data"
"""The role of outputs that are the dataset itself; others are made from them, or go with them. Where no table or
raster has it, all of them are the dataset: a role that nobody knows must not make a check look away."""


@dataclass(frozen=True)
class ArtifactShape:
    """One artifact: its format, and its shape or why it has none."""

    path: str
    format: str
    shape: DataShape | None
    problem: str | None


@dataclass(frozen=True)
class SpecifiedShape:
    """One valid artifact, and its role: that of the specification, or `data` where no table or raster has that."""

    path: str
    role: str | None
    shape: DataShape

    @property
    def place(self) -> Place:
        """The file."""
        return Place(self.path)


@provides
def artifact_shapes(
    contents: tuple[ArtifactContent, ...], files: tuple[PinnedFile, ...], snapshot: Snapshot
) -> tuple[ArtifactShape, ...]:
    """Every artifact on disk. Where a pointer of Git LFS or DVC lies instead, `evidence.present` says so."""
    paths = {content.path for content in contents}
    if any(file.path in paths and stand_in(snapshot, file) for file in files):
        raise Unmet("evidence.present")
    return tuple(_shape(content) for content in contents)


def _shape(content: ArtifactContent) -> ArtifactShape:
    if content.reader is None:
        return ArtifactShape(content.path, content.format, None, content.problem)
    try:
        return ArtifactShape(content.path, content.format, content.reader.shape(), None)
    except CantVerify as error:
        return ArtifactShape(content.path, content.format, None, str(error))


@provides
def specified_shapes(
    shapes: tuple[ArtifactShape, ...], spec: Spec, subject: Subject, layout: Layout
) -> tuple[SpecifiedShape, ...]:
    """All artifacts by their shapes; when one has none, or a broken one, `quality.format` says so first."""
    folder = layout.templates["artifact"].format(slug=subject.slug, version=subject.version)
    roles = {folder.removesuffix("**") + output.path: output.role for output in spec.outputs}
    sound = [(each.path, each.shape) for each in shapes if each.shape is not None and not each.shape.problems]
    if len(sound) < len(shapes):
        raise Unmet("quality.format")
    found = tuple(SpecifiedShape(path, roles.get(path), shape) for path, shape in sound)
    named = any(each.role == DATA and each.shape.kind != "tiles" for each in found)
    return tuple(each if named or each.shape.kind == "tiles" else replace(each, role=DATA) for each in found)
