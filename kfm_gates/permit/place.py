"""Where a run takes place: the evidence root, its permit store and its targets, as request and configuration say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import GateDenied
from kfm_gates.evidence.snapshot import Folder, Snapshot
from kfm_gates.evidence.subjects import Subject, discover
from kfm_gates.judge.configuration import Configuration, load_configuration
from kfm_gates.judge.request import Request, Target, resolve_targets
from kfm_gates.permit.store import DEFAULT_STORE, PermitStore


@dataclass(frozen=True)
class Place:
    """The configuration that holds for a request, and the evidence that it names."""

    configuration: Configuration
    target: Target

    @classmethod
    def of(cls, request: Request) -> Place:
        """Resolve a request as the judge will. Raises UsageError."""
        folder = Path(request.folder)
        file = folder / request.configuration if request.configuration else None
        configuration = load_configuration(file, folder, None)
        target = resolve_targets(request.targets, folder, configuration.root, configuration.layout)
        return cls(load_configuration(file, folder, target.root), target)

    def open_store(self, named: str | Path | None, folder: Path) -> PermitStore:
        """Open the permit store that was named, else the configured one, else the one in the default place."""
        return open_store(self.configuration, self.target.root, named, folder)

    def slugs(self) -> tuple[str, ...]:
        """The slug of every dataset of which there is a version, sorted."""
        found: set[Subject] = set(self.target.named)
        if not found:
            found = set(discover(Snapshot(Folder(self.target.root)), self.configuration.layout))
        return tuple(sorted({subject.slug for subject in found}))

    def targets(self, operation: str, named: tuple[str, ...]) -> tuple[str, ...]:
        """The targets that were named, else one for each slug."""
        if named:
            return tuple(sorted(set(named)))
        slugs = self.slugs()
        if not slugs:
            raise GateDenied(
                f"no dataset version was found below {self.target.root}, so there is nothing that may run; "
                "give the evidence root"
            )
        return tuple(default_target(operation, slug) for slug in slugs)


def default_target(operation: str, slug: str) -> str:
    """The name of a target that nobody named."""
    return f"{operation}:{slug}"


def open_store(
    configuration: Configuration, root: Path | None, named: str | Path | None, folder: Path
) -> PermitStore:
    """See Place.open_store; `root` is None where no evidence is at hand."""
    configured = configuration.store or configuration.folder / DEFAULT_STORE
    place = configured if named is None else folder / named
    return PermitStore.open(place, root, configuration.audience)
