"""What can be said of a plan from the plan alone."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.model.index_plan import IndexPlanDraft
from kfm_gates.planning.rules_of_intent import SMALL, refusals_of_intent
from tests.support.plans import SLUG, Change, draft

KNOWN = frozenset({"catalog.stac", "catalog", "D"})
POSTGIS = {
    "store": "postgis",
    "live": "gates",
    "output": "gates_2",
    "source": ["artifacts"],
    "format": "PostGIS",
    "estimate": {"size_bytes": 1, "runtime_seconds": 1},
}
PROOF = {
    "revision": "sha256:" + "ab" * 32,
    "receipt": {"path": "data/r.json", "digest": "sha256:" + "ab" * 32},
}


def refused(change: Change) -> set[tuple[str, str]]:
    made = IndexPlanDraft.read(draft(change), "draft.json")
    found = list(refusals_of_intent(made, KNOWN))
    assert all(each.finding.hint and each.finding.found and each.finding.expected for each in found)
    return {(each.check, each.finding.place.pointer) for each in found}


def put(*steps: Any, value: Any) -> Change:
    def change(raw: dict[str, Any]) -> None:
        part: Any = raw
        for step in steps[:-1]:
            part = part[step]
        part[steps[-1]] = value

    return change


def in_place(raw: dict[str, Any]) -> None:
    raw["strategy"] = "in_place"
    raw["targets"][0]["output"] = SLUG


def append(raw: dict[str, Any]) -> None:
    raw["strategy"] = "incremental_append"
    raw["targets"][0] |= {"output": SLUG, "appended_to": PROOF}


def both(one: Change, two: Change) -> Change:
    def change(raw: dict[str, Any]) -> None:
        one(raw)
        two(raw)

    return change


def two_targets(raw: dict[str, Any]) -> None:
    raw["targets"].append(dict(POSTGIS))
    raw["run_order"]["phases"].append({"name": "postgis", "targets": ["postgis:gates"], "after": ["tiles"]})


def by_month(raw: dict[str, Any]) -> None:
    window = {"start": "2017-01-01T00:00:00Z", "end": "2018-01-01T00:00:00Z"}
    raw["scope"] = {"kind": "time", "time_axis": "valid_time", "window": window}
    raw["chunking"]["mode"] = "monthly"
    raw["builder"]["supports_time_scope"] = True


FINE: dict[str, Change] = {
    "as it is": lambda raw: None,
    "two targets": two_targets,
    "in place, small, outside production": in_place,
    "an append with its proof": append,
    "blue/green in production": put("deployment", value="production"),
    "by month": by_month,
    "a large index beside what serves": put("targets", 0, "estimate", "size_bytes", value=SMALL * 1000),
    "a check": put("validation", 0, "check", value="catalog.stac"),
    "an image with its digest": put(
        "builder", "image", value="r.example.org:5000/main/tiler@sha256:" + "0123456789abcdef" * 4
    ),
    "roads that are main": put("targets", 0, "output", value="tiles/main-roads-current-head.pmtiles"),
    "what serves is called latest, and is written to": both(
        in_place, lambda raw: (
            raw["targets"][0].update(live="tiles/latest", output="tiles/latest"),
            raw["run_order"]["phases"][0].update(targets=["tiles:tiles/latest"]),
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_fine(name: str) -> None:
    assert refused(FINE[name]) == set()


PHASE = {"name": "more", "targets": ["postgis:gates"], "after": []}
REFUSED: list[tuple[Change, tuple[str, str]]] = [
    (both(by_month, put("builder", "supports_time_scope", value=False)),
     ("plan.time_scope", "/builder/supports_time_scope")),
    (both(in_place, put("deployment", value="production")), ("plan.strategy", "/strategy")),
    (both(in_place, put("targets", 0, "estimate", "size_bytes", value=SMALL + 1)),
     ("plan.strategy", "/targets/0/estimate/size_bytes")),
    (put("targets", 0, "output", value=SLUG), ("plan.strategy", "/targets/0/output")),
    (both(in_place, put("targets", 0, "output", value="other")), ("plan.strategy", "/targets/0/output")),
    (both(append, lambda raw: raw["targets"][0].pop("appended_to")),
     ("plan.append_history", "/targets/0/appended_to")),
    (put("targets", 0, "appended_to", value=PROOF), ("plan.append_history", "/targets/0/appended_to")),
    (put("validation", 0, "check", value="coverage.county"), ("plan.validation", "/validation/0/check")),
    (put("validation", 0, "check", value="V5"), ("plan.validation", "/validation/0/check")),
    (put("chunking", "mode", value="monthly"), ("plan.chunking", "/chunking/mode")),
    (put("reviewers", value=["example:steward-1", "example:map-team"]), ("plan.review", "/reviewers/1")),
    (put("owner", value="example:map-team"), ("plan.review", "/owner")),
    (put("delegates", value=["example:map-team"]), ("plan.review", "/delegates/0")),
    (put("run_order", "phases", 0, "targets", value=["tiles:rivers", f"tiles:{SLUG}"]),
     ("plan.run_order", "/run_order/phases/0/targets/0")),
    (lambda raw: raw["targets"].append(dict(POSTGIS)), ("plan.run_order", "/run_order/phases")),
    (both(two_targets, lambda raw: raw["run_order"]["phases"].append(PHASE)),
     ("plan.run_order", "/run_order/phases/2/targets/0")),
    (put("run_order", "phases", 0, "after", value=["nobody"]), ("plan.run_order", "/run_order/phases/0/after/0")),
    (put("run_order", "phases", 0, "after", value=["tiles"]), ("plan.run_order", "/run_order/phases")),
    (both(two_targets, put("run_order", "phases", 0, "after", value=["postgis"])),
     ("plan.run_order", "/run_order/phases")),
    (put("builder", "image", value="r.example.org/tiler:1.2"), ("preflight.builder_pin", "/builder/image")),
    (put("builder", "image", value="tiler@sha256:" + "00ff" * 16), ("preflight.builder_pin", "/builder/image")),
    (put("targets", 0, "output", value="tiles/latest.pmtiles"), ("preflight.spec_closed", "/targets/0/output")),
    (put("targets", 0, "output", value="tiles-latest"), ("preflight.spec_closed", "/targets/0/output")),
    (put("reason", value="TODO"), ("preflight.spec_closed", "/reason")),
    (put("strategy_risk", value="<the risk>"), ("preflight.spec_closed", "/strategy_risk")),
    (put("targets", 0, "format", value="pmtiles@latest"), ("preflight.spec_closed", "/targets/0/format")),
    (put("builder", "params_digest", value="sha256:" + "0" * 64),
     ("preflight.spec_closed", "/builder/params_digest")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "wanted"), REFUSED, ids=[f"{n}-{w[0]}" for n, (_, w) in enumerate(REFUSED)]
)
def test_refused(change: Change, wanted: tuple[str, str]) -> None:
    assert refused(change) == {wanted}


def test_a_floating_tag_is_refused_once_for_each_reason() -> None:
    found = refused(put("builder", "image", value="r.example.org/tiler:latest"))
    assert found == {
        ("preflight.builder_pin", "/builder/image"),
        ("preflight.spec_closed", "/builder/image"),
    }
