"""Law 6 for signed permits: they are believed without judging again, so nothing at all may differ.

Each change is made to the real thing (permit, envelope, decision, ledger, evidence, policy pack, configuration),
verified in the way that `permit verify` does it, and taken back.
"""

from __future__ import annotations

import base64
import functools
import json
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import KfmGatesError, PermitExpired, PermitInvalid, PermitMismatch, UsageError
from kfm_gates.evidence.canonical import jcs
from kfm_gates.evidence.layout import Layout
from kfm_gates.judge.launch import Verdict
from kfm_gates.judge.request import Request
from kfm_gates.permit.envelope import pae, signed
from kfm_gates.permit.keys import Signer, signer
from kfm_gates.permit.store import PermitStore
from kfm_gates.permit.verify import Verified, verify_file
from tests.support.permits import moment, new_key, public, trusting, write_key
from tests.support.running import Ran, check, kansas_copy, program
from tests.support.small_pack import write_pack

ZONES = Layout.kfm_v1().zones()


@dataclass(frozen=True)
class Bench:
    """A signed permit, and everything that it rests on."""

    folder: Path
    root: Path
    ran: Ran

    @property
    def permit(self) -> Any:
        """What the permit says."""
        return json.loads(base64.b64decode(self.envelope["payload"]))

    @property
    def envelope(self) -> Any:
        """The permit file."""
        return json.loads(self.ran.permit.read_bytes())

    @property
    def signer(self) -> Signer:
        """The trusted key, as the judge has it."""
        return signer(self.folder / "key", self.root)

    def verify(self, **more: Any) -> Verified:
        """Verify; it would be another way if it judged again."""
        request = Request(str(self.folder), (str(self.root),), profile="acme.toml")
        return verify_file(self.ran.permit, request, judge=_never, **more)


def _never(_: Request) -> Verdict:
    raise AssertionError("a signed permit is not judged again")


@pytest.fixture(scope="module", params=["ed25519", pytest.param("p256", marks=pytest.mark.slow)])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("signed")
    root = kansas_copy(folder)
    key = write_key(new_key(request.param), folder / "key")
    trusting(folder / "kfm-gates.toml", public(key))
    write_pack(folder)
    ran = check(root, "--profile", "acme.toml", "--sign-key", key, cwd=folder, at=None)
    assert ran.permit.exists(), ran.said
    return Bench(folder, root, ran)


@contextmanager
def _with(path: Path, data: bytes | None) -> Iterator[None]:
    """A file with other bytes, or without it, for a while."""
    old = path.read_bytes() if path.exists() else None
    try:
        path.unlink(missing_ok=True)
        if data is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        yield
    finally:
        path.unlink(missing_ok=True)
        if old is not None:
            path.write_bytes(old)


Change = tuple[str, Path, bytes | None]


def _flips(name: str, path: Path, number: int, first: int = 0, last: int | None = None) -> Iterator[Change]:
    """One bit changed, at some places between two."""
    data = path.read_bytes()
    chance = random.Random(f"{name}{number}")
    for at in chance.sample(range(first, last or len(data)), number):
        changed = bytes([data[at] ^ (1 << chance.randrange(7))])
        yield f"{name}, byte {at}", path, data[:at] + changed + data[at + 1 :]


def _of_permit(bench: Bench) -> Iterator[Change]:
    """What the signature is over, changed, with the signature that was there."""
    permit, envelope, path = bench.permit, bench.envelope, bench.ran.permit

    def around(payload: Any) -> bytes:
        return json.dumps(envelope | {"payload": base64.b64encode(jcs(payload)).decode()}).encode()

    for place in _leaves(permit):
        for value in (None, "", "sha256:" + "0" * 64, 1, moment(600), _DROP):
            if (changed := _set(permit, place, value)) != permit:
                yield f"permit {'/'.join(map(str, place))} = {value}", path, around(changed)
    yield "another operation", path, around(permit | {"operation": "cutover"})
    yield "lives longer, within limits", path, around(permit | {"expires_at": moment(1800)})
    yield "one subject less", path, around(permit | {"subjects": permit["subjects"][1:]})
    yield "without the envelope but the wrong form", path, jcs(permit | {"signatures": []})


