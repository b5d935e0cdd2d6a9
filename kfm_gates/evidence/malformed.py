"""The error of all parsers: what is wrong with a document, on which line, and the way out."""

from __future__ import annotations

from kfm_gates.errors import EvidenceError


class Malformed(EvidenceError):
    """A document that a strict parser refuses.

    The message is one sentence that ends with the way out. `line` is 1-based; `pointer` is the JSON
    pointer (RFC 6901) of the value or key at fault, "" where the syntax itself is broken.
    """

    line: int
    pointer: str

    def __init__(self, message: str, *, line: int = 1, pointer: str = "", file: str | None = None) -> None:
        super().__init__(message, file=file, line=line)
        self.pointer = pointer
