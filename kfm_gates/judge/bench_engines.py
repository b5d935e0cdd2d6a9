"""The engines of a suite, started early so that their imports overlap with the judge's own work."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from kfm_gates.checks.pack import HOUSE
from kfm_gates.engines.early import close_early
from kfm_gates.engines.interface import RegoEngine, SchemaEngine, ShapesEngine
from kfm_gates.engines.policy_file import PolicyFile, path_of
from kfm_gates.judge.rego_choice import BOTH
from kfm_gates.judge.suite import Suite


class Engines:
    """The engines that a suite needs, by the type that facts and checks ask for."""

    def __init__(self, suite: Suite) -> None:
        self._open: list[Any] = []
        self.given: dict[Any, object] = {}
        try:
            self._start(suite)
        except BaseException:
            self.close()
            raise

    def _start(self, suite: Suite) -> None:
        if suite.shapes.files:
            from kfm_gates.engines.shacl_engine import PyshaclEngine

            self._add(ShapesEngine, PyshaclEngine(list(suite.shapes.files.values())))
        if suite.rules:
            self._add(RegoEngine, _rego(suite))
        self.given[SchemaEngine] = _LazySchemaEngine(suite)
        close_early()

    def _add(self, kind: Any, engine: Any) -> None:
        self._open.append(engine)
        self.given[kind] = engine
        engine.start()

    def __enter__(self) -> Engines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill the workers."""
        for engine in self._open:
            engine.close()


def _rego(suite: Suite) -> Any:
    """The engine for Rego that the suite asks for, with all its rules."""
    loaded = [
        PolicyFile(path_of(rule.package), rule.file.read_text("utf-8"), rule.form.schema)
        for rule in suite.rules
    ]
    data = dict(suite.tables.values)
    if suite.conftest is None:
        from kfm_gates.engines.regorus_engine import RegorusEngine

        return RegorusEngine(loaded, data)
    from kfm_gates.engines.conftest_engine import ConftestEngine

    if suite.rego.name == BOTH:
        from kfm_gates.engines.rego_pair import RegoPair
        from kfm_gates.engines.regorus_engine import RegorusEngine

        return RegoPair(RegorusEngine(loaded, data), ConftestEngine(loaded, data, suite.conftest))
    from kfm_gates.engines.regorus_lint import RegorusLint

    house = (rule.file.is_relative_to(HOUSE / "rego") for rule in suite.rules)
    released = frozenset(policy for policy, own in zip(loaded, house, strict=True) if own)
    return ConftestEngine(loaded, data, suite.conftest, linter=RegorusLint(data, released))


class _LazySchemaEngine:
    """Compiles the schemas when the first document asks for them."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._engine: SchemaEngine | None = None

    def _made(self) -> SchemaEngine:
        if self._engine is None:
            from kfm_gates.engines.json_schema_engine import JsonSchemaEngine

            self._engine = JsonSchemaEngine(self._suite.configuration.schemas or {})
        return self._engine

    def problems(self, uri: str, instance: Any) -> Any:
        """See SchemaEngine."""
        return self._made().problems(uri, instance)

    def knows(self, uri: str) -> bool:
        """See SchemaEngine."""
        return self._made().knows(uri)

    def schema(self, uri: str) -> Any:
        """See SchemaEngine."""
        return self._made().schema(uri)
