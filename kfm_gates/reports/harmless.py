"""Text from evidence, made safe to print: what can't be seen, or would steer a terminal, is spelled out."""

from __future__ import annotations

LIMIT = 1000
"""Characters that are shown of one text."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str, limit: int = LIMIT) -> str:
    """`text` as one line in which every character can be seen.

    Control characters, line ends, ANSI escapes, bidirectional and other invisible characters are shown as
    `\\x1b` or `\\u202e`. Doubled number signs are parted, since build logs take `##[…]` for a command.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _spelled(char) for char in text)
    return text.replace("##", "#\\#")


def _spelled(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
