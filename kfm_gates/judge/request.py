"""What is asked of the judge: plain values that cross to the judge process as JSON."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kfm_gates.errors import UsageError
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.model.finding import Json


@dataclass(frozen=True)
class Request:
    """One run of the gates. Paths are taken relative to `folder`, the caller's working folder."""

    folder: str
    targets: tuple[str, ...] = ()
    configuration: str | None = None
    profile: str | None = None
    operation: str | None = None
    subjects: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    changed_since: str | None = None
    evaluated_at: str | None = None
    jobs: int = 1
    record: str | None = None
    expect_pack: str | None = None
    expires_seconds: int = 900
    store: str | None = None
    """The permit store that may consume the permit; None: that of the configuration."""
    make_store: bool = False
    """Whether a store that nobody named is made where there is none; else such a permit is for no store."""
    audience: str | None = None
    """Who may consume the permit, instead of the store."""
    sign_key: str | None = None
    """The file of the private key that the judge signs the permit with."""

    @property
    def partial(self) -> bool:
        """Whether less than a whole profile is judged; such a run never yields a permit."""
        return bool(self.subjects or self.gates or self.checks or self.changed_since is not None)

    def to_json(self) -> Json:
        """The request as JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def of_json(cls, value: Json) -> Request:
        """The request from JSON; raises UsageError for what is none."""
        known = {field.name for field in dataclasses.fields(cls)}
        if not isinstance(value, dict) or not set(value) <= known:
            raise UsageError(
                "the judge process got a request that it does not understand; is it of another version?"
            )
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in value.items()}
        return cls(**values)


@dataclass(frozen=True)
class Target:
    """The root that is judged, and the subjects that were named by their manifests (none: all)."""

    root: Path
    named: tuple[Subject, ...]


def resolve_targets(
    targets: tuple[str, ...], folder: Path, configured: Path | None, layout: Layout
) -> Target:
    """Roots and manifests as given on a command line, resolved to one root."""
    if not targets:
        if configured is None:
            raise UsageError(
                "no evidence was named; give the root folder, a manifest, or `root` in kfm-gates.toml"
            )
        return Target(configured, ())
    roots: dict[Path, list[Subject]] = {}
    for target in targets:
        path = folder / target
        if path.is_dir():
            roots.setdefault(path.resolve(), [])
            continue
        if not path.exists():
            raise UsageError(
                f"{target}: there is no such file or folder; give the evidence root or a manifest"
            )
        root, subject = _of_manifest(path.resolve(), target, layout)
        roots.setdefault(root, []).append(subject)
    if len(roots) > 1:
        names = ", ".join(str(root) for root in sorted(roots))
        raise UsageError(
            f"one run judges one root, since a permit is for all or none; these are several: {names}"
        )
    ((root, named),) = roots.items()
    whole = any((folder / target).is_dir() for target in targets)
    return Target(root, () if whole else tuple(sorted(set(named))))


def _of_manifest(path: Path, shown: str, layout: Layout) -> tuple[Path, Subject]:
    for root in path.parents:
        match = layout.match(path.relative_to(root).as_posix())
        if match is not None and match.name == "manifest":
            return root, Subject(match.variables["slug"], match.variables["version"])
    raise UsageError(
        f"{shown}: is no folder and lies where no manifest lies ({layout.templates['manifest']}); "
        "give the evidence root or a manifest"
    )
