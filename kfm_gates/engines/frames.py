"""The frames that go between a worker and its parent: four bytes of length (big endian), then UTF-8 JSON."""

from __future__ import annotations

import json
import struct

from kfm_gates.model.finding import Json

HEADER = struct.Struct(">I")
LARGEST_FRAME = 256 * 1024 * 1024


def encode(value: Json) -> bytes:
    """One frame. Raises ValueError for NaN, infinity and values that are not JSON, or too large a frame."""
    # ASCII only: a lone surrogate stays an escape here and meets the engine's own refusal.
    body = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")
    if len(body) > LARGEST_FRAME:
        raise ValueError(f"a message of {len(body)} bytes is larger than {LARGEST_FRAME}")
    return HEADER.pack(len(body)) + body


def body_length(header: bytes) -> int:
    """The length that a header announces. Raises ValueError when no honest peer would send it."""
    length: int = HEADER.unpack(header)[0]
    if length > LARGEST_FRAME:
        raise ValueError(f"a frame header announces {length} bytes, more than {LARGEST_FRAME}")
    return length


def decode(body: bytes) -> Json:
    """The value in a frame's body. Raises ValueError when it is not JSON."""
    return json.loads(body)
