"""What an engine is, whoever made it: three Protocols and the values that they answer with.

Every method raises `EngineError`, and nothing else, when the engine could not give an answer. An answer is
never made up: what the engine did not say is None, never False and never an empty list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from kfm_gates.model.finding import Json


@dataclass(frozen=True)
class RegoAnswer:
    """What a package says of one input. `allow` None is undefined; each element of `deny` is a reason."""

    allow: bool | None
    deny: tuple[Json, ...]

    @property
    def opens(self) -> bool:
        """Whether this is a pass: a defined `allow == true` and an empty `deny`."""
        return self.allow is True and not self.deny


@dataclass(frozen=True)
class Variant:
    """A change to an input: keys that are left out, then values that are put in."""

    without: tuple[str, ...] = ()
    put: Mapping[str, Json] = field(default_factory=dict)


class RegoEngine(Protocol):
    """Decides policy: one Rego package at a time, on one JSON object."""

    @property
    def name(self) -> str:
        """The engine's own name, for records."""
        ...

    @property
    def version(self) -> str:
        """The version of the installed engine, for records."""
        ...

    def judge(self, package: str, input: Json) -> RegoAnswer:
        """What `package` (such as `kfm.rights.license`) says of `input`, a JSON object."""
        ...

    def ask_variants(
        self, package: str, input: Json, variants: Sequence[Variant], text: str | None = None
    ) -> Callable[[], tuple[bool, ...]]:
        """Begin to ask which variants of `input` open `package`; what is returned waits for the answer.

        A variant on which the rule fails opens nothing. With `text` the rule is this text, compiled for
        this question alone, whatever is loaded.
        """
        ...


@dataclass(frozen=True, order=True)
class ShapeResult:
    """One result of a SHACL validation, with the shape file that it came from.

    `severity` is the local name in the SHACL namespace: Violation, Warning or Info.
    """

    shape_file: str
    focus: str
    path: str | None
    value: str | None
    message: str
    severity: str


@dataclass(frozen=True)
class ShapesAnswer:
    """All results, sorted; and how many focus nodes each root shape had: shape file -> shape IRI -> number.

    No result proves nothing while a mandatory shape had no focus node.
    """

    results: tuple[ShapeResult, ...]
    focus_counts: Mapping[str, Mapping[str, int]]


class ShapesEngine(Protocol):
    """Judges the shape of a graph: JSON-LD documents, merged into one graph, under SHACL Core shapes."""

    def ask(self, documents: Mapping[str, Json], shape_files: Sequence[Path]) -> Callable[[], ShapesAnswer]:
        """Begin to judge the merged `documents` (name -> parsed JSON-LD); what is returned waits for the answer."""
        ...


@dataclass(frozen=True, order=True)
class SchemaProblem:
    """One place where a document is not in its form: JSON pointer (RFC 6901), sentence, and the way out."""

    pointer: str
    message: str
    found: str
    expected: str
    hint: str = ""


class SchemaEngine(Protocol):
    """Judges documents by JSON Schemas that are known beforehand; nothing is ever fetched."""

    def problems(self, uri: str, instance: Json) -> tuple[SchemaProblem, ...]:
        """What is wrong with `instance` under the schema at `uri`; empty when nothing is."""
        ...

    def knows(self, uri: str) -> bool:
        """Whether the schema at `uri` is vendored or locked."""
        ...

    def schema(self, uri: str) -> Json:
        """The schema at `uri`. Raises EngineError when it is not known."""
        ...
