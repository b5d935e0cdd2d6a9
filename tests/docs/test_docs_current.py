"""The generated documents are those that the code and the cases give now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate import DOCS, differences, documents, there
from tests.support.repository import REPOSITORY


def test_they_are_current() -> None:
    assert differences(documents(), there()) == [], "run `make docs`"


def _pages() -> list[Path]:
    written = [path for path in DOCS.rglob("*.md")]
    return sorted([*written, *REPOSITORY.glob("*.md")])


@pytest.mark.parametrize("page", _pages(), ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    links = [match.partition("#")[0] for match in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [link for link in links if link and "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (page.parent / link).exists()] == []
