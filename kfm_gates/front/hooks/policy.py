"""Looking at policy: whether rules, shapes, tables and profiles can judge at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kfm_gates.checks.pack import HOUSE, tables
from kfm_gates.engines.guarding import missing
from kfm_gates.engines.lint_problem import LintProblem
from kfm_gates.errors import EngineError, UsageError
from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.front.hooks.catalog import Hook
from kfm_gates.front.hooks.lines import Line, Look


def look(hook: Hook, files: Sequence[str]) -> Look:
    """What is wrong with these files."""
    return Look(tuple(sorted({line for file in files for line in _file(file, hook.id)})))


def _file(file: str, by: str) -> list[Line]:
    judge = _JUDGES.get(Path(file).suffix)
    if judge is None:
        known = ", ".join(_JUDGES)
        text = (
            f"is no policy ({known}), so nothing judged it; correct `files:` of the hook, or rename the file"
        )
        return [Line(file, 0, "", text, by)]
    try:
        text = Path(file).read_bytes().decode("utf-8")
        problems = judge(file, text)
    except UnicodeDecodeError as error:
        problems = [LintProblem(file, 1, f"is not UTF-8 (byte {error.start}); save it as UTF-8")]
    except OSError as error:
        problems = [LintProblem(file, 0, f"can't be read: {error.strerror}")]
    except ModuleNotFoundError as error:  # no fault of the file: nothing can be said of it
        raise EngineError(missing("the hook", error.name or "an engine")) from error
    except (UsageError, EngineError) as error:
        problems = [problem_of(file, str(error))]
    return [Line(each.file, each.line, "", each.message, by) for each in problems]


def problem_of(file: str, sentence: str) -> LintProblem:
    """A sentence of the program about a file, with the line that it may begin with taken apart."""
    rest = sentence.removeprefix(f"{file}:")
    line, colon, message = rest.partition(":")
    if rest != sentence and colon and line.isdigit():
        return LintProblem(file, int(line), message.strip())
    return LintProblem(file, 0, rest.strip())


def _rule(file: str, text: str) -> list[LintProblem]:
    from kfm_gates.engines import regorus_core
    from kfm_gates.engines.policy_file import PolicyFile

    policy = PolicyFile(file, text)
    if file.endswith("_test.rego"):
        regorus_core.parse(policy)
        return []
    _import_evidence_names()
    from kfm_gates.checks.rego_check import read_rego_check

    root = Path(file).resolve().parent.parent.parent
    found = regorus_core.lint(policy, _tables(root))
    if not found:
        read_rego_check(_id(file), Path(file))
    return found


def _shape(file: str, text: str) -> list[LintProblem]:
    from kfm_gates.checks.shacl_check import read_shacl_check
    from kfm_gates.engines.shacl_core import parse_turtle
    from kfm_gates.engines.shape_lint import lint_shapes

    found = lint_shapes(file, text, parse_turtle(file, text))
    if not found:
        read_shacl_check(_id(file), Path(file))
    return found


def _table(file: str, text: str) -> list[LintProblem]:
    try:
        parse_json(text.encode("utf-8"))
    except Malformed as error:
        return [LintProblem(file, error.line, str(error))]
    return []


def _profile(file: str, _: str) -> list[LintProblem]:
    """A profile is loaded as a run loads it, with what it extends, its packs and its settings."""
    from kfm_gates.judge.configuration import Configuration
    from kfm_gates.judge.suite import assemble

    assemble(Configuration(Path.cwd()), file)
    return []


_JUDGES: dict[str, Callable[[str, str], list[LintProblem]]] = {
    ".rego": _rule,
    ".ttl": _shape,
    ".json": _table,
    ".toml": _profile,
}


def _import_evidence_names() -> None:
    """Rules ask for facts by names that the modules of facts give when they are imported."""
    import kfm_gates.facts.all_named  # noqa: F401


def _id(file: str) -> str:
    path = Path(file).resolve()
    return f"{path.parent.name}.{path.stem}"


def _tables(root: Path) -> dict[str, object]:
    """The tables that rules of the pack at `root` may use: the house's and its own."""
    house = (HOUSE / "rego" / "data").resolve()
    own = (root / "rego" / "data").resolve()
    return tables((HOUSE,) if own == house else (HOUSE, root))
