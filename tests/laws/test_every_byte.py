"""Every byte counts: whatever of the example dataset is flipped, deleted, emptied or nulled, it is denied.

Judged in memory with the real engines. A sample of all changes runs by default; all of them are `slow`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.evidence.strict_yaml import dump_yaml, parse_yaml
from tests.support.judging import explained, judge_tree, kansas, not_passed

Tree = Mapping[str, bytes]

SAMPLE = 24
"""How many changes of a kind the default run tries."""

# No digest pins a plan: it is a statement of intent, of which `receipt.chunks` and `sensitivity.label_agreement`
# judge what the version can be held to. Of the words in it nothing follows.
NOT_PINNED = "release/plans/"

LARGE = (".parquet", ".pmtiles", "counties-10m.json")


def _sampled(names: list[str], number: int = SAMPLE) -> list[str]:
    """The same sample on every machine, spread over everything."""
    return sorted(sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())[:number])


# --- the changes, each by a name from which it can be made again ---


def _flips(per_file: int) -> list[str]:
    found = []
    for path, data in kansas().items():
        for number in range(0 if path.startswith(NOT_PINNED) else per_file):
            seed = hashlib.sha256(f"{path}:{number}".encode()).digest()
            found.append(f"{path}@{int.from_bytes(seed[:8], 'big') % len(data)}^{1 << seed[8] % 8}")
    return found


def _flipped(name: str) -> tuple[str, Tree]:
    path, _, rest = name.rpartition("@")
    offset, _, bit = rest.partition("^")
    data = bytearray(kansas()[path])
    data[int(offset)] ^= int(bit)
    return path, {**kansas(), path: bytes(data)}


def _documents() -> Iterator[tuple[str, Any]]:
    for path, data in kansas().items():
        if path.endswith(LARGE) or path.endswith(".txt") or path.startswith(NOT_PINNED):
            continue
        if path.endswith(".jsonl"):
            yield path, [json.loads(line) for line in data.splitlines()]
        else:
            yield path, parse_yaml(data) if path.endswith(".yaml") else parse_json(data)


def _places(value: Any, pointer: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*pointer, key), each
        if isinstance(each, dict | list):
            yield from _places(each, (*pointer, key))


def _fields(kind: str) -> list[str]:
    """`path#pointer` of every field, of every field that is not null, or of every list that is not empty."""
    found = []
    for path, document in _documents():
        for pointer, value in _places(document):
            if (kind == "list" and not (isinstance(value, list) and value)) or (
                kind == "value" and value is None
            ):
                continue
            found.append(f"{path}#{json.dumps(pointer)}")
    return found


def _changed(name: str, change: str) -> tuple[str, Tree]:
    path, _, pointer = name.partition("#")
    document = next(document for each, document in _documents() if each == path)
    *parents, last = json.loads(pointer)
    holder = document
    for key in parents:
        holder = holder[key]
    if change == "delete":
        del holder[last]
    else:
        holder[last] = None if change == "null" else []
    if path.endswith(".yaml"):
        data = dump_yaml(document)
    elif path.endswith(".jsonl"):
        data = b"".join(
            json.dumps(e, sort_keys=True, separators=(",", ":")).encode() + b"\n" for e in document
        )
    else:
        data = json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"
    return path, {**kansas(), path: data}


# --- what must hold ---


def _is_denied(path: str, tree: Tree) -> None:
    results = judge_tree(tree)
    assert results, "a broken tree must still have its subjects"
    open_subjects = [id for id, result in results.items() if not not_passed(result)]
    assert len(open_subjects) < len(results), f"nothing denies a change of {path}"
    shown = "\n".join(explained(result) for result in results.values())
    assert "ERROR" not in {s for r in results.values() for s in not_passed(r).values()}, shown
    findings = [f for r in results.values() for c in r["checks"] for f in c["findings"]]
    named = " ".join(f"{f['file']} {f['message']} {f['found']} {f['expected']}" for f in findings)
    # Of two documents that disagree the finding may lie in the other one; then it says which file it means.
    assert path in named, f"no finding names {path}\n{shown}"


def test_the_dataset_as_it_is_passes() -> None:
    """Otherwise everything below would prove nothing."""
    results = judge_tree(kansas())
    assert {id: not_passed(result) for id, result in results.items()} == {id: {} for id in results}
    assert len(results) == 2


@pytest.mark.parametrize("name", _sampled(_flips(1)))
def test_a_flipped_bit_is_denied(name: str) -> None:
    _is_denied(*_flipped(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", _flips(6))
def test_every_flipped_bit_is_denied(name: str) -> None:
    _is_denied(*_flipped(name))


# A version may be without a plan, and a dataset without a published pointer: then it is none that was planned, or
# none that users get unasked. That the chunks tile the window is judged in any case (`release.rollup`).
MAY_BE_ABSENT = ("release/plans/", "release/published/")


@pytest.mark.parametrize("path", sorted(path for path in kansas() if not path.startswith(MAY_BE_ABSENT)))
def test_a_deleted_file_is_denied(path: str) -> None:
    _is_denied(path, {each: data for each, data in kansas().items() if each != path})


@pytest.mark.parametrize("path", _sampled(sorted(kansas()), 8))
def test_an_emptied_file_is_denied(path: str) -> None:
    _is_denied(path, {**kansas(), path: b""})


def _extra(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/extra-{name}"


def _of_a_version(path: str) -> bool:
    """Specs, decisions and environments that no version names may wait for one that will."""
    match = Layout.kfm_v1().match(path)
    return match is not None and "version" in match.variables


EXTRA = [path for path in sorted(kansas()) if _of_a_version(_extra(path))]


@pytest.mark.parametrize("path", _sampled(EXTRA, 8))
def test_a_file_that_nobody_knows_is_denied(path: str) -> None:
    _is_denied(_extra(path), {**kansas(), _extra(path): kansas()[path]})


@pytest.mark.parametrize("name", _sampled(_fields("list"), 16))
def test_an_emptied_list_is_denied(name: str) -> None:
    _is_denied(*_changed(name, "empty"))


@pytest.mark.parametrize("name", _sampled(_fields("value")))
@pytest.mark.parametrize("change", ["null", "delete"])
def test_a_field_without_its_value_is_denied(name: str, change: str) -> None:
    _is_denied(*_changed(name, change))


@pytest.mark.slow
@pytest.mark.parametrize("change", ["null", "delete", "empty"])
@pytest.mark.parametrize("path", sorted(path for path, _ in _documents()))
def test_every_field_without_its_value_is_denied(path: str, change: str) -> None:
    kinds = {"empty": "list", "null": "value", "delete": "any"}
    names = [name for name in _fields(kinds[change]) if name.startswith(f"{path}#")]
    kept = []
    for name in names:
        try:
            _is_denied(*_changed(name, change))
        except AssertionError as failed:
            kept.append(f"{name}: {str(failed).splitlines()[0]}")
    assert kept == []
