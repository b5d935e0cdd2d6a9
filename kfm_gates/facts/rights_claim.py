"""One statement about the rights in a version, and the outputs that statements may be about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import provides
from kfm_gates.model.finding import Place
from kfm_gates.model.spec import Output, Spec

Source = Literal["spec", "dcat_dataset", "dcat_distribution", "stac_collection", "stac_item"]
Field = Literal["license", "license_mention", "rights_holder", "attribution"]


@dataclass(frozen=True)
class RightsClaim:
    """One statement about rights; a rights holder is given by name.

    A `license_mention` names a licence without saying of what: the address of its text, a summary.
    `value` is None where a document must say something of its own and says nothing. `means` is what a licence,
    or the address of one, stands for: an SPDX expression in normal form, empty when it stands for none that
    is known. `output` is the path of the output that the statement is about, empty for the version.
    """

    place: Place
    source: Source
    field: Field
    value: str | None
    means: str = ""
    output: str = ""


@dataclass(frozen=True)
class Outputs:
    """The outputs of the spec by the path of their file, relative to the evidence root."""

    by_file: Mapping[str, Output]

    def of(self, file: str | None) -> str:
        """The path of the output that a file is, as the spec has it; empty when it is none."""
        found = self.by_file.get(file or "")
        return found.path if found else ""

    @property
    def with_licence(self) -> frozenset[str]:
        """The outputs that have a licence of their own."""
        return frozenset(each.path for each in self.by_file.values() if each.license is not None)


@provides
def outputs(spec: Spec, layout: Layout, subject: Subject) -> Outputs:
    """Where the spec's outputs lie in this version."""
    template = layout.templates["artifact"].partition("*")[0]
    folder = template.format(slug=subject.slug, version=subject.version)
    return Outputs({folder + output.path: output for output in spec.outputs})
