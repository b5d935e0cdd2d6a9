"""Which file of the evidence root a URI in a document means."""

from __future__ import annotations

import re

FILE_IRI = "kfm://file/"
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")


def file_path(uri: str) -> str | None:
    """The path from the evidence root, or None for an address elsewhere (`pkg:…`, `https:…`, `doc:…`).

    Documents name files by their path; `kfm://file/<path>` is the same as an IRI.
    """
    if uri.startswith(FILE_IRI):
        return uri.removeprefix(FILE_IRI)
    return None if _SCHEME.match(uri) else uri
