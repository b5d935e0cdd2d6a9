"""Which data a policy reads, and whether it was given: what is absent is undefined, and denies nothing."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.engines import rego_ast
from kfm_gates.engines.policy_file import DATA_ROOT
from kfm_gates.engines.rego_ast import Problem, Spot
from kfm_gates.model.finding import Json


def problems(tree: Json, data: Json) -> Iterator[Problem]:
    """Each reference to a table or a value in it that `data` lacks."""
    for steps, spot in sorted(set(_paths(tree["rules"]))):
        if steps[:1] == (DATA_ROOT,) and not _has(data, steps[1:]):
            yield spot, f"`data.{'.'.join(steps)}` is not in the data that was given"


def _paths(part: Json) -> Iterator[tuple[tuple[str, ...], Spot]]:
    """The constant part of each `data.…` reference, without `data` itself, and where it stands."""
    if isinstance(part, list):
        for item in part:
            yield from _paths(item)
    elif isinstance(part, dict):
        for kind, body in part.items():
            if kind in ("RefDot", "RefBrack"):
                steps = rego_ast.path(rego_ast.Node(kind, body))
                if steps and steps[0] == "data":
                    yield steps[1:], rego_ast.spot(body)
                    if kind == "RefDot" or rego_ast.node(body["index"]).kind in ("String", "RawString"):
                        continue  # the shorter prefixes inside say nothing more
            if isinstance(body, dict | list) and kind != "span":
                yield from _paths(body)


def _has(data: Json, steps: tuple[str, ...]) -> bool:
    for step in steps:
        if not isinstance(data, dict) or step not in data:
            return not isinstance(data, dict | list)  # below a scalar or list the engine itself decides
        data = data[step]
    return True
