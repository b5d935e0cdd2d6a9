"""seal: all digests follow from the bytes, nothing else is touched, and no document is too broken for it."""

from __future__ import annotations

import copy
import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence import merkle
from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.seal import seal, seal_folder
from kfm_gates.evidence.strict_yaml import dump_yaml, parse_yaml

LAYOUT = Layout.kfm_v1()
ROOT = Path(__file__).resolve().parents[2]
Tree = dict[str, bytes]


def read(folder: Path) -> Tree:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


SAMPLE = read(ROOT / "kfm_gates/samples/good")
VERSIONS = {json.loads(d)["policy"]["policy_label"]: json.loads(d)["dataset_version_id"]
            for p, d in SAMPLE.items() if p.startswith("release/manifests/")}  # fmt: skip
PUBLIC, GENERALISED = VERSIONS["public"], VERSIONS["public_generalized"]


def only(kind: str, version: str | None = None, tree: Tree = SAMPLE, ends: str = "") -> str:
    found = [
        path
        for path in tree
        if (match := LAYOUT.match(path))
        and match.name == kind
        and version in (None, match.variables.get("version"))
        and path.endswith(ends)
    ]
    assert len(found) == 1, found
    return found[0]


def edited(tree: Tree, path: str, change: Callable[[Any], Any]) -> Tree:
    document = json.loads(tree[path])
    change(document)
    return tree | {path: (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()}


def changed_paths(one: Tree, two: Tree) -> set[str]:
    return {path for path in one.keys() | two.keys() if one.get(path) != two.get(path)}


def kinds(paths: set[str]) -> set[str]:
    return {match.name for path in paths if (match := LAYOUT.match(path))}


@pytest.mark.parametrize("folder", ["fixtures/kansas-counties", "kfm_gates/samples/good"])
def test_a_sealed_tree_stays_as_it_is(folder: str) -> None:
    tree = read(ROOT / folder)
    assert tree and seal(tree, LAYOUT) == tree


def test_emptied_digests_are_all_filled_again() -> None:
    """Every digest of the sample but those that no file of it answers for."""
    ingest = json.loads(SAMPLE[only("receipt", PUBLIC, ends="ingest.json")])
    outside = {ingest["inputs"][0]["digest"].encode()}
    environments = {f"sha256:{Path(p).stem}".encode() for p in SAMPLE if p.startswith("environments/")}

    def empty(found: re.Match[bytes]) -> bytes:
        return found[0] if found[1] in outside | environments else b'""'

    emptied = {
        path: re.sub(rb'"((?:sha256:|1220)?[0-9a-f]{64})"', empty, data)
        if path.endswith((".json", ".jsonld", ".jsonl", "checkpoint", ".yaml"))
        and not path.startswith(("environments/", "release/reruns/"))
        else data
        for path, data in SAMPLE.items()
    }
    assert len(changed_paths(emptied, SAMPLE)) > 25
    assert seal(emptied, LAYOUT) == SAMPLE


def test_a_changed_artifact_changes_what_follows_from_it_and_nothing_else() -> None:
    path = only("artifact", GENERALISED, ends=".parquet")
    tree = SAMPLE | {path: SAMPLE[path] + b"!"}
    sealed = seal(tree, LAYOUT)
    assert sealed[path] == tree[path]
    changed = changed_paths(SAMPLE, sealed)
    assert not any(PUBLIC in changed_path for changed_path in changed)
    assert kinds(changed) == {
        "artifact", "checksums", "qa_report", "receipt", "prov", "dcat", "stac_item", "manifest", "ledger",
        "checkpoint",
    }  # fmt: skip
    item = json.loads(sealed[only("stac_item", GENERALISED, ends="parquet.json")])["assets"]["data"]
    digest = sha256(tree[path]).removeprefix("sha256:")
    assert (item["file:checksum"], item["file:size"]) == (f"1220{digest}", len(tree[path]))
    dcat = sealed[only("dcat", GENERALISED)].decode()
    assert digest in dcat and f'"@value": "{len(tree[path])}"' in dcat
    assert seal(sealed, LAYOUT) == sealed


def test_a_changed_raw_file_renames_the_version_made_of_it_and_the_one_derived_from_that() -> None:
    path = only("raw_artifact")
    sealed = seal(SAMPLE | {path: SAMPLE[path] + b"\n"}, LAYOUT)
    manifests = sorted(p for p in sealed if p.startswith("release/manifests/"))
    assert len(manifests) == 2 and not set(manifests) & SAMPLE.keys()
    text = b"".join(data for p, data in sealed.items() if "/artifacts/" not in p)
    assert PUBLIC.encode() not in text and GENERALISED.encode() not in text
    public = next(json.loads(d) for p, d in sealed.items()
                  if p in manifests and json.loads(d)["policy"]["policy_label"] == "public")  # fmt: skip
    assert public["spec_hash"] in SAMPLE[only("manifest", PUBLIC)].decode()  # only the inputs changed
    assert public["dataset_version_id"].split(".")[:2] == PUBLIC.split(".")[:2]
    assert seal(sealed, LAYOUT) == sealed


def test_a_changed_spec_gets_its_hash_its_file_name_and_its_version_id() -> None:
    path = LAYOUT.path("spec", slug="sample-counties", spec8=GENERALISED.split(".")[1])
    edited_text = SAMPLE[path].replace(b"cadence: irregular", b"cadence: annual")
    sealed = seal(SAMPLE | {path: edited_text}, LAYOUT)
    assert path not in sealed
    spec_path = next(p for p in sealed if p.startswith("data/registry/") and p not in SAMPLE)
    spec = parse_yaml(sealed[spec_path])
    assert spec_path.endswith(f"/{spec['spec_hash'][7:15]}.yaml") and spec["cadence"] == "annual"
    version = f"2017.{spec['spec_hash'][7:15]}.{GENERALISED.split('.')[2]}"
    manifest = json.loads(sealed[f"release/manifests/sample-counties/{version}.json"])
    assert (manifest["dataset_version_id"], manifest["spec_hash"]) == (version, spec["spec_hash"])
    lines = edited_text.splitlines(), sealed[spec_path].splitlines()
    assert sum(a != b for a, b in zip(*lines, strict=True)) == 1  # the text is kept but for the hash
    everything = b"".join(data for p, data in sealed.items() if "/artifacts/" not in p)
    assert GENERALISED.encode() not in everything and path.encode() not in everything
    assert len(sealed) == len(SAMPLE) and seal(sealed, LAYOUT) == sealed


def test_a_changed_time_slice_is_part_of_the_new_version_id() -> None:
    path = LAYOUT.path("spec", slug="sample-counties", spec8=GENERALISED.split(".")[1])
    sealed = seal(
        SAMPLE | {path: SAMPLE[path].replace(b'time_slice: "2017"', b'time_slice: "2018-03"')}, LAYOUT
    )
    assert any(p.startswith("release/manifests/sample-counties/2018-03.") for p in sealed)


def test_a_spec_written_anew_is_dumped_when_the_text_can_not_be_kept() -> None:
    path = LAYOUT.path("spec", slug="sample-counties", spec8=GENERALISED.split(".")[1])
    spec = parse_yaml(SAMPLE[path])
    flow = json.dumps(spec | {"cadence": "annual"}).encode()
    sealed = seal(SAMPLE | {path: flow}, LAYOUT)
    new = next(p for p in sealed if p.startswith("data/registry/") and p not in SAMPLE)
    value = parse_yaml(sealed[new])
    assert value["cadence"] == "annual" and sealed[new] == dump_yaml(value)


def test_kept_files_are_not_rewritten_but_digests_of_them_are() -> None:
    path = only("manifest", PUBLIC)
    wrong = "sha256:" + "ab" * 32
    tree = edited(SAMPLE, path, lambda m: m.update(spec_hash=wrong))
    assert seal(tree, LAYOUT) == SAMPLE
    kept = seal(tree, LAYOUT, keep=[path])
    assert kept[path] == tree[path]
    receipt = json.loads(kept[only("receipt", PUBLIC, ends="promote.json")])
    assert receipt["outputs"][0]["digest"] == sha256(tree[path])
    assert kinds(changed_paths(SAMPLE, kept)) == {"manifest", "pointer", "receipt", "ledger", "checkpoint"}


def test_a_kept_spec_keeps_its_stale_hash_and_every_name() -> None:
    path = LAYOUT.path("spec", slug="sample-counties", spec8=PUBLIC.split(".")[1])
    tree = SAMPLE | {path: SAMPLE[path].replace(b"irregular", b"annual")}
    sealed = seal(tree, LAYOUT, keep={path})
    assert sealed.keys() == SAMPLE.keys() and sealed[path] == tree[path]
    assert json.loads(sealed[only("manifest", PUBLIC)])["spec_hash"] == parse_yaml(SAMPLE[path])["spec_hash"]


def test_subjects_limit_what_is_rewritten() -> None:
    tree = dict(SAMPLE)
    for version in (PUBLIC, GENERALISED):
        tree[only("artifact", version, ends=".pmtiles")] += b"!"
    sealed = seal(tree, LAYOUT, subjects=[f"sample-counties/{GENERALISED}"])
    changed = changed_paths(tree, sealed)
    assert changed and not any(PUBLIC in path for path in changed)
    assert any(GENERALISED in path for path in changed)


def test_nothing_absent_null_or_of_another_type_is_filled() -> None:
    path = only("manifest", PUBLIC)

    def spoil(manifest: dict[str, Any]) -> None:
        del manifest["spec_hash"]
        manifest["qa"]["report_digest"] = None
        manifest["artifacts"][0]["digest"] = 7
        manifest["catalogs"] = {"path": "x", "digest": ""}

    tree = edited(SAMPLE, path, spoil)
    assert seal(tree, LAYOUT)[path] == tree[path]


def test_labels_rights_approvals_and_times_are_left_alone() -> None:
    def spoil(manifest: dict[str, Any]) -> None:
        manifest["policy"]["policy_label"] = "restricted"
        manifest["approvals"] = []
        manifest["released_at"] = "2025-01-01T00:00:00Z"

    path = only("manifest", PUBLIC)
    tree = edited(SAMPLE, path, spoil)
    assert seal(tree, LAYOUT)[path] == tree[path]


def test_a_key_that_looks_like_another_version_is_not_replaced() -> None:
    older = ".".join(GENERALISED.split(".")[:2])  # a two-part id that begins like the three-part one
    path = only("policy_decision", ends="generalized.json")
    tree = edited(
        SAMPLE, path, lambda d: d.update(reason=f"{older} {GENERALISED} x{GENERALISED} {GENERALISED}0")
    )
    spec = LAYOUT.path("spec", slug="sample-counties", spec8=older.split(".")[1])
    sealed = seal(tree | {spec: tree[spec].replace(b"irregular", b"annual")}, LAYOUT)
    reason = json.loads(sealed[path])["reason"].split()
    assert reason[0] == older and reason[1] != GENERALISED
    assert reason[2:] == [f"x{GENERALISED}", f"{GENERALISED}0"]


def test_an_environment_is_renamed_with_its_receipts() -> None:
    path = next(p for p in SAMPLE if p.startswith("environments/") and b"run-parameters" in SAMPLE[p])
    data = SAMPLE[path] + b"\n"
    sealed = seal({p: d for p, d in SAMPLE.items() if p != path} | {path: data}, LAYOUT)
    assert path not in sealed and sealed[f"environments/{sha256(data)[7:]}.json"] == data
    receipt = json.loads(sealed[only("receipt", PUBLIC, ends="ingest.json")])
    assert receipt["environment"]["params_digest"] == sha256(data)


def test_the_ledger_is_chained_and_its_torn_lines_are_left() -> None:
    path = LAYOUT.path("ledger")
    lines = SAMPLE[path].splitlines()
    tree = SAMPLE | {path: b"\n".join([*lines[:2], b"{torn", *lines[2:]]) + b"\n"}
    sealed = seal(tree, LAYOUT)
    after = sealed[path].split(b"\n")
    assert after[2] == b"{torn" and json.loads(after[3])["prev"] == sha256(b"{torn")
    assert json.loads(after[4])["prev"] == sha256(after[3])
    checkpoint = json.loads(sealed[LAYOUT.path("checkpoint")])
    assert checkpoint["size"] == len(after) - 1
    assert checkpoint["root"] == "sha256:" + merkle.root(after[:-1]).hex()
    assert checkpoint["time"] == json.loads(SAMPLE[LAYOUT.path("checkpoint")])["time"]


def test_documents_that_point_at_each_other_are_left_and_the_rest_is_sealed() -> None:
    transform = only("receipt", PUBLIC, ends="transform.json")
    manifest = only("manifest", PUBLIC)
    tree = edited(SAMPLE, transform, lambda r: r["inputs"].append({"uri": manifest, "digest": ""}))
    sealed = seal(tree, LAYOUT)  # transform -> manifest -> prov -> transform
    assert json.loads(sealed[transform])["inputs"][-1]["digest"] == ""
    assert seal(sealed, LAYOUT) == sealed
    entry = next(e for e in map(json.loads, sealed[LAYOUT.path("ledger")].splitlines())
                 if e["receipt"]["path"] == transform)  # fmt: skip
    assert entry["receipt"]["digest"] == sha256(sealed[transform])


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"[]", b"null", b"7", b'{"a": 1, "a": 2}', b"{", b"a: [", b"{}"]
)
def test_broken_documents_stay_as_they_are(data: bytes) -> None:
    for path in SAMPLE:
        match = LAYOUT.match(path)
        if match is not None and match.name not in ("artifact", "raw_artifact", "terms", "environment"):
            sealed = seal(SAMPLE | {path: data}, LAYOUT)
            assert data in sealed.values()
            assert seal(sealed, LAYOUT) == sealed


