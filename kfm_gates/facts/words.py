"""The words of a name, however it is written: `ownerName`, `owner_name`, `OWNER-NAME` and `Owner name` are alike."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W\d_]+|\d+")


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """Its words in lower case; digits are words of their own, and what is neither letter nor digit separates."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", _HUMP.sub(" ", name)).casefold()))


def phrases(name: str, longest: int) -> tuple[str, ...]:
    """Every run of up to `longest` words, joined by spaces, and all words written as one, each once, in order."""
    found = words(name)
    runs = [
        " ".join(found[start : start + length])
        for length in range(1, longest + 1)
        for start in range(len(found) - length + 1)
    ]
    return tuple(dict.fromkeys([*runs, "".join(found)])) if found else ()
