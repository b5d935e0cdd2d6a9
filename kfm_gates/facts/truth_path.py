"""The way of a version from RAW to its release: what each run read and who made that, and what came when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, provides
from kfm_gates.facts.file_paths import file_path
from kfm_gates.facts.origins import Origins
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.truth_path_times import Order, before_now, orders
from kfm_gates.model.acquisition import Acquisition
from kfm_gates.model.finding import Place
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.policy_decision import PolicyDecision
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.receipt_forms import read_receipt
from kfm_gates.model.spec import Spec


@dataclass(frozen=True)
class Output:
    """That a run wrote a file: its receipt, when it ended, and the digest that it states."""

    receipt: str
    created_at: str | None
    digest: str
    own: bool
    """Whether the run was for the version that is judged."""


@dataclass(frozen=True)
class RunInput:
    """One input of a run: `template` is None where no file of the root is meant, or none that fits.

    `given` says that it may be read without a run having written it: the spec, the decision, catalogs,
    environments, and what an acquisition lists.
    """

    receipt: Receipt
    place: Place
    uri: str
    path: str | None
    digest: str
    template: str | None
    given: bool
    written_by: tuple[Output, ...]


Step: TypeAlias = RunInput | Order


@dataclass(frozen=True)
class Stage:
    """One thing to be judged on the way."""

    step: Step


@provides
def truth_path(
    facts: Facts,
    receipts: tuple[Receipt, ...],
    acquisitions: tuple[Acquisition, ...],
    spec: Spec,
    decision: PolicyDecision,
    manifest: Manifest,
) -> tuple[Stage, ...]:
    """Every input of every run, and every order of times."""
    layout, outputs = facts.get(Layout), _outputs(facts, receipts)
    steps: list[Step] = list(_inputs(facts, layout, receipts, acquisitions, spec, decision, outputs))
    steps += orders(layout, receipts, acquisitions, decision, manifest)
    steps += before_now(facts, receipts, acquisitions, decision, manifest)
    return tuple(Stage(step) for step in steps)


def _inputs(
    facts: Facts,
    layout: Layout,
    receipts: tuple[Receipt, ...],
    acquisitions: tuple[Acquisition, ...],
    spec: Spec,
    decision: PolicyDecision,
    outputs: Mapping[str, list[Output]],
) -> Iterator[RunInput]:
    given = {spec.path, decision.path}
    for record in acquisitions:
        given |= {record.path, record.terms.path, *(artifact.path for artifact in record.artifacts)}
    subject = facts.get(Subject)
    own = {"slug": subject.slug, "version": subject.version}
    for receipt in receipts:
        for number, reference in enumerate(receipt.inputs):
            path = file_path(reference.uri)
            match = layout.match(path) if path is not None else None
            template = match.name if match else None
            catalog = template in ("dcat", "stac_collection", "stac_item", "prov")
            free = template == "environment" or (
                catalog and match is not None and dict(match.variables) == own
            )
            pointer = f"/inputs/{number}" if isinstance(receipt.raw.get("inputs"), list) else "/inputs"
            written = tuple(each for each in outputs.get(path or "", ()) if each.receipt != receipt.path)
            yield RunInput(
                receipt,
                receipt.at(pointer),
                reference.uri,
                path,
                reference.digest,
                template,
                free or path in given,
                written,
            )


def _outputs(facts: Facts, receipts: tuple[Receipt, ...]) -> Mapping[str, list[Output]]:
    """Path to the runs that wrote it, of this version and of those that it goes back to."""
    found: dict[str, list[Output]] = defaultdict(list)
    others: list[Receipt] = []
    index, parsed = facts.get(Index), facts.get(Parsed)
    for source in facts.get(Origins).versions:
        for path, raw in parsed.readable(index.of_version("receipt", source.slug, source.version)):
            receipt, _ = read_receipt(raw, path)
            if receipt is not None:  # a malformed one witnesses nothing
                others.append(receipt)
    for group, own in ((receipts, True), (tuple(others), False)):
        for receipt in group:
            for reference in receipt.outputs if receipt.validation.status == "pass" else ():
                written = file_path(reference.uri)
                if written is not None:
                    found[written].append(Output(receipt.path, receipt.created_at, reference.digest, own))
    return found
