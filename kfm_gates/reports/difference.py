"""Why it is red today and was not yesterday: two gate decisions, compared finding by finding.

A finding is the same when its fingerprint is: check, file, pointer and message, not the line, which moves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kfm_gates.model.finding import Json, Status

NOT_PLANNED, ABSENT = "not planned", "absent"
"""What stands where a check has no status: it does not apply, or is not in the docket at all."""


@dataclass(frozen=True)
class Change:
    """Something that decides besides the evidence, and is another now."""

    what: str
    old: str
    new: str


@dataclass(frozen=True)
class CheckChange:
    """A docket entry that ended otherwise; `because` is why it could not be judged now."""

    id: str
    gate: str
    old: str
    new: str
    because: tuple[str, ...]

    @property
    def blocks_anew(self) -> bool:
        """Whether it stands in the way now and did not, or did less."""
        new = Status.__members__.get(self.new, Status.PASS)
        return not new.opens and new > Status.__members__.get(self.old, Status.PASS)


@dataclass(frozen=True)
class Files:
    """Paths that were read for one of the two decisions only, or with other bytes."""

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class SubjectDifference:
    """One subject. Findings are as the decisions record them; `same` are those of the new one."""

    id: str
    old: str
    new: str
    files: Files
    checks: tuple[CheckChange, ...]
    found: tuple[Json, ...]
    gone: tuple[Json, ...]
    same: tuple[Json, ...]
    waived: frozenset[str] = frozenset()
    """The fingerprints of findings that waivers opened in the new decision."""

    @property
    def blocks_anew(self) -> bool:
        """Whether anything new stands in its way; what is waived does not."""
        blocking = (each for each in self.found if each["fingerprint"] not in self.waived)
        return any(True for _ in blocking) or any(each.blocks_anew for each in self.checks)

    @property
    def differs(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.old != self.new or self.checks or self.found or self.gone or self.files != Files())


@dataclass(frozen=True)
class Difference:
    """Two decisions: what else decided, then each subject that one of them judged."""

    old: Json
    new: Json
    causes: tuple[Change, ...]
    subjects: tuple[SubjectDifference, ...]

    @property
    def blocks_anew(self) -> bool:
        """Whether anything stands in the way of the new decision that did not in that of the old one."""
        return any(each.blocks_anew for each in self.subjects)


def compare(old: Json, new: Json) -> Difference:
    """The difference of two predicates of gate decisions, each of the published form."""
    before, after = ({each["id"]: each for each in predicate["subjects"]} for predicate in (old, new))
    ids = sorted(before.keys() | after.keys())
    subjects = tuple(_subject(id, before.get(id, _NONE), after.get(id, _NONE)) for id in ids)
    return Difference(old, new, tuple(_causes(old, new)), subjects)


_NONE: Mapping[str, Json] = {"status": ABSENT, "files": [], "checks": [], "not_planned": []}


def _causes(old: Json, new: Json) -> Iterator[Change]:
    """What decides, the weightiest first; an engine by its name."""
    pairs = [
        ("policy pack", old["policy_pack"]["digest"], new["policy_pack"]["digest"]),
        ("profile", _named(old["profile"]), _named(new["profile"])),
        ("configuration", old["configuration"]["digest"], new["configuration"]["digest"]),
    ]
    for name in sorted(old["engines"].keys() | new["engines"].keys()):
        pairs.append((name, old["engines"].get(name, ABSENT), new["engines"].get(name, ABSENT)))
    pairs += _by_id(old["waivers"], new["waivers"])
    pairs += [
        ("operation", old["operation"], new["operation"]),
        ("what was judged", _extent(old), _extent(new)),
        ("evaluated at", old["evaluated_at"], new["evaluated_at"]),
    ]
    return (Change(*each) for each in pairs if each[1] != each[2])


def _by_id(old: Sequence[Json], new: Sequence[Json]) -> Iterator[tuple[str, str, str]]:
    before, after = ({each["id"]: each["digest"] for each in side} for side in (old, new))
    for id in sorted(before.keys() | after.keys()):
        yield f"waiver {id}", before.get(id, ABSENT), after.get(id, ABSENT)


def _named(profile: Json) -> str:
    return f"{profile['name']} ({profile['digest']})"


def _extent(predicate: Json) -> str:
    return "a part" if predicate["partial"] else "the whole"


def _subject(id: str, old: Mapping[str, Json], new: Mapping[str, Json]) -> SubjectDifference:
    before, after = _statuses(old), _statuses(new)
    because = {(c["gate"], c["id"]): tuple(c["because"]) for c in new["checks"]}
    checks = tuple(
        CheckChange(key[1], key[0], before.get(key, ABSENT), after.get(key, ABSENT), because.get(key, ()))
        for key in dict.fromkeys([*after, *before])
        if before.get(key, ABSENT) != after.get(key, ABSENT)
    )
    found, gone, same = _findings(_all(old), _all(new))
    opened = [c for c in new["checks"] if c["status"] == Status.WAIVED.name]
    waived = frozenset(finding["fingerprint"] for check in opened for finding in check["findings"])
    return SubjectDifference(
        id, old["status"], new["status"], _files(old, new), checks, found, gone, same, waived
    )


def _statuses(subject: Mapping[str, Json]) -> dict[tuple[str, str], str]:
    ended = {(each["gate"], each["id"]): str(each["status"]) for each in subject["checks"]}
    return ended | {(each["gate"], each["id"]): NOT_PLANNED for each in subject["not_planned"]}


def _all(subject: Mapping[str, Json]) -> list[Json]:
    return [finding for check in subject["checks"] for finding in check["findings"]]


def _findings(
    old: Sequence[Json], new: Sequence[Json]
) -> tuple[tuple[Json, ...], tuple[Json, ...], tuple[Json, ...]]:
    """New, gone and same findings. Several can share a fingerprint; each is matched once."""
    waiting: dict[str, list[Json]] = defaultdict(list)
    for each in old:
        waiting[each["fingerprint"]].append(each)
    found, same = [], []
    for each in new:
        if waiting[each["fingerprint"]]:
            waiting[each["fingerprint"]].pop(0)
            same.append(each)
        else:
            found.append(each)
    gone = [each for left in waiting.values() for each in left]
    return tuple(found), tuple(gone), tuple(same)


def _files(old: Mapping[str, Json], new: Mapping[str, Json]) -> Files:
    before, after = ({each["path"]: each["digest"] for each in side["files"]} for side in (old, new))
    changed = (path for path in before.keys() & after.keys() if before[path] != after[path])
    return Files(
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
        tuple(sorted(changed)),
    )
