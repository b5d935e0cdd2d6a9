"""Where an href leads: to one path below the evidence root, to the web, or nowhere that can be trusted.

References are resolved as RFC 3986 §5 says, against the file that holds them, but without any of what makes
two readers end up at different files: no scheme but http(s), no absolute path, no query or fragment, no
backslash, no escape that hides a dot or a slash, no way out of the root.
"""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote_to_bytes

FILE_IRI = "kfm://file/"
"""What an IRI of a file of the evidence begins with; the rest is the path, relative to the root."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_WEB = re.compile(r"https?://[^/?#\s\\@]+(?:[/?#]\S*)?", re.IGNORECASE)
_HIDDEN = re.compile(r"%(?:2e|2f|5c|25|[01][0-9a-f]|7f)", re.IGNORECASE)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNSAFE = re.compile(r"[\s\\<>\"\x00-\x20\x7f-\x9f\ud800-\udfff]")


class BadHref(ValueError):
    """An href that can't be followed; the text continues a sentence that begins with the href."""


def is_web(href: str) -> bool:
    """Whether this is an http or https URL with a host."""
    return _WEB.fullmatch(href) is not None


def resolve_href(href: str, document: str) -> str:
    """The path that `href` in the file `document` names, relative to the root; whether it exists is open.

    Raises BadHref with the reason why it names no path.
    """
    if is_web(href):
        raise BadHref("leads to the web, where nothing can be verified")
    if _SCHEME.match(href):
        raise BadHref(f"has the scheme {href.partition(':')[0]!r}, which is not followed")
    if href.startswith("/"):
        raise BadHref("is absolute; it must be relative to the file that holds it")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(document), _segments(href)))
    if path == ".." or path.startswith("../"):
        raise BadHref("leads out of the evidence root")
    return path


def file_of_iri(iri: str) -> str:
    """The path in an IRI `kfm://file/<path>`. Raises BadHref for any other IRI and for a path with detours."""
    if not iri.startswith(FILE_IRI):
        raise BadHref(f"is not of the form {FILE_IRI}<path>")
    path = _segments(iri.removeprefix(FILE_IRI))
    if any(segment in ("", ".", "..") for segment in path.split("/")):
        raise BadHref("has an empty, `.` or `..` segment")
    return path


def _segments(text: str) -> str:
    """The decoded path of a relative reference. Raises BadHref for what readers disagree about."""
    if not text:
        raise BadHref("is empty")
    if _UNSAFE.search(text):
        raise BadHref("has a backslash, a space or a control character")
    if "?" in text or "#" in text:
        raise BadHref("has a query or a fragment, and files have neither")
    if _BAD_ESCAPE.search(text):
        raise BadHref("has a percent sign that begins no escape")
    if _HIDDEN.search(text):
        raise BadHref("hides a dot, a slash or a control character in an escape")
    if text.endswith("/") or "//" in text or text.rpartition("/")[2] in (".", ".."):
        raise BadHref("names a folder, not a file")
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise BadHref("has an escape that is not UTF-8") from None
