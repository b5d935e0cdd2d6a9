"""A private folder in which conftest judges: policies, data, capabilities and an empty configuration.

Everything that conftest reads is written here and named on its command line, by paths relative to the folder; its
own configuration file, environment and plugins are out of reach.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Self

from kfm_gates.engines import conftest_reading
from kfm_gates.engines.conftest_binary import Conftest
from kfm_gates.engines.conftest_bridge import BRIDGE, Asked, bridge, bridge_of_tests, deny_rules
from kfm_gates.engines.conftest_process import Ended, run
from kfm_gates.engines.interface import RegoAnswer
from kfm_gates.engines.limits import Limits
from kfm_gates.engines.policy_file import DATA_ROOT, PolicyFile
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

CAPABILITIES = Path(__file__).with_name("conftest_capabilities.json")
BATCH = 500
"""Questions per process: a second of work, so that starting it costs next to nothing."""

Answer = RegoAnswer | EngineError


class ConftestBench:
    """Asks conftest about inputs, each policy on its own, so that none can disturb another."""

    def __init__(self, conftest: Conftest, data: Json, limits: Limits) -> None:
        self._conftest, self._limits = conftest, limits
        self._folder = tempfile.TemporaryDirectory(prefix="kfm-gates-")
        self._root = Path(self._folder.name)
        self._numbers = count(1)
        (self._root / "empty.toml").write_text("")
        (self._root / "capabilities.json").write_bytes(CAPABILITIES.read_bytes())
        (self._root / "data.json").write_text(json.dumps({DATA_ROOT: data}, allow_nan=False), "utf-8")

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, policies: Sequence[PolicyFile]) -> Written:
        """Write policies and the rule that reports what they say, into a folder of their own."""
        rules = sum(map(deny_rules, policies))
        packages = [policy.package for policy in policies]
        folder, shown = self._folder_of([(each.path, each.text) for each in policies], bridge(packages))
        return Written(self._ask, folder, packages[0] if len(packages) == 1 else None, rules, shown)

    def write_tests(self, policy: PolicyFile, tests: tuple[str, str], names: Sequence[str]) -> Written:
        """Write a policy and its tests (path, text); asked about the name of a test, its `allow` is what it is."""
        generated = bridge_of_tests(f"{policy.package}_test", names)
        folder, shown = self._folder_of([tests, (policy.path, policy.text)], generated)
        return Written(self._ask, folder, None, 0, shown)

    def _folder_of(self, files: Sequence[tuple[str, str]], generated: str) -> tuple[str, dict[str, str]]:
        """Write files into a folder; the folder, and which of its names is which path."""
        folder = f"policies{next(self._numbers)}"
        (self._root / folder).mkdir()
        shown = {}
        for number, (path, text) in enumerate(files, 1):
            name = f"{folder}/rule{number}.rego"
            (self._root / name).write_bytes(text.encode("utf-8"))
            shown[name] = path
        (self._root / folder / "bridge.rego").write_text(generated, "utf-8")
        return folder, shown

    def _ask(self, written: Written, questions: Sequence[Asked]) -> tuple[Ended, dict[str, Asked]]:
        """One process for all these questions."""
        self._conftest.demand_unchanged()
        inputs = f"inputs{next(self._numbers)}"
        (self._root / inputs).mkdir()
        named = {f"{inputs}/{number}.json": question for number, question in enumerate(questions)}
        try:
            for name, question in named.items():
                (self._root / name).write_bytes(question.text.encode("utf-8"))
            command = [str(self._conftest.path), "test", "-c", "empty.toml", "-o", "json", "--no-color"]
            command += ["--show-builtin-errors", "--strict", "--rego-version", "v1", "--parser", "json"]
            command += ["--capabilities", "capabilities.json", "-d", "data.json", "-p", written.folder]
            command += [word for each in written.namespaces for word in ("-n", each)]
            return run([*command, *named], self._root, self._limits), named
        finally:
            for name in named:
                (self._root / name).unlink(missing_ok=True)
            (self._root / inputs).rmdir()


class Written:
    """Policies that conftest can be asked about."""

    def __init__(
        self,
        ask: Callable[[Written, Sequence[Asked]], tuple[Ended, dict[str, Asked]]],
        folder: str,
        own: str | None,
        rules: int,
        shown: dict[str, str],
    ) -> None:
        self._run, self.folder, self._own, self._rules, self._shown = ask, folder, own, rules, shown
        self.namespaces = [BRIDGE] if own is None else [own, BRIDGE]
        self._path = next(iter(shown.values()))

    def ask(self, questions: Sequence[Asked]) -> list[Answer]:
        """The answer to each question; an error in its place where the policy failed on it.

        Raises EngineError when conftest answers to none: a policy that it refuses, a crash, a timeout.
        """
        found: list[Answer] = []
        for start in range(0, len(questions), BATCH):
            found += self._some(questions[start : start + BATCH])
        return found

    def _some(self, questions: Sequence[Asked]) -> list[Answer]:
        ended, named = self._run(self, questions)
        refused = conftest_reading.refusal(ended)
        if refused is None:
            return list(conftest_reading.answers(self._path, ended, named, self._own, self._rules))
        for name, path in self._shown.items():
            refused = refused.replace(name, path)
        error = EngineError(f"{self._path}: conftest refuses: {refused}")
        if not refused.startswith("query rule"):
            raise error
        # A rule that fails on one input ends the process, so the others are asked again without it.
        if len(questions) == 1:
            return [error]
        half = len(questions) // 2
        return self._some(questions[:half]) + self._some(questions[half:])