def _of_envelope(bench: Bench) -> Iterator[Change]:
    envelope, path = bench.envelope, bench.ran.permit
    (signature,) = envelope["signatures"]
    for kind in ("ed25519", "p256"):
        stranger = signer(write_key(new_key(kind), bench.folder / f"stranger-{kind}"), bench.root)
        forged = signed(bench.permit, stranger)
        yield f"signed by a stranger, {kind}", path, jcs(forged)
        claimed = {"keyid": signature["keyid"], "sig": forged["signatures"][0]["sig"]}
        yield (
            f"a stranger's signature under the name of the key, {kind}",
            path,
            jcs(envelope | {"signatures": [claimed]}),
        )
        yield (
            f"both signatures, {kind}",
            path,
            jcs(envelope | {"signatures": [signature, *forged["signatures"]]}),
        )
    raw = bench.signer.sign(base64.b64decode(envelope["payload"]))
    bare = {"keyid": signature["keyid"], "sig": base64.b64encode(raw).decode()}
    yield "signed without the type", path, jcs(envelope | {"signatures": [bare]})
    kind = "application/vnd.in-toto+json"
    other = pae(base64.b64decode(envelope["payload"])).replace(b"39", b"%d" % len(kind), 1)
    yield (
        "signed as another type",
        path,
        jcs(
            envelope
            | {
                "payloadType": kind,
                "signatures": [bare | {"sig": base64.b64encode(bench.signer.sign(other)).decode()}],
            }
        ),
    )
    for sig in (
        "",
        "AA==",
        base64.b64encode(bytes(64)).decode(),
        base64.b64encode(b"0\x06\x02\x01\0\x02\x01\0").decode(),
    ):
        yield f"signature {sig!r}", path, jcs(envelope | {"signatures": [signature | {"sig": sig}]})
    data = path.read_bytes()
    for word in (envelope["payload"], signature["sig"], signature["keyid"]):
        first = data.index(word.encode())
        yield from _flips("envelope", path, 12, first, first + len(word))


def _of_decision(bench: Bench) -> Iterator[Change]:
    path = bench.ran.record / "decision.json"
    data = path.read_bytes()
    yield from _flips("decision", path, 30)
    yield "decision gone", path, None
    yield "decision without its line end", path, data[:-1]
    yield "decision with two line ends", path, data + b"\n"
    yield "decision twice", path, data + data
    yield "decision with spaces", path, json.dumps(json.loads(data)).encode() + b"\n"


def _of_evidence(bench: Bench) -> Iterator[Change]:
    files = [path for path in sorted(bench.root.rglob("*")) if path.is_file()]
    judged = {f["path"] for subject in bench.ran.predicate["subjects"] for f in subject["files"]}
    for path in files:
        name = path.relative_to(bench.root).as_posix()
        if not name.startswith(ZONES):
            continue
        yield f"{name} gone", path, None
        if name in judged:
            yield f"{name} longer", path, path.read_bytes() + b" "
            yield from _flips(name, path, 1)
    for zone in ZONES:
        yield f"a new file in {zone}", bench.root / zone / "new.json", b"{}"
    ledger, checkpoint = bench.root / "audit" / "ledger.jsonl", bench.root / "audit" / "checkpoint"
    yield "a ledger without its last entry", ledger, b"".join(ledger.read_bytes().splitlines(True)[:-1])
    head = json.loads(checkpoint.read_bytes())
    yield "a smaller checkpoint", checkpoint, json.dumps(head | {"size": head["size"] - 1}).encode()


