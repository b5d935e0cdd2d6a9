"""What a check says of itself, read from its source without importing it.

`explain` must answer at once, so nothing heavy is imported; and what the file says is always true.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from kfm_gates.errors import UsageError

HOUSE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The installed package, which has the layout of a pack."""

_KINDS = {"python": ("checks", ".py"), "rego": ("rego", ".rego"), "shacl": ("shapes", ".ttl")}
MARK = "# METADATA"


class Source(NamedTuple):
    """The file that judges a check."""

    id: str
    kind: str
    path: str
    root: str


class Setting(NamedTuple):
    """A setting, its default as it is written, and the direction in which it may be changed, if any."""

    name: str
    default: Any
    stricter: str | None


class PythonSource(NamedTuple):
    """What the definition of a check in Python says."""

    title: str
    description: str
    reads: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]
    serves: tuple[str, ...]
    settings: tuple[Setting, ...]


def find(id: str, roots: Sequence[str]) -> Source:
    """The file that judges a check; raises UsageError with what there is when there is none."""
    family, _, name = id.partition(".")
    if family.isidentifier() and name.isidentifier():
        for root in roots:
            for kind, (folder, suffix) in _KINDS.items():
                path = os.path.join(root, folder, family, name + suffix)
                if os.path.isfile(path):
                    return Source(id, kind, path, root)
    known = [each for root in roots for each in known_ids(root)]
    family_ids = [each for each in known if each.startswith(f"{family}.")]
    raise UsageError(f"unknown check {id!r}{_meant(id, known, family_ids)}; `kfm-gates list` shows all")


def known_ids(root: str) -> list[str]:
    """Every check that has a file below `root`, sorted."""
    found = set()
    for folder, suffix in _KINDS.values():
        base = os.path.join(root, folder)
        for family in os.listdir(base) if os.path.isdir(base) else ():
            inner = os.path.join(base, family)
            for name in os.listdir(inner) if os.path.isdir(inner) and family != "data" else ():
                stem, ending = os.path.splitext(name)
                if ending == suffix and not stem.startswith("_") and not stem.endswith("_test"):
                    found.add(f"{family}.{stem}")
    return sorted(found)


def metadata_text(source: Source) -> str:
    """The `# METADATA` block of a rule or a shape, without the comment signs."""
    lines = _text(source.path).splitlines()
    if MARK not in lines:
        return ""
    body = []
    for line in lines[lines.index(MARK) + 1 :]:
        if not line.startswith("#"):
            break
        body.append(line[2:] if line.startswith("# ") else line[1:])
    return "\n".join(body)


def read_python(source: Source) -> PythonSource:
    """What the function under `@check(…)` says. Raises UsageError for a file without it."""
    tree = ast.parse(_text(source.path))
    name = source.id.rpartition(".")[2]
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("check"):
                    return _described(node, decorator, constants)
    raise UsageError(f"{source.path}: has no function {name!r} under @check")


def _described(node: ast.FunctionDef, decorator: ast.Call, constants: dict[str, ast.expr]) -> PythonSource:
    given = {each.arg: _value(each.value, constants) for each in decorator.keywords if each.arg}
    title, _, description = (ast.get_docstring(node) or "").partition("\n")
    inputs = (*node.args.posonlyargs, *node.args.args)
    settings = tuple(
        Setting(
            each.arg, None if default is None else _value(default, constants), _direction(each.annotation)
        )
        for each, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    )
    return PythonSource(
        title=title,
        description=description.strip(),
        reads=tuple((each.arg, ast.unparse(each.annotation) if each.annotation else "") for each in inputs),
        needs=_many(given.get("needs", ())),
        serves=_many(given.get("serves", ())),
        settings=settings,
    )


def _direction(annotation: ast.expr | None) -> str | None:
    for node in ast.walk(annotation) if annotation else ():
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "Stricter"
        ):
            return node.attr.lower()
    return None


def _value(node: ast.expr, constants: dict[str, ast.expr]) -> Any:
    """The value of a literal, or of a constant of the module; otherwise its source text."""
    if isinstance(node, ast.Name) and node.id in constants:
        node = constants[node.id]
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _many(names: Any) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _meant(id: str, known: list[str], family: list[str]) -> str:
    if family and "." not in id:
        return f"; its family has {', '.join(family)}"
    from difflib import get_close_matches

    close = get_close_matches(id, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _text(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()
