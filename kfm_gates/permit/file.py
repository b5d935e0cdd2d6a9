"""Reading a permit file: the plain form, or the signed one, strictly. Reading it believes nothing of what it says."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from kfm_gates.errors import KfmGatesError, PermitInvalid
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.finding import Json
from kfm_gates.model.form import form_findings
from kfm_gates.model.permit import Permit
from kfm_gates.permit.envelope import Envelope, is_envelope, read_envelope, refuse_not_canonical
from kfm_gates.permit.subjects import subjects_root

LARGEST = 1 << 20
"""Bytes that a permit file may have; one with 1,000 subjects in an envelope has a quarter of that."""


@dataclass(frozen=True)
class PermitFile:
    """A permit as a file has it; `envelope` is None for one without a signature. Nothing of it is verified."""

    path: Path
    permit: Permit
    envelope: Envelope | None


def read_permit(path: Path) -> Permit:
    """Read a permit file; raises PermitInvalid for one that is not exactly of the closed form."""
    return read_permit_file(path).permit


def read_permit_file(path: Path) -> PermitFile:
    """The same, with its signature if it has one."""
    try:
        data = _bytes(path)
    except OSError as error:
        raise PermitInvalid(f"{path}: the permit can't be read: {error.strerror}") from error
    try:
        raw = parse_json(data)
        envelope = read_envelope(raw) if is_envelope(raw) else None
        permit = _permit(raw if envelope is None else parse_json(envelope.payload), path)
        if envelope is not None:
            refuse_not_canonical(envelope.payload, permit.raw)
    except KfmGatesError as error:
        said = str(error)
        raise PermitInvalid(said if said.startswith(str(path)) else f"{path}: {said}") from error
    return PermitFile(path, permit, envelope)


def _bytes(path: Path) -> bytes:
    """The bytes of the file; a pipe or a device is no permit, and must not be waited for."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise PermitInvalid(f"{path}: the permit is not a regular file")
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise PermitInvalid(f"{path}: is larger than any permit ({LARGEST} bytes)")
    return data


def _permit(raw: Json, path: Path) -> Permit:
    try:
        permit, findings = form_findings(Permit, raw, str(path))
    except ValidationError as error:
        raise PermitInvalid("is no permit") from error
    if permit is None or findings:
        raise PermitInvalid(findings[0].message if findings else "is no permit")
    listed = [(subject.id, subject.digest) for subject in permit.subjects]
    if listed and subjects_root(listed) != permit.subjects_root.document():
        raise PermitInvalid("`subjects_root` is not the tree head of the subjects that are listed")
    return permit