def _of_policy(bench: Bench) -> Iterator[Change]:
    toml = bench.folder / "kfm-gates.toml"
    text = toml.read_bytes()
    yield "other paths", toml, text + b'[paths]\nenvironment = "environments/{digest}.jsn"\n'
    yield "a configuration that is none", toml, text + b"["
    yield "another key under the name", bench.folder / "key.pub", b"-----BEGIN PUBLIC KEY-----\n"
    yield "a digest that is not the key's", toml, text.replace(b'sha256 = "', b'sha256 = "0', 1)
    stranger = public(write_key(new_key(), bench.folder / "somebody"))
    with _with(toml, text):
        other = trusting(toml, stranger).read_bytes()
    yield "another key is trusted", toml, other
    profile = bench.folder / "acme.toml"
    yield "a remark in the profile", profile, profile.read_bytes() + b"# reviewed\n"
    yield "a gate less", profile, profile.read_bytes().partition(b"[gates.follow-up]")[0]
    for path in sorted(each for each in (bench.folder / "pack").rglob("*.*") if each.is_file()):
        if path.suffix == ".pyc":
            continue
        yield f"pack: {path.name} changed", path, path.read_bytes() + b"\n"
        yield f"pack: {path.name} gone", path, None
    yield "pack: a file more", bench.folder / "pack" / "checks" / "acme" / "more.py", b""


_DROP = object()


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list) and value:
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(each, (*path, key))
    else:
        yield path


