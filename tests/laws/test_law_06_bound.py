"""Law 6. A permit is bound to what was judged: any other byte, policy, time or operation refuses it."""

from __future__ import annotations

import copy
import datetime
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import KfmGatesError, PermitExpired, PermitInvalid, PermitMismatch
from kfm_gates.judge.launch import Verdict, judge_in_process
from kfm_gates.judge.request import Request
from kfm_gates.permit.verify import read_permit, verify
from tests.support.running import Ran, check, kansas_copy, program
from tests.support.selection import some
from tests.support.trees import edit, file_of


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """A copy of the dataset and the permit for it."""
    folder = tmp_path_factory.mktemp("issued")
    root = kansas_copy(folder)
    ran = check(root, cwd=folder, at=None)
    assert ran.permit.exists(), ran.said
    return root, ran


@functools.cache
def _judged(root: str, evaluated_at: str) -> Verdict:
    """What the real judge says; asked once for each moment, since its answer depends on nothing else."""
    return judge_in_process(Request(folder="/", targets=(root,), evaluated_at=evaluated_at))


def _verify(path: Path, root: Path, **expected: str) -> None:
    def judge(request: Request) -> Verdict:
        return _judged(request.targets[0], request.evaluated_at or "")

    verify(read_permit(path), Request(folder="/", targets=(str(root),)), judge=judge, **expected)


def _moved(text: str, seconds: int) -> str:
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ") + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(each, (*path, key))
    else:
        yield path


def _set(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    holder = functools.reduce(lambda at, key: at[key], path[:-1], changed)
    if value is _set:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return changed


FREE = ("nonce", "audience", "evaluated_at", "issued_at", "expires_at")
"""What nobody sees from the evidence: the permit store refuses another audience, and each nonce once used."""


def _mutations(permit: Any) -> Iterator[tuple[str, Any]]:
    """Every field: another value of its form, another type, null, absent; and what is more than a permit."""
    for path in _leaves(permit):
        old = functools.reduce(lambda at, key: at[key], path, permit)
        name = "/".join(map(str, path))
        if old == [] or old is None:
            continue
        if isinstance(old, str) and name not in FREE:
            yield f"{name} other", _set(permit, path, old[:-1] + ("0" if old[-1] != "0" else "1"))
        elif isinstance(old, int):
            yield f"{name} other", _set(permit, path, old + 1)
        yield f"{name} null", _set(permit, path, None)
        yield f"{name} empty", _set(permit, path, "")
        yield f"{name} absent", _set(permit, path, _set)
    yield "operation cutover", permit | {"operation": "cutover"}
    yield "no subjects", permit | {"subjects": []}
    yield "one subject only", permit | {"subjects": permit["subjects"][:1]}
    yield "a subject twice", permit | {"subjects": [*permit["subjects"], permit["subjects"][0]]}
    yield "subjects in another order", permit | {"subjects": permit["subjects"][::-1]}
    yield "an unknown field", permit | {"allow": True}
    yield "no object", [permit]
    yield (
        "expired",
        permit
        | {"issued_at": _moved(permit["issued_at"], -7200), "expires_at": _moved(permit["issued_at"], -1)},
    )
    yield "issued in the future", permit | {"issued_at": _moved(permit["issued_at"], 600)}
    yield "judged at another time", permit | {"evaluated_at": _moved(permit["evaluated_at"], -1)}
    yield "lives for years", permit | {"expires_at": _moved(permit["expires_at"], 10**8)}
    yield (
        "issued long after it was judged",
        permit
        | {
            "evaluated_at": _moved(permit["evaluated_at"], -86400),
        },
    )
    yield "without a checkpoint", permit | {"checkpoint": None}


STALE = ("manifest", "artifact", "ledger", "environment", "acquisition")


def test_a_permit_that_nobody_touched_holds(issued: tuple[Path, Ran]) -> None:
    root, ran = issued
    _verify(ran.permit, root)
    said = program("permit", "verify", ran.permit, root, "--operation", "promote", cwd=ran.record)
    assert said.code == 0, said.said


def test_every_mutation_of_a_permit_is_refused(issued: tuple[Path, Ran], tmp_path: Path) -> None:
    root, ran = issued
    held = []
    number = 0
    for number, (name, document) in enumerate(_mutations(json.loads(ran.permit.read_bytes())), 1):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(document))
        try:
            _verify(path, root)
        except KfmGatesError as refused:
            assert refused.exit_code != 0
        else:
            held.append(name)
    assert number >= 20
    assert held == []


