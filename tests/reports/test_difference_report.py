from __future__ import annotations

import copy
import json
from typing import Any

from kfm_gates.reports.difference import Difference, compare
from kfm_gates.reports.difference_report import SHOWN, as_json, text
from tests.reports.test_malicious import VALUES


def compared(make: Any, old: Any, new: Any) -> Difference:
    before, after = (make.verdict(each).statement["predicate"] for each in (old, new))
    return compare(before, copy.deepcopy(after) | {"policy_pack": {"digest": "sha256:" + "b" * 64}})


def red(make: Any, *messages: str, **more: Any) -> Any:
    findings = [
        make.finding("rights.a", each, fingerprint=f"{n:016x}", **more) for n, each in enumerate(messages)
    ]
    return make.subject(
        "s/1",
        make.check("rights.a", "rights", "DENY", findings=findings),
        make.check("rights.b", "rights", "ABSTAIN", ["rights.a"]),
        make.check("rights.c", "rights", "ERROR", ["rights.c: crashed"]),
    )


def green(make: Any) -> Any:
    checks = [make.check(id, "rights") for id in ("rights.a", "rights.b", "rights.c")]
    return make.subject("s/1", *checks)


def test_what_is_new_comes_after_what_else_decides(make: Any) -> None:
    old, new = green(make), red(make, "is wrong")
    new["files"] = [{"path": "data/one.json", "digest": "sha256:1", "size": 1}]
    assert text(compared(make, old, new)) == (
        "old:       PASS    promotion-v1 for promote, as of 2026-10-01T12:00:00Z\n"
        "new:       ERROR   promotion-v1 for promote, as of 2026-10-01T12:00:00Z\n"
        "\n"
        f"changed:   policy pack: sha256:{'a' * 64} → sha256:{'b' * 64}\n"
        "\n"
        "subject s/1  PASS → ERROR\n"
        "  file  data/one.json was added\n"
        "  new   rights.a at data/one.json:3 (/a): is wrong\n"
        "  check rights.a  PASS → DENY\n"
        "  check rights.c  PASS → ERROR: rights.c: crashed\n"
        "  … and 1 checks that were judged before and wait for others now\n"
        "\n"
        "findings:  1 new, 0 gone, 0 same\n"
        "exit code: 1\n"
    )


def test_what_is_gone_and_what_is_the_same(make: Any) -> None:
    said = text(compared(make, red(make, "one", "two"), red(make, "one")))
    assert "  gone  rights.a at data/one.json:3 (/a): two\n  same  1 findings\n" in said
    assert said.endswith("findings:  0 new, 1 gone, 1 same\nexit code: 0 (nothing new is denied)\n")


def test_many_are_counted(make: Any) -> None:
    new = red(make, *(f"wrong {n}" for n in range(SHOWN + 3)))
    said = text(compared(make, green(make), new))
    assert said.count("  new   ") == SHOWN
    assert "  … and 3 more new findings; --format json has all\n" in said


def test_programs_get_everything(make: Any) -> None:
    found = json.loads(as_json(compared(make, green(make), red(make, "is wrong"))))
    assert set(found) == {"old", "new", "causes", "subjects", "counts", "blocks_anew"}
    (subject,) = found["subjects"]
    assert subject["findings"]["new"][0]["message"] == "is wrong"
    assert subject["checks"][0] == {
        "id": "rights.a",
        "gate": "rights",
        "old": "PASS",
        "new": "DENY",
        "because": [],
    }
    assert (found["counts"], found["blocks_anew"]) == ({"new": 1, "gone": 0, "same": 0}, True)
    assert found["causes"][0]["what"] == "policy pack"


def test_evidence_can_not_steer_a_terminal_or_a_build_log(make: Any) -> None:
    for value in VALUES.values():
        new = red(make, value, file=value, pointer=value, found=value, expected=value, hint=value)
        new["id"] = value
        new["files"] = [{"path": value, "digest": "sha256:1", "size": 1}]
        new["checks"].append(make.check(value, value, "ERROR", [value]))
        found = compared(make, green(make), new)
        said = text(found)
        assert all(line.isprintable() and not line.lstrip().startswith("::") for line in said.split("\n"))
        assert "##" not in said and len(said) < 10_000
        assert as_json(found).isascii() and "##" not in as_json(found)
