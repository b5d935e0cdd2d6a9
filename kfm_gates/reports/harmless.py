"""Text from evidence, made safe to print: what can't be seen, or would steer a terminal, is spelled out."""

from __future__ import annotations

import re

LIMIT = 1000
"""Characters that are shown of one text."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""What Unicode calls printable though nothing is printed: fillers, joiners and variation selectors."""


def visible(text: str, limit: int = LIMIT) -> str:
    """`text` as one line in which every character can be seen.

    Control characters, line ends, ANSI escapes, bidirectional and other invisible characters are shown as
    `\\x1b` or `\\u202e`. Build logs take `##[…]` anywhere and `::…` at the start of a line for a command, so
    doubled number signs are parted and a colon at the start before another is spelled out.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _spelled(char) for char in text)
    if text.lstrip().startswith("::"):
        text = text.replace(":", "\\x3a", 1)
    return _UNSEEN.sub(lambda match: _spelled(match[0]), text).replace("##", "#\\#")


def _spelled(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
