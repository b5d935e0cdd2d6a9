"""What a run judges: the subjects below a root that were asked for, and why there may be none."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.errors import UsageError
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject, discover
from kfm_gates.judge.changed import touched_since
from kfm_gates.judge.request import Request, Target
from kfm_gates.judge.set_aside import Aside, out_of_use
from kfm_gates.judge.suite import Suite
from kfm_gates.judge.toml_table import did_you_mean


@dataclass(frozen=True)
class Scope:
    """The subjects in their order, those set aside, and the commit that the evidence is compared with."""

    subjects: tuple[Subject, ...]
    aside: tuple[Aside, ...]
    commit: str | None
    no_subject: str
    """What to say when there is nothing to judge."""


def scope_of(request: Request, suite: Suite, target: Target, snapshot: Snapshot, evaluated_at: str) -> Scope:
    """What is to be judged. Raises UsageError for subjects that are not there and revisions that can't be had."""
    subjects = _asked_for(request, suite, target, snapshot)
    asks = suite.profile.subjects_with
    whole_root = not request.subjects and not target.named
    no_subject = f"no dataset version was found below {target.root}"
    if asks and whole_root:
        subjects = that_ask(subjects, asks, snapshot, suite.configuration.layout)
        template = suite.configuration.layout.templates[asks]
        no_subject = f"no dataset version below {target.root} asks for it: none has {template}"
    commit, never_aside = None, frozenset[Subject]()
    if request.changed_since is not None:
        touched = touched_since(request.changed_since, target.root, suite, snapshot, subjects, evaluated_at)
        if not touched.subjects and not discover(snapshot, suite.configuration.layout):
            # Exit code 5 must mean that versions are there and rest, not that the root is another folder.
            raise UsageError(
                f"--changed-since {request.changed_since}: there is no dataset version below {target.root}, "
                "neither now nor then; give the evidence root"
            )
        # Versions of which nothing is left are among those that are touched, not among those that were found.
        kept = touched.subjects if whole_root else touched.subjects & set(subjects)
        subjects, commit, never_aside = tuple(sorted(kept)), touched.commit, touched.altered
        no_subject = (
            f"no dataset version in use is touched by what changed below {target.root} "
            f"since {request.changed_since} ({commit[:12]})"
        )
    # A version that asks to be judged is judged, in use or not: being out of use may be why it asks.
    looks = whole_root and not asks
    aside = out_of_use(snapshot, suite.configuration.layout, subjects, evaluated_at) if looks else ()
    aside = tuple(each for each in aside if each.subject not in never_aside)
    out = {each.subject for each in aside}
    return Scope(tuple(each for each in subjects if each not in out), aside, commit, no_subject)


def that_ask(
    subjects: tuple[Subject, ...], template: str, snapshot: Snapshot, layout: Layout
) -> tuple[Subject, ...]:
    """Those of `subjects` that have a document of this template."""
    paths = ((s, layout.path(template, slug=s.slug, version=s.version)) for s in subjects)
    return tuple(subject for subject, path in paths if path in snapshot)


def _asked_for(request: Request, suite: Suite, target: Target, snapshot: Snapshot) -> tuple[Subject, ...]:
    found = discover(snapshot, suite.configuration.layout)
    wanted = [subject for subject in target.named if subject in found] if target.named else list(found)
    for name in request.subjects:
        if name not in {subject.id for subject in wanted}:
            known = [subject.id for subject in wanted]
            raise UsageError(
                f"unknown subject {name!r}{did_you_mean(name, known)}; known: {', '.join(known[:10]) or 'none'}"
            )
    return tuple(s for s in wanted if not request.subjects or s.id in request.subjects)
