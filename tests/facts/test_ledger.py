"""The ledger: every edit is seen, the quick way of reading a line is the slow one, and it is fast."""

import hashlib
import json
import random
from typing import Any

import pytest

from kfm_gates.evidence import merkle
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.snapshot import Memory, Snapshot
from kfm_gates.facts import ledger_lines
from kfm_gates.facts.container import Unmet
from kfm_gates.facts.ledger import Ledger, ledger
from kfm_gates.facts.ledger_lines import read_line, slowly

PATH = "audit/ledger.jsonl"
LAYOUT = Layout.kfm_v1()


def entry(number: int, prev: str | None, **changes: Any) -> dict[str, Any]:
    return {
        "dataset_slug": "kansas-counties",
        "dataset_version_id": "2017.aaaaaaaa.bbbbbbbb",
        "kind": "receipt",
        "operation": "ingest",
        "prev": prev,
        "receipt": {"digest": "sha256:" + "a" * 64, "path": f"data/receipts/k/v/{number}.json"},
        "run_id": f"kfm://run/2026-09-01T10:00:00Z.run-{number}",
        "seq": number,
        "status": "pass",
        "ts": "2026-09-01T10:00:00Z",
    } | changes


def line_of(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def lines(count: int) -> list[bytes]:
    found: list[bytes] = []
    for number in range(count):
        prev = "sha256:" + hashlib.sha256(found[-1]).hexdigest() if found else None
        found.append(line_of(entry(number, prev)))
    return found


def read(data: bytes) -> Ledger:
    return ledger(Snapshot(Memory({PATH: data})), LAYOUT)


def whole(parts: list[bytes]) -> bytes:
    return b"".join(part + b"\n" for part in parts)


def test_a_good_ledger_has_no_flaw_and_the_head_of_its_lines() -> None:
    good = lines(5)
    found = read(whole(good))
    assert (found.size, found.flaws, found.refused) == (5, (), ())
    assert found.root == "sha256:" + merkle.root(good).hex()
    assert found.last is not None and found.last.seq == 4
    assert len(found.of_version["kansas-counties", "2017.aaaaaaaa.bbbbbbbb"]) == 5
    assert [each.number for each in found.of_receipt["data/receipts/k/v/3.json"]] == [3]
    assert [each.number for each in found.of_run["kfm://run/2026-09-01T10:00:00Z.run-3"]] == [3]


def test_an_absent_ledger_is_unmet_and_an_empty_one_has_no_entries() -> None:
    with pytest.raises(Unmet, match=r"evidence\.present"):
        ledger(Snapshot(Memory({})), LAYOUT)
    assert (read(b"").size, read(b"").last) == (0, None)


@pytest.mark.parametrize("way", ["edit", "remove", "swap", "repeat", "insert"])
def test_every_change_inside_breaks_chain_or_numbers(way: str) -> None:
    good = lines(6)
    bad = list(good)
    if way == "edit":
        bad[2] = bad[2].replace(b"ingest", b"transform")
    elif way == "remove":
        del bad[2]
    elif way == "swap":
        bad[2], bad[3] = bad[3], bad[2]
    elif way == "repeat":
        bad.insert(3, bad[2])
    else:
        bad.insert(3, line_of(entry(3, None)))
    assert read(whole(bad)).flaws
    assert read(whole(bad)).root != read(whole(good)).root


def test_a_cut_off_line_is_named_and_not_counted() -> None:
    found = read(whole(lines(2)) + b'{"dataset_slug":"kan')
    assert (found.size, found.refused) == (2, ())
    assert [flaw.place.pointer for flaw in found.flaws] == ["/2"]
    assert "cut off" in found.flaws[0].message


def test_a_line_that_is_no_json_is_refused_at_its_line() -> None:
    good = lines(3)
    (refused,) = read(whole([good[0], b'{"seq":1,"seq":1}', good[2]])).refused
    assert (refused.line, refused.pointer) == (2, "/1/seq")


@pytest.mark.parametrize(
    "bad",
    [
        b'{"dataset_slug": "kansas-counties"}',
        line_of(entry(0, None)) + b" ",
        line_of(entry(0, None)) + b"\r",
        json.dumps(entry(0, None), separators=(",", ":")).encode().replace(b"{", b'{"kind":"receipt",', 1),
        json.dumps(dict(reversed(entry(0, None).items())), separators=(",", ":")).encode(),
        line_of(entry(0, None)).replace(b"pass", b"p\\u0061ss"),
        line_of(entry(0, None, seq=0.0)),
    ],
)
def test_other_bytes_for_the_same_values_are_not_canonical(bad: bytes) -> None:
    try:
        _, flaws = read_line(bad, 0, PATH)
    except Malformed:
        return
    assert any("canonical" in flaw.message for flaw in flaws) or len(flaws) > 1


ODD = {
    "dataset_slug": ["", "A", "a--b", "é", None, 5],
    "dataset_version_id": ["2017", "2017.aaaaaaaa", "2017-13.aaaaaaaa", "x"],
    "operation": ["promote", "index_backfill", "delete", None],
    "prev": [None, "sha256:" + "b" * 64, "sha256:" + "B" * 64, ""],
    "run_id": [
        "kfm://run/2026-02-30T10:00:00Z.x",
        "kfm://run/20260902T100000Z.x",
        "kfm://run/2026-09-01T10:00:00.5Z.x_1",
        "00000000-0000-4000-8000-000000000000",
        "",
    ],
    "seq": [0, 1, 17, -1, 2**53 - 1, "0", 1.5],
    "status": ["fail", "waived", ""],
    "ts": [
        "2026-02-30T00:00:00Z",
        "2026-09-01T10:00:00.123Z",
        "2026-09-01T10:00:00+00:00",
        "0000-01-01T00:00:00Z",
    ],
    "receipt": [
        {"digest": "sha256:" + "c" * 64, "path": each}
        for each in ("a", "a/../b", "./a", "a//b", "a/b.json", "..", ".a", "a b", "é.json", "/a", "a/.")
    ],
}


def test_the_quick_way_accepts_only_what_the_slow_way_accepts_with_the_same_values() -> None:
    chance = random.Random(4)
    accepted = 0
    for _ in range(3000):
        changes = {
            name: chance.choice(ODD[name]) for name in chance.sample(sorted(ODD), chance.randint(0, 2))
        }
        line = line_of(entry(chance.choice([0, 3]), chance.choice([None, "sha256:" + "d" * 64])) | changes)
        quick = ledger_lines._quickly(line, 3)
        if quick is not None:
            accepted += 1
            assert slowly(line, 3, PATH) == (quick, ())
    assert 300 < accepted < 2700


@pytest.mark.slow
def test_a_hundred_thousand_entries_are_read() -> None:
    assert read(whole(lines(100_000))).size == 100_000
