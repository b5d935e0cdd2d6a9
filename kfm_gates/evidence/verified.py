"""Random access to a large file without trusting that it stays as it was read."""

from __future__ import annotations

import hashlib
import io
from typing import BinaryIO

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.reading import CHUNK, Content


class Verified(io.RawIOBase):
    """Random access to a large file; every chunk is checked against the digest pinned for it."""

    def __init__(self, handle: BinaryIO, content: Content, path: str) -> None:
        self._handle, self._content, self._path, self._at = handle, content, path, 0

    def readable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def seekable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """See io.RawIOBase."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._content.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """See io.RawIOBase."""
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read from the chunk at the position, if it is the one that was pinned; raises EvidenceError otherwise."""
        number, within = divmod(self._at, CHUNK)
        if number >= len(self._content.chunks):
            return 0
        self._handle.seek(number * CHUNK)
        chunk = b""
        while len(chunk) < CHUNK and (more := self._handle.read(CHUNK - len(chunk))):
            chunk += more
        if hashlib.sha256(chunk).digest() != self._content.chunks[number]:
            raise EvidenceError(
                f"{self._path}: changed while it was judged; run the gates again", file=self._path
            )
        piece = chunk[within : within + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the file."""
        self._handle.close()
        super().close()
