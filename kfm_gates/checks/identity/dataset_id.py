"""`identity.dataset_id`: a dataset keeps its id from version to version."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.releases import Releases
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.spec import Spec


@check("identity.dataset_id", serves="R-129")
def dataset_id(spec: Spec, releases: Releases, subject: Subject) -> Verdict:
    """Deny a version whose dataset id is not that of the other versions, or is that of another dataset.

    `dataset_id` is what users cite when they mean the dataset and not one state of it. It is compared with the
    manifests of all releases below the root: the same slug has the same id for good, and no other slug has it.
    Keep the id of the dataset; what deserves another id is another dataset, with a slug of its own. (That the
    documents of one version agree is judged by `identity.agreement`, its form by `identity.spec_form`.)
    """
    return verdict([*_of_versions(spec, releases, subject), *_of_others(spec, releases, subject)])


def _of_versions(spec: Spec, releases: Releases, subject: Subject) -> Iterator[Finding]:
    for other in releases.of(subject.slug):
        if other.version != subject.version and other.dataset_id not in (None, spec.dataset_id):
            yield finding(
                spec.at("/dataset_id"),
                f"the version {other.version} of this dataset has another id",
                found=spec.dataset_id,
                expected=f"{other.dataset_id}, as {other.path} has it",
                hint="restore the id of the dataset; it never changes",
            )


def _of_others(spec: Spec, releases: Releases, subject: Subject) -> Iterator[Finding]:
    for slug in sorted(releases.by_dataset):
        taken = [each for each in releases.of(slug) if each.dataset_id == spec.dataset_id]
        if slug != subject.slug and taken:
            yield finding(
                spec.at("/dataset_id"),
                f"the id is that of another dataset, {slug}",
                found=spec.dataset_id,
                expected=f"an id that {taken[0].path} does not have",
                hint="give this dataset an id of its own",
            )
