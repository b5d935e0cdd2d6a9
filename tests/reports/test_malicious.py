"""No value from evidence does anything in any format, wherever it stands: what is said around it stays the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from kfm_gates.reports.formats import FORMATS, render
from kfm_gates.reports.result import Result
from tests.reports.workflow_commands import commands

HARMLESS = "plain"
VALUES = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><!-- &lt;",
    "html block": "\n\n<div onclick=x>\n\n</details></table>",
    "ansi": "\x1b[2J\x1b[31mPASS\x1b[0m\x9b1A",
    "terminal link": "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "carriage return": "DENY\rPASS\x08\x08",
    "workflow command": "\n::set-output name=decision::allow\n::stop-commands::x",
    "workflow command after CR": "x\r\n::add-mask::x\r::error file=a::b\x0b::x\u2028::x\x85::x",
    "workflow command at the start": "::error title=a,b=c::owned",
    "older workflow command": "##[error]x ##vso[task.complete]",
    "percent codes": "%0A::error::x%0D%25%3A%2C",
    "end of CDATA": "]]><failure/><![CDATA[ ]]>",
    "XML": "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>&b;</testcase>",
    "a megabyte": "A" * 2**20,
    "a megabyte of lines": "\n::error::x" * 2**16,
    "bidirectional": "\u202e\u2066ssap\u2069\u202c\u200f\u061c",
    "zero width": "a\u200bb\u200c\u200d\u2060\ufeff\u00ad",
    "unseen": "\u3164\u115f\ufe0f\u034f\u2800\U000e0041\U000e0100",
    "lone surrogates": "\ud800x\udfff",
    "NUL": "a\x00b",
    "not in XML": "\x01\x0e\x7f\x84\ufffe\uffff\U0001ffff",
    "link": "[click](javascript:alert(1)) <https://evil.example> https://evil.example www.evil.example a@evil.example",
    "image": "![x](https://evil.example/x.png)",
    "link that waits for an end": "x](https://evil.example) ](1)",
    "mention": "@octocat #1 GH-1 owner/name#1",
    "table": " | **PASS** | \\| a |\n|---|",
    "headings and rules": "\n# PASS\n---\n===\n- x\n> x\n    x\n```\nx\n~~~",
    "backticks": "` `` ``` <b> ```",
    "one backtick": "`",
    "backslashes": "\\` \\| \\",
    "emphasis": "**PASS** _x_ ~~x~~",
    "placeholder": "{0} {{1}} {",
    "shell": "$(touch x) `touch x` ${{ secrets.X }}",
    "rich markup": "[bold red]x[/] :smile:",
    "path to elsewhere": "../../../etc/passwd",
    "network path": "//evil.example/x",
    "empty": "",
    "blank": "   ",
}


def result(make: Any, value: str) -> Result:
    """A run in which every text from evidence is `value`."""
    evil = make.finding("rights.a", value, file=value, pointer=value, found=value, expected=value, hint=value)
    absent = {"id": "rights.c", "gate": "rights", "fact": value, "value": value, "digest": ""}
    verdict = make.verdict(
        make.subject(
            value,
            make.check("rights.a", "rights", "DENY", findings=[evil, evil]),
            make.check("rights.b", "rights", "ERROR", [value, "rights.b: x"]),
            make.check("catalog.a", "catalog", "ABSTAIN", [value, value]),
            not_planned=[absent],
        ),
        root=_path(value),
        record=_path(value),
        no_permit=f"x{value}",
    )
    return Result.of(verdict)


def _path(value: str) -> str:
    """A path with the value in it, as far as a file system takes it."""
    return "/" + "".join(char for char in value[:100] if char != "\x00" and not "\ud800" <= char <= "\udfff")


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
@pytest.mark.parametrize("format", FORMATS)
def test_a_malicious_value_is_harmless(make: Any, format: str, value: str) -> None:
    text = render(format, result(make, value))
    plain = render(format, result(make, HARMLESS))
    text.encode("utf-8")
    assert all(line.isprintable() for line in text.split("\n"))
    assert "##" not in text.removeprefix("## kfm-gates").replace("\n### ", "")
    SAME[format](text, plain)


def _text(text: str, plain: str) -> None:
    assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
    assert len(text.split("\n")) <= len(plain.split("\n"))
    assert len(text) < 40_000


def _json(text: str, plain: str) -> None:
    assert text.isascii()
    assert _shape(json.loads(text)) == _shape(json.loads(plain))


def _sarif(text: str, plain: str) -> None:
    log = json.loads(text)
    assert text.isascii() and len(text) < 100_000
    assert _shape(log) == _shape(json.loads(plain))
    said = list(_strings(log))
    assert all(line.isprintable() for each in said for line in each.split("\n"))
    for each in log["runs"][0]["results"]:
        message = each["message"]["text"]
        assert "](" not in message and not re.search(r"(?<!\{)(\{\{)*\{\d", message)
        uri = each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert (
            re.fullmatch(r"[A-Za-z0-9._~%/-]+", uri)
            and not uri.startswith("/")
            and ".." not in uri.split("/")
        )


def _shape(value: Any) -> Any:
    """The structure of a JSON value, without its texts; pointers and places may be left out when empty."""
    if isinstance(value, dict):
        optional = ("pointer", "found", "expected", "hint", "subject", "redactionTokens", "logicalLocations")
        return {name: _shape(each) for name, each in value.items() if name not in optional}
    if isinstance(value, list):
        return [_shape(each) for each in value]
    return type(value).__name__


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, str):
        yield value


def _junit(text: str, plain: str) -> None:
    ours, theirs = ET.fromstring(text.encode()), ET.fromstring(plain.encode())
    assert [element.tag for element in ours.iter()] == [element.tag for element in theirs.iter()]
    assert [sorted(element.keys()) for element in ours.iter()] == [sorted(e.keys()) for e in theirs.iter()]
    assert "<![CDATA[" not in text and "]]>" not in text and "<!DOCTYPE" not in text
    assert len(text) < 60_000


def _github(text: str, plain: str) -> None:
    ours, theirs = commands(text), commands(plain)
    assert [each.name for each in ours] == [each.name for each in theirs] == ["error"] * 4 + ["notice"]
    assert all(each.properties.keys() <= {"title", "file", "line"} for each in ours)
    assert [each.properties["title"] for each in ours] == [each.properties["title"] for each in theirs]


def _markdown(text: str, plain: str) -> None:
    """Read by a real parser, everything but the code spans is what it is without the value."""
    assert _around(text) == _around(plain)
    assert len(text) < 60_000


def _around(text: str) -> list[tuple[str, str]]:
    found = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        found.append((token.type, token.tag))
        for child in token.children or ():
            found.append((child.type, "" if child.type == "code_inline" else child.content.strip()))
    return [each for each in found if each not in _OPTIONAL]


_OPTIONAL = [("text", each) for each in ("", "found", "expected", "hint")] + [
    (kind, "") for kind in ("code_inline", "softbreak", "hardbreak")
]
"""What is left out where there is no value."""


def _html(text: str, plain: str) -> None:
    ours, theirs = (_tags(each) for each in (text, plain))
    assert ours == theirs
    assert not any(tag in ("script", "img", "a", "iframe", "link", "form", "svg") for tag, _ in ours)
    assert {name for _, attributes in ours for name in attributes} <= {
        "charset", "class", "colspan", "content", "http-equiv", "lang", "name",
    }  # fmt: skip
    assert len(text) < 80_000


def _tags(text: str) -> list[tuple[str, tuple[str, ...]]]:
    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[tuple[str, tuple[str, ...]]] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in ("dt", "dd", "code"):  # a line is left out where there is no value
                self.found.append((tag, tuple(name for name, _ in attrs)))

        def handle_comment(self, data: str) -> None:
            self.found.append(("comment", ()))

    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader.found


SAME = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
    "markdown": _markdown,
    "html": _html,
}


def test_every_format_is_tried() -> None:
    assert set(SAME) == set(FORMATS)
