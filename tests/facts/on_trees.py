"""Facts about a tree in memory or on disk, without judging it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfm_gates.checks.pack import HOUSE, tables
from kfm_gates.evidence.cases import base_subject
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Memory, Snapshot, Source
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts
from kfm_gates.facts.given import Clock, Since, Tables
from tests.support.judging import EVALUATED_AT, kansas

LAYOUT = Layout.kfm_v1()


def subject(label: str = "public") -> Subject:
    return base_subject(kansas(), LAYOUT, label)


def path(template: str, label: str = "public") -> str:
    return LAYOUT.path(template, slug=subject(label).slug, version=subject(label).version)


def facts(tree: Mapping[str, bytes] | Source, label: str = "public") -> Facts:
    snapshot = Snapshot(Memory(tree) if isinstance(tree, Mapping) else tree)
    given: dict[Any, object] = {
        Snapshot: snapshot,
        Layout: LAYOUT,
        Index: Index(snapshot, LAYOUT),
        Subject: subject(label),
        Clock: Clock(EVALUATED_AT),
        Since: Since(),
        Tables: Tables(tables((HOUSE,))),
    }
    return Facts(given)