WRONG: list[Any] = [
    None,
    "",
    0,
    -1.5,
    True,
    [],
    {},
    [None],
    [[]],
    [{}],
    {"@id": 1},
    "..",
    "kfm://file/..",
    "a/b",
]


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here] + [place for key, inner in pairs for place in places(inner, (*here, key))]


def test_no_wrong_value_anywhere_makes_it_raise_or_lose_a_file() -> None:
    """Each document, at places chosen by a fixed seed: wrong types, absent and doubled values."""
    chance = random.Random(20260901)
    for path in sorted(SAMPLE):
        if not path.endswith((".json", ".jsonld", ".yaml", "checkpoint")) or "/artifacts/" in path:
            continue
        document = parse_yaml(SAMPLE[path]) if path.endswith(".yaml") else json.loads(SAMPLE[path])
        for place in chance.sample(places(document)[1:], k=min(6, len(places(document)) - 1)):
            mutant = copy.deepcopy(document)
            holder = mutant
            for key in place[:-1]:
                holder = holder[key]
            wrong = chance.choice([*WRONG, "remove"])
            if wrong == "remove":
                del holder[place[-1]]
            else:
                holder[place[-1]] = wrong
            text = dump_yaml(mutant) if path.endswith(".yaml") else json.dumps(mutant).encode()
            sealed = seal(SAMPLE | {path: text}, LAYOUT)
            assert len(sealed) == len(SAMPLE)
            assert seal(sealed, LAYOUT) == sealed, (path, place, wrong)


