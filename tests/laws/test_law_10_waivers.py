"""Law 10. Only a waiver opens a denial, and only one that is in order; anything else about waivers denies."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest

from kfm_gates.model.waiver import Waiver
from tests.support.judging import EVALUATED_AT
from tests.support.waiving import CHECK, broken, denied, file, judged, under, waiver

FINDING = waiver()["findings"][0]


def test_a_waiver_in_order_opens_what_it_names() -> None:
    assert under(waiver()) == ("WAIVED", [])


def test_without_one_it_is_denied() -> None:
    assert under() == ("DENY", [])


def test_the_decision_says_what_was_opened_and_by_whom() -> None:
    made = file(waiver())
    result = judged(broken().files, made)[broken().subject.id]
    (entry,) = (each for each in result["checks"] if each["id"] == CHECK)
    assert [each["fingerprint"] for each in entry["findings"]] == [FINDING]
    assert entry["waivers"] == [
        {
            "id": "gap-2017",
            "digest": made.digest,
            "expires": "2026-12-15T00:00:00Z",
            "owner": "example:owner-1",
            "approver": "example:steward-9",
        }
    ]
    assert result["status"] == "WAIVED"


FORGED: dict[str, tuple[Any, str]] = {
    "expired": ({"issued": "2026-09-01T00:00:00Z", "expires": "2026-10-31T11:59:59Z"}, "expired at"),
    "expires-this-second": ({"expires": EVALUATED_AT}, "expired at"),
    "91-days": ({"expires": "2027-01-29T00:00:00Z"}, "is not within 90 days"),
    "90-days-and-a-second": ({"expires": "2027-01-28T00:00:01Z"}, "is not within 90 days"),
    "ends-before-it-begins": ({"expires": "2026-10-29T00:00:00Z"}, "is not within 90 days"),
    "issued-tomorrow": ({"issued": "2026-11-01T00:00:00Z"}, "in the future"),
    "approved-by-its-owner": ({"approver": "example:owner-1"}, "is the owner"),
    "approved-by-its-owner-in-capitals": ({"approver": "Example:Owner-1"}, "is the owner"),
    "approved-by-a-look-alike": ({"approver": "example:\u043ewner-1"}, "`approver` is not"),
    "approved-by-a-wide-letter": ({"approver": "example:\uff4fwner-1"}, "`approver` is not"),
    "approved-with-a-joiner": ({"approver": "example:owner\u200d-1"}, "`approver` is not"),
    "approved-with-a-space": ({"approver": "example:owner-1 "}, "`approver` is not"),
    "approved-by-nobody": ({"approver": ""}, "`approver` is empty"),
    "approver-null": ({"approver": None}, "`approver` is null"),
    "no-reason": ({"reason": " "}, "`reason` is empty"),
    "no-control": ({"compensating_control": ""}, "`compensating_control` is empty"),
    "no-findings": ({"findings": []}, "`findings`"),
    "a-finding-twice": ({"findings": [FINDING, FINDING]}, "is listed twice"),
    "all-findings": ({"findings": ["*"]}, "16 lower-case hex"),
    "unknown-kind": ({"kind": "forever"}, "`kind`"),
    "a-kind-of-another-gate": ({"kind": "acceptance"}, "for the gate determinism only"),
    "unknown-field": ({"also": "rights.license"}, "also"),
    "another-form": ({"kfm_waiver_version": "v2"}, "kfm_waiver_version"),
    "several-checks": ({"check": "quality.*"}, "`check` is not"),
    "unknown-check": ({"check": "quality.completenes"}, "there is no such check"),
    "subject-of-all": ({"subject": {"id": "*", "digest": "sha256:" + "0" * 64}}, "slug"),
}


@pytest.mark.parametrize(("change", "said"), FORGED.values(), ids=FORGED)
def test_one_that_is_not_in_order_opens_nothing_and_denies(change: dict[str, Any], said: str) -> None:
    status, findings = under(waiver() | change)
    assert status == "DENY" and len(findings) == 1 and said in findings[0], findings


@pytest.mark.parametrize("field", Waiver.model_fields)
def test_every_field_is_required(field: str) -> None:
    made = waiver()
    del made[field]
    status, (said,) = under(made)
    assert status == "DENY" and "malformed" in said and field in said


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"\xef\xbb\xbf{}", b"\xff", b'{"id": "a", "id": "b"}', b"{}"],
    ids=["empty", "cut", "list", "null", "mark", "bytes", "twice", "nothing"],
)
def test_what_is_no_waiver_denies_every_version(data: bytes) -> None:
    results = judged(broken().files, file(data))
    assert len(results) == 2
    for result in results.values():
        (entry,) = (each for each in result["checks"] if each["id"] == "release.waivers")
        assert entry["status"] == "DENY"
        assert {each["file"] for each in entry["findings"]} == {"waivers/gap.json"}


def test_the_finding_names_the_line() -> None:
    results = judged(broken().files, file(waiver(approver="example:owner-1")))
    (entry,) = (c for c in results[broken().subject.id]["checks"] if c["id"] == "release.waivers")
    lines = file(waiver()).data.decode().splitlines()
    assert '"approver"' in lines[entry["findings"][0]["line"] - 1]


class TestOtherBytes:
    def test_one_for_another_digest_opens_nothing(self) -> None:
        subject = {"id": broken().subject.id, "digest": "sha256:" + "0" * 64}
        status, (said,) = under(waiver(subject=subject))
        assert status == "DENY" and "for other bytes than the version has now" in said

    def test_the_digest_of_all_that_was_read_is_not_the_one(self) -> None:
        subject = {"id": broken().subject.id, "digest": denied()["digest"]}
        assert under(waiver(subject=subject))[0] == "DENY"

    def test_any_byte_of_the_version_that_changes_closes_it(self) -> None:
        made = broken()
        own = [p for p in made.files if f"/{made.subject.version}/" in p and p.endswith(".json")]
        for path in own[:3]:
            tree = {**made.files, path: made.files[path] + b"\n"}
            result = judged(tree, file(waiver()))[made.subject.id]
            assert result["status"] == "DENY", path

    def test_an_entry_in_the_ledger_about_another_version_does_not(self) -> None:
        made = broken()
        other = next(id for id in judged(made.files) if id != made.subject.id)
        tree = {p: d for p, d in made.files.items() if f"release/manifests/{other}" not in p}
        assert judged(tree, file(waiver()))[made.subject.id]["status"] == "WAIVED"

    def test_one_for_the_other_version_opens_nothing_of_this(self) -> None:
        made = broken()
        other = next(id for id in judged(made.files) if id != made.subject.id)
        digest = judged(made.files)[other]["version_digest"]
        results = judged(made.files, file(waiver(subject={"id": other, "digest": digest})))
        assert results[made.subject.id]["status"] == "DENY"
        assert results[other]["status"] == "DENY"  # orphaned


class TestOrphans:
    def test_a_finding_that_does_not_happen(self) -> None:
        status, (said,) = under(waiver(findings=["0" * 16, FINDING]))
        assert status == "WAIVED" and "is orphaned" in said

    def test_a_check_that_passes(self) -> None:
        made = waiver(check="quality.sanity", findings=["0" * 16])
        status, (said,) = under(made, check="quality.sanity")
        assert status == "PASS" and "is orphaned" in said

    def test_a_check_that_does_not_apply(self) -> None:
        status, (said,) = under(waiver(check="quality.drift", findings=["0" * 16]))
        assert status == "DENY" and "is orphaned" in said

    def test_a_version_that_is_not_there_concerns_all(self) -> None:
        made = file(waiver(subject={"id": "kansas-counties/2001.00000000", "digest": "sha256:" + "0" * 64}))
        assert {each["status"] for each in judged(broken().files, made).values()} == {"DENY"}

    def test_but_nobody_in_a_run_that_looks_at_some_versions_only(self) -> None:
        made = file(waiver(subject={"id": "kansas-counties/2001.00000000", "digest": "sha256:" + "0" * 64}))
        results = judged(broken().files, made, file(waiver(), "waivers/2.json"), whole=False)
        assert {each["status"] for each in results.values()} == {"DENY", "PASS"}

    def test_what_a_partial_run_did_not_judge_is_not_called_orphaned(self) -> None:
        results = judged(broken().files, file(waiver()), checks=("release.waivers",))
        assert {each["status"] for each in results.values()} == {"PASS"}


class TestSeveral:
    def test_two_for_the_same_finding(self) -> None:
        status, (said,) = under(waiver(), waiver(id="again"))
        assert status == "WAIVED" and "opens a finding that the waiver gap-2017 opens as well" in said

    @pytest.mark.parametrize("id", ["gap-2017", "GAP-2017"])
    def test_two_of_one_name(self, id: str) -> None:
        _, findings = under(waiver(), waiver(id=id, findings=["0" * 16]))
        assert any("is there twice" in said for said in findings)

    def test_a_new_finding_of_the_same_check_stays_denied(self) -> None:
        case = "quality.completeness/second-list-not-met"
        made = waiver(case=case)
        first, *others = made["findings"]
        if others:
            assert under(made | {"findings": [first]}, case=case)[0] == "DENY"
        assert under(made | {"findings": [first, "0" * 16]}, case=case)[1] != []
        assert under(made, case=case) == ("WAIVED", [])


@pytest.mark.parametrize(
    "case",
    [
        "rights.license/absent",
        "identity.digests",
        "receipt.ledger",
        "catalog.links",
        "sensitivity.leaks",
        "sensitivity.default_deny",
        "evidence.present",
        "release.whole",
        "release.waivers",
    ],
)
def test_what_can_not_be_waived(case: str) -> None:
    check = case.partition("/")[0]
    status, findings = under(waiver(check=CHECK) | {"check": check})
    assert status == "DENY" and any(f"is for {check}, which can't be waived" in said for said in findings)


def test_values_that_are_withheld_stay_withheld_when_the_denial_is_waived() -> None:
    case = "quality.drift/keys-doubled"
    made = waiver(case=case, check="quality.drift")
    result = judged(broken(case).files, file(made), checks=("quality.drift", "release.waivers"))
    (entry,) = (c for c in result[broken(case).subject.id]["checks"] if c["id"] == "quality.drift")
    assert entry["status"] == "WAIVED"
    assert all(each["found"].startswith("[redacted") for each in entry["findings"])


def test_what_is_wrong_with_a_waiver_is_said_in_full_when_values_are_withheld() -> None:
    case = "quality.drift/keys-doubled"
    made = waiver(case=case, check="quality.drift", expires="2026-10-31T00:00:00Z")
    result = judged(broken(case).files, file(made), checks=("quality.drift", "release.waivers"))
    (entry,) = (c for c in result[broken(case).subject.id]["checks"] if c["id"] == "release.waivers")
    (found,) = entry["findings"]
    assert found["message"] == "the waiver gap-2017 expired at 2026-10-31T00:00:00Z"
    assert found["found"] == "2026-10-31T00:00:00Z"


class TestManifest:
    def released(self, names: list[str]) -> dict[str, bytes]:
        tree = dict(broken().files)
        path = f"release/manifests/{broken().subject.id}.json"
        tree[path] = json.dumps(
            json.loads(tree[path]) | {"waivers": names, "released_at": "2026-10-30T12:00:00Z"}
        ).encode()
        return tree

    def ended(self, tree: Any, **more: Any) -> tuple[str, list[str]]:
        id = broken().subject.id
        digest = judged(tree)[id]["version_digest"]
        made = waiver(subject={"id": id, "digest": digest}, **more)
        result = judged(tree, file(made))[id]
        (entry,) = (each for each in result["checks"] if each["id"] == "release.waivers")
        return result["status"], [each["message"] for each in entry["findings"]]

    def test_listed_and_used_is_well(self) -> None:
        assert self.ended(self.released(["gap-2017"])) == ("WAIVED", [])

    def test_issued_after_the_release_it_need_not_be_listed(self) -> None:
        assert self.ended(self.released([]), issued="2026-10-30T12:00:01Z") == ("WAIVED", [])

    def test_issued_before_the_release_it_must_be_listed(self) -> None:
        at = "2026-10-30T12:00:00Z"
        status, (said,) = self.ended(self.released([]), issued=at)
        assert status == "DENY" and "the manifest does not list the waiver gap-2017" in said
        assert self.ended(self.released(["gap-2017"]), issued=at) == ("WAIVED", [])

    def test_listed_and_not_there(self) -> None:
        status, (said,) = self.ended(self.released(["gap-2017", "other"]))
        assert status == "DENY" and "lists the waiver other, and there is none" in said


class TestRegister:
    REGISTER: ClassVar = {"principals": {"example:steward-9": ["steward"], "example:owner-1": ["pipeline"]}}

    def test_who_is_registered_may(self) -> None:
        assert under(waiver(), tables=self.REGISTER) == ("WAIVED", [])

    def test_an_approver_who_is_not(self) -> None:
        status, (said,) = under(waiver(approver="example:stranger"), tables=self.REGISTER)
        assert status == "DENY" and "example:stranger is not registered" in said

    def test_an_approver_in_a_role_that_may_not(self) -> None:
        status, (said,) = under(
            waiver(owner="example:steward-9", approver="example:owner-1"), tables=self.REGISTER
        )
        assert status == "DENY" and "may not approve a waiver" in said

    def test_an_owner_who_is_not(self) -> None:
        status, (said,) = under(waiver(owner="example:stranger"), tables=self.REGISTER)
        assert status == "DENY" and "example:stranger is not registered" in said
