"""Looking at configuration: whether a run could start with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kfm_gates.engines.json_schema_engine import JsonSchemaEngine
from kfm_gates.errors import EngineError, UsageError
from kfm_gates.evidence.layout import Layout
from kfm_gates.front.hooks.catalog import Hook
from kfm_gates.front.hooks.lines import Line, Look
from kfm_gates.judge.configuration import CONFIGURATION_FILES, load_configuration
from kfm_gates.judge.session import refuse_policy_inside
from kfm_gates.judge.suite import assemble
from kfm_gates.judge.toml_table import parse_toml


def look(hook: Hook, files: Sequence[str]) -> Look:
    """What is wrong with these files. A pyproject.toml without our table has nothing to look at."""
    lines, notes = set(), []
    for file in dict.fromkeys(files):
        try:
            if not _try(file):
                notes.append(f"{file} has no table [tool.kfm-gates], so there is nothing to look at")
        except (UsageError, EngineError) as error:
            lines.add(Line(file, 0, "", str(error).removeprefix(f"{file}:").strip(), hook.id))
    return Look(tuple(sorted(lines)), tuple(notes))


def _try(file: str) -> bool:
    """Do what a run does before it reads evidence; False when the file has nothing to do with it."""
    path, folder = Path(file), Path.cwd()
    if path.name not in CONFIGURATION_FILES:
        raise UsageError(
            f"is no configuration ({', '.join(CONFIGURATION_FILES)}), so nothing judged it; "
            "correct `files:` of the hook"
        )
    if path.name == "pyproject.toml" and path.is_file():
        tools = parse_toml(path.read_bytes(), file).get("tool", {})
        if not isinstance(tools, dict) or "kfm-gates" not in tools:
            return False
    configuration = load_configuration(path, folder, None)
    Layout.of(configuration.paths or {})
    suite = assemble(configuration)
    JsonSchemaEngine(configuration.schemas)
    if configuration.root is not None:
        if not configuration.root.is_dir():
            raise UsageError(f"{file}: there is no folder {configuration.root}, which `root` names")
        refuse_policy_inside(suite, configuration.root.resolve())
    return True
