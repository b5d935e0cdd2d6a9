"""The waivers that concern a version: what is wrong with them, what they may open, and what they opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject, discover
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.given import Clock, Tables, WaiverPolicy
from kfm_gates.facts.own_files import VersionDigest
from kfm_gates.facts.waiver_flaws import of_nothing, of_other_bytes, opened_twice, own_flaws, twice
from kfm_gates.facts.waiver_reading import ReadWaiver, Unreadable, read_waiver
from kfm_gates.model.finding import Finding, Status
from kfm_gates.model.manifest import Manifest


@dataclass(frozen=True)
class Ended:
    """How a check ended before any waiver: the fingerprints of its findings, and why it could not be judged."""

    status: Status
    fingerprints: frozenset[str]
    because: tuple[str, ...] = ()
    needed: bool = True
    """False when its group passed by another check, so that nothing needs to be opened."""


@dataclass
class Waiving:
    """The waivers of one version. The judge says at the end how the checks that they name ended."""

    flaws: tuple[Finding, ...] = ()
    sound: tuple[ReadWaiver, ...] = ()
    """Those that may open something, of checks of this profile."""
    names: frozenset[str] = frozenset()
    """Of every waiver for this version, sound or not."""
    ended: Mapping[str, Ended] | None = None

    def of(self, check: str) -> tuple[ReadWaiver, ...]:
        """The sound waivers for a check."""
        return tuple(each for each in self.sound if each.waiver.check == check)

    def opening(self, check: str, fingerprints: Iterable[str]) -> tuple[ReadWaiver, ...]:
        """The waivers that together open every one of these findings; none if they leave one of them."""
        wanted = set(fingerprints)
        used = tuple(each for each in self.of(check) if wanted & set(each.waiver.findings))
        opened = {fingerprint for each in used for fingerprint in each.waiver.findings}
        return used if wanted and wanted <= opened else ()

    def used(self) -> tuple[ReadWaiver, ...]:
        """The waivers without which a check of this version would deny."""
        ended = self.ended or {}
        return tuple(each for each in self.sound if _opens(each, ended.get(each.waiver.check)))


def _opens(each: ReadWaiver, ended: Ended | None) -> bool:
    return (
        ended is not None
        and ended.status is Status.DENY
        and ended.needed
        and bool(ended.fingerprints & set(each.waiver.findings))
    )


@dataclass(frozen=True)
class ConfiguredWaivers:
    """The files of a run as they were read, and the versions that the evidence speaks of."""

    read: tuple[ReadWaiver, ...]
    unreadable: tuple[Unreadable, ...]
    there: frozenset[str]


@provides(shared=True)
def configured_waivers(policy: WaiverPolicy, snapshot: Snapshot, layout: Layout) -> ConfiguredWaivers:
    """Read once for all versions of a root."""
    found = [read_waiver(file) for file in policy.files]
    return ConfiguredWaivers(
        tuple(each for each in found if isinstance(each, ReadWaiver)),
        tuple(each for each in found if isinstance(each, Unreadable)),
        frozenset(each.id for each in discover(snapshot, layout)) if found else frozenset(),
    )


@provides
def waiving(
    facts: Facts, configured: ConfiguredWaivers, policy: WaiverPolicy, subject: Subject, clock: Clock
) -> Waiving:
    """What the configured waivers mean for one version."""

    def concerns(named: str | None) -> bool:
        """Whether what is wrong with a waiver is said of this version: what belongs to none concerns all."""
        return named in (None, subject.id) or (policy.whole and named not in configured.there)

    flaws = [flaw for each in configured.unreadable if concerns(each.subject) for flaw in each.flaws]
    flaws += twice(configured.read, concerns)
    sound = []
    for each in configured.read:
        if concerns(each.waiver.subject.id):
            wrong = own_flaws(each, clock, policy, facts.get(Tables))
            wrong += _of_another(each, subject, facts)
            flaws += wrong
            if not wrong and each.waiver.check in policy.gates:
                sound.append(each)
    names = frozenset(each.waiver.id for each in configured.read if each.waiver.subject.id == subject.id)
    return Waiving((*flaws, *opened_twice(sound)), tuple(sound), names)


@dataclass(frozen=True)
class ListedWaivers:
    """The manifest, in which waivers are listed; None when it can't be read, which `release.manifest` denies."""

    manifest: Manifest | None


@provides
def listed_waivers(facts: Facts) -> ListedWaivers:
    """What the manifest lists."""
    try:
        return ListedWaivers(facts.get(Manifest))
    except Unmet:
        return ListedWaivers(None)


def _of_another(each: ReadWaiver, subject: Subject, facts: Facts) -> list[Finding]:
    named = each.waiver.subject
    if named.id != subject.id:
        return [of_nothing(each)]
    actual = facts.get(VersionDigest).digest
    return [] if named.digest == actual else [of_other_bytes(each, actual)]