def test_what_is_no_json_is_no_permit(issued: tuple[Path, Ran], tmp_path: Path) -> None:
    _, ran = issued
    data = ran.permit.read_bytes()
    for bad in (
        b"",
        data[:-20],
        b"\xef\xbb\xbf" + data,
        data[:-2] + b', "nonce": "' + b"0" * 32 + b'"}',
        b"null",
        b"[]",
    ):
        (tmp_path / "permit.json").write_bytes(bad)
        with pytest.raises(PermitInvalid):
            read_permit(tmp_path / "permit.json")
    with pytest.raises(PermitInvalid):
        read_permit(tmp_path / "gone.json")
    with pytest.raises(PermitInvalid):
        read_permit(tmp_path)


def test_another_operation_or_pack_is_refused(issued: tuple[Path, Ran]) -> None:
    root, ran = issued
    with pytest.raises(PermitMismatch):
        _verify(ran.permit, root, operation="cutover")
    with pytest.raises(PermitMismatch):
        _verify(ran.permit, root, expect_pack="sha256:" + "0" * 64)


def test_an_expired_permit_is_refused_without_judging(issued: tuple[Path, Ran], tmp_path: Path) -> None:
    root, ran = issued
    permit = json.loads(ran.permit.read_bytes())
    permit |= {"issued_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-01T00:15:00Z"}
    (tmp_path / "permit.json").write_text(json.dumps(permit))
    with pytest.raises(PermitExpired):
        _verify(tmp_path / "permit.json", root)


@pytest.mark.parametrize("template", some(STALE, ("artifact", "environment")))
def test_a_stale_permit_is_refused(issued: tuple[Path, Ran], tmp_path: Path, template: str) -> None:
    """The evidence changed after it was judged, in a byte that no check may even care about."""
    _, ran = issued
    root = kansas_copy(tmp_path)
    path = file_of(root, template)
    path.write_bytes(path.read_bytes() + b" ")
    said = program("permit", "verify", ran.permit, root, cwd=tmp_path)
    assert said.code == 1, said.said


def test_evidence_that_was_resealed_is_other_evidence(issued: tuple[Path, Ran], tmp_path: Path) -> None:
    """Sound, but not what was judged."""
    _, ran = issued
    root = kansas_copy(tmp_path)
    edit(file_of(root, "policy_decision"), lambda d: d.update(reason=d["reason"] + " Once more."))
    assert program("seal", root, cwd=tmp_path).code == 0
    assert check(root, cwd=tmp_path).code == 0
    said = program("permit", "verify", ran.permit, root, cwd=tmp_path)
    assert said.code == 1, said.said


def test_another_configuration_is_another_judgement(issued: tuple[Path, Ran], tmp_path: Path) -> None:
    root, ran = issued
    (tmp_path / "kfm-gates.toml").write_text('[paths]\nenvironment = "environments/{digest}.jsn"\n')
    said = program("permit", "verify", ran.permit, root, cwd=tmp_path)
    assert said.code == 1, said.said


def test_a_tighter_profile_is_another_judgement(issued: tuple[Path, Ran], tmp_path: Path) -> None:
    root, ran = issued
    (tmp_path / "own.toml").write_text('profile = { name = "own-v1", extends = "promotion-v1" }\n')
    said = program("permit", "verify", ran.permit, root, "--profile", "own.toml", cwd=tmp_path)
    assert said.code == 1, said.said
