"""Every format by its name: a module of this package with `render(result)`."""

from __future__ import annotations

import importlib

from kfm_gates.reports.result import Result

FORMATS = ("text", "json", "junit", "sarif", "github", "markdown", "html")

WITHOUT_VERDICT = ("junit", "sarif", "github", "markdown", "html")
"""Formats that can also say that, and why, there is no verdict."""


def render(format: str, result: Result) -> str:
    """The report in a format, ending with a line end."""
    text: str = importlib.import_module(f"kfm_gates.reports.{format}").render(result)
    return text
