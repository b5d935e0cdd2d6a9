"""What a policy must be before it may judge; each refusal has its file and line.

The engine accepts much that then never denies: a rule under a mistyped name, a `not` over a variable that
nothing binds, a call that is silently undefined, a `default allow := true`. All of that is refused here.
"""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.engines import rego_ast, rego_data, rego_dead, rego_reasons, rego_types
from kfm_gates.engines.lint_problem import LintProblem
from kfm_gates.engines.policy_file import PolicyFile
from kfm_gates.engines.rego_ast import Problem, Spot
from kfm_gates.engines.rego_scopes import ScopeLint
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

LONGEST_LINE = 1000
START = (1, 1)
LOOKALIKES = ("deny", "denie", "dny", "allow", "alow", "violation", "warn", "fail")


def lint_text(policy: PolicyFile) -> list[LintProblem]:
    """Problems that the text shows before any engine has read it."""
    problems = []
    lines = policy.text.splitlines()
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            message = f"the line has {len(line)} columns; at most {LONGEST_LINE} are read by every engine"
            problems.append(LintProblem(policy.path, number, message, LONGEST_LINE + 1))
    if not any(line.rstrip() == "# METADATA" for line in lines):
        problems.append(
            LintProblem(policy.path, 1, "the `# METADATA` comment block above `package` is missing")
        )
    return problems


def lint_tree(policy: PolicyFile, tree: Json, data: Json) -> list[LintProblem]:
    """Problems in the syntax tree `tree`: what regorus' get_ast_as_json gives for this one file."""
    lint = _TreeLint(policy, tree)
    found = [*lint.problems(), *rego_reasons.problems(tree), *rego_dead.problems(tree)]
    found += rego_data.problems(tree, data)
    if policy.input_schema is not None:
        found += rego_types.problems(policy.text, tree, policy.input_schema)
    return [LintProblem(policy.path, line, message, column) for (line, column), message in found]


class _TreeLint:
    def __init__(self, policy: PolicyFile, tree: Json) -> None:
        self.policy = policy
        self.tree = tree
        self.rules = [next(iter(rule.items())) for rule in tree["rules"]]
        self.helpers: dict[str, Spot] = {}

    def problems(self) -> Iterator[Problem]:
        yield from self._package()
        for imported in self.tree["imports"]:
            if rego_ast.path(rego_ast.node(imported["refr"])) != ("rego", "v1"):
                yield rego_ast.spot(imported), "only `import rego.v1` is allowed: one file is one check"
        yield from self._heads()
        scopes = ScopeLint(self.policy.text, frozenset(self.helpers) | {"allow", "deny"}, self._functions())
        for kind, body in self.rules:
            yield from scopes.rule(kind, body)
        for name, spot in self.helpers.items():
            if name not in scopes.mentioned:
                yield spot, f"nothing uses the rule `{name}`; is it a mistyped `allow` or `deny`?"

    def _package(self) -> Iterator[Problem]:
        declared = rego_ast.path(rego_ast.node(self.tree["package"]["refr"])) or ()
        if ".".join(declared) != self.policy.package:
            spot = rego_ast.spot(self.tree["package"])
            yield spot, f"the package is `{'.'.join(declared)}`; its place demands `{self.policy.package}`"

    def _heads(self) -> Iterator[Problem]:
        defaults = 0
        allows = denies = 0
        for kind, body in self.rules:
            spot = rego_ast.spot(body)
            head, form = _head(kind, body)
            if head is None:
                yield spot, 'a rule\'s head must be a plain name: no `deny.x`, no `deny["x"]`'
                continue
            name = str(head)
            if kind == "Default":
                if name == "allow":
                    defaults += 1
                    yield from _default_allow(body, spot)
                elif name == "deny":
                    yield spot, "`deny` must have no default: an empty set is its default"
                else:
                    self.helpers.setdefault(name, spot)
            elif name == "allow":
                allows += 1
                yield from _allow(form, body, spot)
            elif name == "deny":
                denies += 1
                if form != "Set":
                    yield spot, "`deny` must be a partial set: `deny contains {…} if {…}`"
            elif name.casefold().startswith(LOOKALIKES):
                yield (
                    spot,
                    f"the rule `{name}` looks like `allow` or `deny` and is neither; name it otherwise",
                )
            else:
                self.helpers.setdefault(name, spot)
        if defaults != 1:
            yield START, f"`default allow := false` must stand there exactly once; found {defaults}"
        if not allows:
            yield START, "there is no `allow if {…}` rule, so nothing could ever pass"
        if not denies:
            yield START, "there is no `deny contains …` rule, so nobody would learn a reason"

    def _functions(self) -> frozenset[str]:
        named = (_head(kind, body) for kind, body in self.rules if kind == "Spec" and "Func" in body["head"])
        return frozenset(name for name, _ in named if name is not None)


def _head(kind: str, body: Json) -> tuple[str | None, str]:
    """A rule's plain name (None when its head is a reference) and form: Compr, Set, Func or Default."""
    if kind == "Default":
        form, head = "Default", body
    elif kind == "Spec":
        ((form, head),) = body["head"].items()
    else:
        raise EngineError(
            f"The Rego syntax tree holds a rule of the unknown kind {kind}; it can't be judged."
        )
    steps = rego_ast.path(rego_ast.node(head["refr"]))
    plain = "Var" in head["refr"] and steps is not None
    return (steps[0] if plain and steps else None), form


def _default_allow(body: Json, spot: Spot) -> Iterator[Problem]:
    value = rego_ast.node(body["value"])
    if value.kind != "Bool" or value.body["value"] is not False:
        yield spot, "the default of `allow` must be false"


def _allow(form: str, body: Json, spot: Spot) -> Iterator[Problem]:
    if form != "Compr":
        yield spot, "`allow` must be a complete rule: `allow if {…}`"
        return
    assign = body["head"]["Compr"]["assign"]
    if assign is not None:
        value = rego_ast.node(assign["value"])
        if value.kind != "Bool" or value.body["value"] is not True:
            yield spot, "`allow` may only be given the value true, and only under an `if`"
    if not body["bodies"]:
        yield spot, "`allow` without an `if` allows everything"
    if len(body["bodies"]) > 1:
        yield spot, "`allow` must have no `else`: write a second `allow if {…}`"
