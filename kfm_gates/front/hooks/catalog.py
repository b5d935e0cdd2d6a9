"""The hooks: their names, what each is for, and which files it looks at.

`.pre-commit-hooks.yaml` is generated from this table, the command `kfm-gates hook` is dispatched by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kfm_gates.evidence.layout import Layout

PRE_COMMIT = "3.2.0"
"""The first version of pre-commit that knows the stage `pre-push`."""

ANYWHERE = "(?:.*/)?"
"""What may stand before a path: the evidence root need not be the top of the repository."""


@dataclass(frozen=True)
class Hook:
    """One hook. Without files of its own it judges the whole evidence."""

    id: str
    name: str
    description: str
    templates: tuple[str, ...] = ()
    """Path templates of the layout whose files it looks at."""
    others: tuple[str, ...] = ()
    """Regular expressions of further files."""
    checks: tuple[str, ...] = field(default=())
    """Checks that it asks about the versions of these files, when all that they need is there."""

    @property
    def patterns(self) -> tuple[str, ...]:
        """Regular expressions for the paths of its files, in the built-in layout."""
        if not self.templates:
            return self.others
        layout = Layout.kfm_v1()
        return (*(layout.pattern(name) for name in self.templates), *self.others)

    @property
    def files(self) -> str:
        """The pattern that pre-commit looks for in a path; empty for a hook without files of its own."""
        return f"^{ANYWHERE}(?:{'|'.join(self.patterns)})$" if self.patterns else ""


HOOKS: tuple[Hook, ...] = (
    Hook(
        "kfm-catalog",
        "KFM catalogs",
        "DCAT, PROV and STAC: valid, complete, and every link leads somewhere",
        templates=("dcat", "prov", "stac_collection", "stac_item"),
        checks=("catalog.links", "catalog.digests"),
    ),
    Hook(
        "kfm-manifest",
        "KFM manifests",
        "promotion manifests, and the documents that a release rests on",
        templates=(
            "manifest", "acquisition", "spec", "checksums", "qa_report", "chunk_report", "policy_decision",
            "plan", "rerun_request", "rerun_observation", "status", "pointer", "environment",
        ),
        checks=("identity.digests", "release.artifacts", "release.catalogs"),
    ),
    Hook(
        "kfm-receipt",
        "KFM run receipts",
        "run receipts: complete, and the files that they name are there with the digests that they state",
        templates=("receipt",),
        checks=("receipt.digests",),
    ),
    Hook(
        "kfm-policy",
        "KFM policy",
        "rules, shapes, tables and profiles: whether they can judge at all",
        others=(
            r"rego/[^/]+/[^/]+\.rego",
            r"rego/data/[^/]+\.json",
            r"shapes/[^/]+/[^/]+\.ttl",
            r"profiles/[^/]+\.toml",
        ),
    ),
    Hook(
        "kfm-config",
        "KFM configuration",
        "kfm-gates.toml and [tool.kfm-gates] in pyproject.toml",
        others=(r"kfm-gates\.toml", r"pyproject\.toml"),
    ),
    Hook("kfm-full", "KFM gates, whole", "judge the whole evidence, as CI does"),
)  # fmt: skip


def hook(id: str) -> Hook | None:
    """The hook of this id that looks at files, or None."""
    return next((each for each in HOOKS if each.id == id and (each.templates or each.others)), None)
