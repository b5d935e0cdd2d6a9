"""A permit file is exactly of the closed form, plain or in an envelope, or it is refused with a sentence."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import PermitInvalid
from kfm_gates.evidence.canonical import jcs
from kfm_gates.permit.envelope import PAYLOAD_TYPE, pae, signed
from kfm_gates.permit.file import LARGEST, read_permit, read_permit_file
from kfm_gates.permit.keys import signer
from tests.support.permits import document, new_key, write_key


def _write(folder: Path, data: bytes | Any) -> Path:
    path = folder / "permit.json"
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return path


@pytest.fixture
def envelope(tmp_path: Path) -> dict[str, Any]:
    return signed(document("0" * 32), signer(write_key(new_key(), tmp_path / "key"), tmp_path / "evidence"))


@pytest.mark.parametrize("subjects", [1, 2, 1000, 1001])
def test_both_forms_are_read(tmp_path: Path, subjects: int) -> None:
    raw = document("0" * 32, subjects)
    plain = read_permit_file(_write(tmp_path, raw))
    assert plain.envelope is None and plain.permit.document() == raw
    key = signer(write_key(new_key(), tmp_path / "key"), tmp_path / "evidence")
    sealed = read_permit_file(_write(tmp_path, signed(raw, key)))
    assert sealed.permit.document() == raw
    assert sealed.envelope is not None and sealed.envelope.key_id == key.key_id


def test_the_encoding_that_is_signed_is_that_of_dsse() -> None:
    assert pae(b"hello") == f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} 5 hello".encode()


def _plain(**changes: Any) -> dict[str, Any]:
    return document("0" * 32) | changes


def _without(name: str) -> dict[str, Any]:
    raw = _plain()
    del raw[name]
    return raw


PLAIN = json.dumps(document("0" * 32)).encode()


@pytest.mark.parametrize("name", list(document("0" * 32)))
def test_a_missing_field_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PermitInvalid, match="missing"):
        read_permit(_write(tmp_path, _without(name)))


@pytest.mark.parametrize(
    "bad",
    [
        _plain(allow=True),
        _plain(subjects=[]),
        _plain(subjects=_plain()["subjects"][::-1]),
        _plain(subjects=_plain()["subjects"] * 2),
        _plain(subjects_root=_plain()["subjects_root"] | {"size": 2.0}),
        _plain(subjects_root=_plain()["subjects_root"] | {"root": "sha256:" + "0" * 64}),
        _plain(subjects_root=_plain()["subjects_root"] | {"size": 1001}),
        PLAIN.replace(b'"size": 2', b'"size": 2.0'),
        PLAIN.replace(b'"size": 2', b'"size": 2e0'),
        PLAIN.replace(b'"size": 2', b'"size": NaN'),
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.decode().encode("utf-16"),
        PLAIN[:-1] + b', "nonce": "' + b"0" * 32 + b'"}',
        PLAIN + b"{}",
        PLAIN[:-1],
        PLAIN + b" " * LARGEST,
        b"",
        b"null",
        b"[" * 100_000,
        b'"permit"',
    ],
)
def test_what_is_not_of_the_form_is_refused(tmp_path: Path, bad: Any) -> None:
    path = _write(tmp_path, bad)
    with pytest.raises(PermitInvalid) as refused:
        read_permit(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)


Change = Callable[[dict[str, Any]], Any]


def _payload(change: Callable[[bytes], bytes]) -> Change:
    def changed(envelope: dict[str, Any]) -> Any:
        payload = change(base64.b64decode(envelope["payload"]))
        return envelope | {"payload": base64.b64encode(payload).decode()}

    return changed


ENVELOPES: dict[str, Change] = {
    "unknown member": lambda e: e | {"more": 1},
    "no signatures": lambda e: {k: v for k, v in e.items() if k != "signatures"},
    "stripped signature": lambda e: e | {"signatures": []},
    "two signatures": lambda e: e | {"signatures": e["signatures"] * 2},
    "signatures no list": lambda e: e | {"signatures": e["signatures"][0]},
    "signature with more": lambda e: e | {"signatures": [e["signatures"][0] | {"alg": "none"}]},
    "no key id": lambda e: e | {"signatures": [{"sig": e["signatures"][0]["sig"]}]},
    "key id of another form": lambda e: e | {"signatures": [e["signatures"][0] | {"keyid": "ci"}]},
    "empty signature": lambda e: e | {"signatures": [e["signatures"][0] | {"sig": ""}]},
    "signature null": lambda e: e | {"signatures": [e["signatures"][0] | {"sig": None}]},
    "other type": lambda e: e | {"payloadType": "application/json"},
    "type in capitals": lambda e: e | {"payloadType": PAYLOAD_TYPE.upper()},
    "payload with line breaks": lambda e: e | {"payload": e["payload"][:8] + "\n" + e["payload"][8:]},
    "payload for addresses": lambda e: e | {"payload": e["payload"].rstrip("=") + "-_=="},
    "payload without padding": lambda e: e | {"payload": e["payload"].rstrip("=") + "="},
    "payload no text": lambda e: e | {"payload": document("0" * 32)},
    "payload with spaces": _payload(lambda p: p.replace(b":", b": ", 1)),
    "payload in another order": _payload(
        lambda p: json.dumps(dict(reversed(json.loads(p).items())), separators=(",", ":")).encode()
    ),
    "payload with a line end": _payload(lambda p: p + b"\n"),
    "payload with escapes": _payload(lambda p: p.replace(b"build", b"b\\u0075ild", 1)),
    "payload with a key twice": _payload(lambda p: p[:-1] + b',"scope":null}'),
    "payload with an unknown key": _payload(lambda p: jcs(json.loads(p) | {"zoo": 1})),
    "payload with a fraction": _payload(lambda p: p.replace(b'"size":2', b'"size":2.0')),
    "payload is an envelope": lambda e: e | {"payload": base64.b64encode(jcs(e)).decode()},
    "payload empty": lambda e: e | {"payload": ""},
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_an_envelope_is_of_one_form(tmp_path: Path, envelope: dict[str, Any], name: str) -> None:
    read_permit(_write(tmp_path, envelope))
    with pytest.raises(PermitInvalid):
        read_permit(_write(tmp_path, ENVELOPES[name](envelope)))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "gone", tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(PermitInvalid):
            read_permit(place)
