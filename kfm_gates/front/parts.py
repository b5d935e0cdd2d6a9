"""Parts of a run: each worker gets a permit for its part alone, so that a worker that dies costs that part.

with guard("build", plan="plan.json", store="store") as run:
    for name in run.parts.names:
        start_worker(run.parts.give(name))  # the path of a permit
    …
# in the worker
with work_on(path) as permit:
    build_part(permit)
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import final

from kfm_gates.errors import EngineError, PermitMismatch, UsageError
from kfm_gates.front.environment import decision_of, refuse_unconsumed, started_run, store_of
from kfm_gates.judge import record
from kfm_gates.model.finding import Json
from kfm_gates.model.permit import Permit
from kfm_gates.permit import narrow
from kfm_gates.permit.inputs import Inputs
from kfm_gates.permit.receipt_writing import write_receipt
from kfm_gates.permit.store import PermitStore
from kfm_gates.permit.verified_permit import Run, VerifiedPermit, mint
from kfm_gates.permit.verify import read_permit

FOLDER = "parts"
"""Below the folder of the run; the permits of its parts lie there."""


@final
class Parts:
    """What the coordinator of a run gives out; only while its run is open."""

    def __init__(
        self, folder: Path, store: PermitStore, permit: Permit, planned: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._folder, self._store, self._permit, self._planned = folder / FOLDER, store, permit, planned

    @property
    def names(self) -> tuple[str, ...]:
        """The chunks of the run's plan; none without a plan."""
        return tuple(self._planned)

    @property
    def states(self) -> dict[str, str]:
        """How far each part is that was given out: waiting, running, finished (revoked permits are left out)."""
        known = narrow.parts(self._store, self._permit)
        return {each.name: each.state for each in known if each.state != "revoked"}

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The parts that were given out, or that the plan names, and that are not finished; none if none was given."""
        states = self.states
        wanted = {*self._planned, *states} if states else set()
        return tuple(sorted(name for name in wanted if states.get(name) != "finished"))

    def give(self, part: str, subjects: Iterable[str] = ()) -> Path:
        """The permit of one part, as a file for its worker; a part of the plan has its subjects from there.

        Raises PermitInvalid for a part that has a permit already, PermitMismatch for subjects that the run has not.
        """
        chosen = tuple(subjects) or self._planned.get(part, ())
        if not chosen:
            raise UsageError(f"the part {part!r} is none of the plan's; name its subjects")
        return self._write(narrow.narrow(self._store, self._permit, part, chosen))

    def give_again(self, part: str) -> Path:
        """A new permit for a part whose worker died; the worker that had it is refused from now on."""
        return self._write(narrow.replace(self._store, self._permit, part))

    def _write(self, child: Permit) -> Path:
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            record.write(self._folder, f"{child.nonce}.json", record.pretty(child.document()))
        except OSError as error:
            raise EngineError(f"{self._folder}: can't be written: {error.strerror}") from error
        return self._folder / f"{child.nonce}.json"


@contextmanager
def work_on(part: str | os.PathLike[str]) -> Iterator[VerifiedPermit]:
    """The verified permit of one part, in the worker that does it: its subjects' files and nothing else.

    Entering uses the part's permit up; leaving without an exception records that the part is finished. With an
    exception, or when the worker dies, the part stays open, and the coordinator gives it again.

    Raises PermitInvalid for a permit that was used, revoked, or whose run is over: on entering, and on leaving when the
    part was given to another worker in the meantime. Before making something visible, ask `require_open()`.
    """
    path = Path(part).resolve()
    if path.parent.name != FOLDER:
        raise PermitMismatch(f"{path}: is no permit for a part of a run; give() names the file")
    run_id = path.parents[1].name
    folder = store_of(path.parents[1] / "permit.json", run_id, None)
    child, parent = read_permit(path), read_permit(path.parents[1] / "permit.json")
    refuse_unconsumed(folder, parent)
    state = started_run(folder, run_id, parent)
    store = PermitStore.open(folder, None)
    try:
        narrow.consume_part(store, child, f"process {os.getpid()} on {os.uname().nodename}")
        inputs = Inputs.of_decision(
            state.root, _part_of(decision_of(path.parents[1] / "decision.json", parent), child)
        )

        def keep(receipt: Json) -> None:
            write_receipt(path.with_suffix(".receipt.json"), receipt)

        def refuse_lost() -> None:
            narrow.refuse_lost_part(store, child)

        run = Run(run_id, state.targets, keep, refuse_lost)
        try:
            yield mint(child, inputs, run)
        finally:
            run.open = False
            inputs.close()
        narrow.finish_part(store, child)
    finally:
        store.close()


def _part_of(decision: Json, child: Permit) -> Json:
    """The decision, with no other subjects than those of the part."""
    scope = child.scope
    wanted = set() if scope is None else {each.id for each in scope.subjects}
    subjects = [each for each in decision["predicate"]["subjects"] if each["id"] in wanted]
    if not subjects:
        raise PermitMismatch("the permit names no subject that its run's decision is about")
    return {"predicate": {"subjects": subjects}}
