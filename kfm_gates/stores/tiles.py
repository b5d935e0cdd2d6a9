"""Tile pointers: which bundle users get. Files of the evidence, one per dataset, or one JSON registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import EngineError, EvidenceError
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.pointers import walk
from kfm_gates.evidence.reading import Content, Unreadable, read_once
from kfm_gates.evidence.snapshot import Folder
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.finding import Json
from kfm_gates.stores.interface import Observation, Question

STORE = "tiles"


@dataclass(frozen=True)
class PointerFiles:
    """The published pointers of an evidence root (`paths.pointer`): `live` is a dataset's slug.

    The revision is the digest of the pointer's bytes. A dataset without a pointer is not published, and that
    is a state of its own; any other trouble with the file is no answer.
    """

    root: Path
    layout: Layout
    bundles: Path
    name: str = STORE

    def observe(self, question: Question, observed_at: str) -> Observation:
        """See Store."""
        path = self.layout.path("pointer", slug=question.live)
        content = _read(self.root, path, absent_is_answer=True)
        answer: dict[str, Json] = {
            "pointer": path,
            "exists": content is not None,
            "digest": None if content is None else content.digest,
            "output_exists": _there(self.bundles, question.output),
            "output_serves": (content is not None and question.output in set(self._names(path, content)))
            or any(_names_it(self.root, other, question.output) for other in self._others(path)),
        }
        revision = digest_of({"pointer": path, "exists": False}) if content is None else content.digest
        return Observation(STORE, question, answer, revision, observed_at)

    def _others(self, path: str) -> list[str]:
        """The pointers of other datasets, which may serve what is to be built."""
        belongs = self.layout.glob("pointer")
        return [each for each in sorted(Folder(self.root).listing()) if each != path and belongs(each)]

    def _names(self, path: str, content: Content) -> Iterator[str]:
        """Every text of the pointer, and the artifacts of the manifest that it names."""
        pointer = _parsed(path, content)
        yield from _texts(pointer)
        manifest = pointer.get("manifest") if isinstance(pointer, dict) else None
        named = manifest.get("path") if isinstance(manifest, dict) else None
        if named is not None:
            match = self.layout.match(named) if isinstance(named, str) else None
            if match is None or match.name != "manifest":
                raise EvidenceError(
                    f"tiles can't be observed: {path} names no manifest of this layout", file=path
                )
            released = _read(self.root, named, absent_is_answer=False)
            if released is not None:
                document = _parsed(named, released)
                yield from _texts(document.get("artifacts") if isinstance(document, dict) else None)


@dataclass(frozen=True)
class PointerRegistry:
    """One JSON file, an object of layer name to pointer: `live` is a layer's name.

    The revision is the digest of that layer's entry, in canonical JSON: repointing another layer of the same
    file takes nothing away from this one. A registry that is not there is no answer, since an unmounted disk
    looks just so; an empty one is `{}`.
    """

    file: Path
    bundles: Path
    name: str = STORE

    def observe(self, question: Question, observed_at: str) -> Observation:
        """See Store."""
        content = _read(self.file.parent, self.file.name, absent_is_answer=False)
        registry = _parsed(self.file.name, content) if content is not None else None
        if not isinstance(registry, dict):
            raise EvidenceError(
                f"{self.file}: the tile registry is no JSON object of layer names; correct it"
            )
        entry = {"exists": question.live in registry, "pointer": registry.get(question.live)}
        answer: dict[str, Json] = {
            **entry,
            "output_exists": _there(self.bundles, question.output),
            "output_serves": question.output in set(_texts(registry)),
        }
        return Observation(STORE, question, answer, digest_of(entry), observed_at)


def _read(root: Path, path: str, *, absent_is_answer: bool) -> Content | None:
    try:
        return read_once(root, path)
    except Unreadable as error:
        if absent_is_answer and str(error) == "does not exist":
            return None
        raise EngineError(
            f"tiles can't be observed: {path} {error}; make it readable, then try again"
        ) from error
    except OSError as error:
        raise EngineError(f"tiles can't be observed: {root}: {error.strerror or error}") from error


def _parsed(path: str, content: Content) -> Json:
    try:
        return parse_json(content.data or b"")
    except EvidenceError as error:
        raise EvidenceError(f"tiles can't be observed: {path}: {error}", file=path) from error


def _names_it(root: Path, path: str, output: str) -> bool:
    """Whether the pointer of another dataset names a bundle; one that can't be parsed is looked through as bytes."""
    content = _read(root, path, absent_is_answer=True)
    if content is None:
        return False
    try:
        return output in set(_texts(_parsed(path, content)))
    except EvidenceError:
        return output.encode("utf-8") in (content.data or b"")


def _texts(value: Json) -> Iterator[str]:
    """Every text in a value: whatever form a registry has, a bundle that it names is among them."""
    yield from (each for _, each in walk(value) if isinstance(each, str))


def _there(bundles: Path, output: str) -> bool:
    """Whether there is anything at the place of a bundle, a dangling link included."""
    try:
        (bundles / output).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise EngineError(f"tiles can't be observed: {output}: {error.strerror or error}") from error
    return True