def test_files_outside_the_layout_are_passed_through() -> None:
    tree = SAMPLE | {"README.md": PUBLIC.encode(), "data/raw/stray": b"\xff"}
    assert seal(tree, LAYOUT) == tree


def test_the_input_is_not_changed() -> None:
    path = only("artifact", PUBLIC, ends=".parquet")
    tree = SAMPLE | {path: b"other"}
    before = dict(tree)
    seal(tree, LAYOUT)
    assert tree == before


def put(folder: Path, tree: Tree) -> None:
    for path, data in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def test_a_folder_is_sealed_as_the_tree_is(tmp_path: Path) -> None:
    spec = LAYOUT.path("spec", slug="sample-counties", spec8=GENERALISED.split(".")[1])
    tree = SAMPLE | {spec: SAMPLE[spec].replace(b"irregular", b"annual"), "notes.txt": b"x"}
    put(tmp_path, tree)
    changed = seal_folder(tmp_path, LAYOUT)
    expected = seal(tree, LAYOUT)
    assert read(tmp_path) == expected
    assert set(changed) == changed_paths(tree, expected)
    assert not (tmp_path / "data/processed/sample-counties" / GENERALISED).exists()
    assert seal_folder(tmp_path, LAYOUT) == []


def test_a_folder_with_a_link_is_refused_untouched(tmp_path: Path) -> None:
    path = only("manifest", PUBLIC)
    tree = edited(SAMPLE, path, lambda m: m.update(spec_hash=""))
    put(tmp_path, tree)
    os.symlink(tmp_path / path, tmp_path / "release/link.json")
    with pytest.raises(EvidenceError, match="link"):
        seal_folder(tmp_path, LAYOUT)
    assert (tmp_path / path).read_bytes() == tree[path]
