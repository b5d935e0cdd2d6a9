""".pre-commit-hooks.yaml: what pre-commit reads when somebody names this repository."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.front.hooks.catalog import ANYWHERE, HOOKS, PRE_COMMIT, Hook

_HEAD = (
    "# Written by `make docs` from kfm_gates/front/hooks/catalog.py. What the hooks do: docs/pre-commit.md\n"
)


def hooks() -> str:
    """The file."""
    return _HEAD + "".join(f"\n{text}" for text in map(_entry, HOOKS))


def _entry(hook: Hook) -> str:
    return "\n".join(
        [
            f"- id: {hook.id}",
            f"  name: {hook.name}",
            f"  description: {_quoted(hook.description)}",
            "  language: python",
            *(_on_files(hook) if hook.files else _on_all()),
            f'  minimum_pre_commit_version: "{PRE_COMMIT}"',
            "",
        ]
    )


def _on_files(hook: Hook) -> Iterator[str]:
    yield f"  entry: kfm-gates hook {hook.id}"
    yield "  files: |"
    yield f"    (?x)^{ANYWHERE}(?:"
    *others, last = hook.patterns
    yield from (f"      {pattern}|" for pattern in others)
    yield f"      {last}"
    yield "    )$"
    # A link would otherwise not be shown to the hook, which denies it.
    yield "  types: []"
    yield "  types_or: [file, symlink]"
    # What documents say of one another is judged in one process.
    yield "  require_serial: true"


def _on_all() -> Iterator[str]:
    yield "  entry: kfm-gates check"
    yield "  always_run: true"
    yield "  pass_filenames: false"
    yield "  stages: [pre-push, manual]"
    yield '  additional_dependencies: [".[data]"]'


def _quoted(text: str) -> str:
    if '"' in text or "\\" in text:
        raise ValueError(f"a description must not need escapes: {text}")
    return f'"{text}"'