def _set(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = json.loads(json.dumps(document))
    holder = functools.reduce(lambda at, key: at[key], path[:-1], changed)
    if value is _DROP:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return changed


KINDS: dict[str, tuple[Callable[[Bench], Iterator[Change]], int]] = {
    "permit": (_of_permit, 80),
    "envelope": (_of_envelope, 40),
    "decision": (_of_decision, 35),
    "evidence": (_of_evidence, 100),
    "policy": (_of_policy, 15),
}
"""What is changed, and how many changes there are at least: together far more than 200."""


@pytest.mark.parametrize("kind", KINDS)
def test_no_change_is_accepted(bench: Bench, kind: str) -> None:
    make, least = KINDS[kind]
    assert bench.verify().signed_by == "key"
    held, number = [], 0
    for name, path, data in list(make(bench)):
        with _with(path, data):
            try:
                bench.verify()
            except KfmGatesError as refused:
                assert refused.exit_code != 0 and "\n" not in str(refused)
            else:
                held.append(name)
        number += 1
    assert held == []
    assert number >= least
    assert bench.verify().signed_by == "key", "what was changed must be as it was, or this proves nothing"


def test_links_are_not_followed(bench: Bench) -> None:
    away = bench.folder / "away"
    for place in ("audit/checkpoint", "release/manifests", "data"):
        path = bench.root / place
        path.rename(away)
        path.symlink_to(away)
        try:
            with pytest.raises(PermitInvalid):
                bench.verify()
        finally:
            path.unlink()
            away.rename(path)
    assert bench.verify().signed_by == "key"


TIMES: dict[str, tuple[dict[str, int], type[PermitInvalid]]] = {
    "expired": ({"issued_at": -1800, "evaluated_at": -1800, "expires_at": -1}, PermitExpired),
    "from the future": ({"issued_at": 900, "evaluated_at": 900, "expires_at": 1800}, PermitExpired),
    "for longer than an hour": ({"expires_at": 7200}, PermitInvalid),
    "judged long ago": ({"evaluated_at": -7200}, PermitInvalid),
}
"""Seconds from the moment of the test, which may run long after this was read."""


@pytest.mark.parametrize("name", TIMES)
def test_a_signature_does_not_make_a_time_right(bench: Bench, name: str) -> None:
    times, error = TIMES[name]
    changes = {field: moment(seconds) for field, seconds in times.items()}
    again = jcs(signed(bench.permit | changes, bench.signer))
    with _with(bench.ran.permit, again), pytest.raises(error):
        bench.verify()


def test_what_the_key_signs_anew_is_believed(bench: Bench) -> None:
    """Else the tests of what it signs wrongly prove nothing."""
    with _with(bench.ran.permit, jcs(signed(bench.permit, bench.signer))):
        bench.verify()


def test_a_permit_for_a_part_is_none_for_the_whole(bench: Bench) -> None:
    scope = {"parent": "0" * 32, "part_name": "a", "subjects": bench.permit["subjects"]}
    with (
        _with(bench.ran.permit, jcs(signed(bench.permit | {"scope": scope}, bench.signer))),
        pytest.raises(PermitMismatch, match="part of a run"),
    ):
        bench.verify()


def test_another_operation_or_pack_is_refused(bench: Bench) -> None:
    bench.verify(operation="promote", expect_pack=bench.permit["policy_pack_digest"])
    with pytest.raises(PermitMismatch):
        bench.verify(operation="build")
    with pytest.raises(PermitMismatch):
        bench.verify(expect_pack="sha256:" + "0" * 64)


def test_a_cutover_needs_a_pack_that_is_known(bench: Bench) -> None:
    again = jcs(signed(bench.permit | {"operation": "cutover"}, bench.signer))
    with _with(bench.ran.permit, again), pytest.raises(UsageError, match="--expect-pack"):
        bench.verify(operation="cutover")


def test_the_pack_of_another_machine_is_judged_by_its_digest(bench: Bench) -> None:
    """Who names the digest need not have the same pack; who does not must."""
    path = next((bench.folder / "pack").rglob("label.py"))
    with _with(path, path.read_bytes() + b"\n"):
        bench.verify(expect_pack=bench.permit["policy_pack_digest"])
        with pytest.raises(PermitInvalid, match="policy pack"):
            bench.verify()


def test_a_permit_is_for_its_store_and_once(bench: Bench, tmp_path: Path) -> None:
    store = PermitStore.open(bench.folder / ".kfm-gates" / "store", bench.root)
    permit = bench.verify(store=store).permit
    with pytest.raises(PermitMismatch, match="for the store"):
        bench.verify(store=PermitStore.open(tmp_path / "other", bench.root))
    store.consume(permit, "the test")
    with pytest.raises(PermitInvalid, match="already used"):
        bench.verify(store=store)
    (bench.folder / ".kfm-gates" / "store" / "consumed" / f"{permit.nonce}.json").unlink()


def test_without_a_trusted_key_the_gates_are_judged_again(bench: Bench) -> None:
    with _with(bench.folder / "kfm-gates.toml", b""):
        said = program(
            "permit", "verify", bench.ran.permit, bench.root, "--profile", "acme.toml", cwd=bench.folder
        )
    assert said.code == 0, said.said
    assert "judged again" in said.out


def test_a_stripped_signature_is_judged_again_unless_one_is_required(bench: Bench) -> None:
    words = ("permit", "verify", bench.ran.permit, bench.root, "--profile", "acme.toml")
    toml = bench.folder / "kfm-gates.toml"
    with _with(bench.ran.permit, jcs(bench.permit)):
        said = program(*words, cwd=bench.folder)
        assert said.code == 0 and "judged again" in said.out, said.said
        with _with(toml, toml.read_bytes() + b"require_signature = true\n"):
            said = program(*words, cwd=bench.folder)
        assert said.code == 1 and "has no signature" in said.err, said.said


def test_a_copy_elsewhere_is_the_same_evidence(bench: Bench, tmp_path: Path) -> None:
    """A permit is for bytes, not for a path."""
    for name in ("kfm-gates.toml", "key.pub", "acme.toml", "pack", "evidence"):
        place = bench.folder / name
        (shutil.copytree if place.is_dir() else shutil.copy)(place, tmp_path / name)
    record = Path(shutil.copytree(bench.ran.record, tmp_path / "record"))
    request = Request(str(tmp_path), ("evidence",), profile="acme.toml")
    trusting(tmp_path / "kfm-gates.toml", tmp_path / "key.pub")
    assert verify_file(record / "permit.json", request, judge=_never).signed_by == "key"
