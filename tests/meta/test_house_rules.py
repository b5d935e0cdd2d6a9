"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.support.repository import DENIALS, PACKAGE, REPOSITORY

LONGEST_MODULE = 250
LAST_REQUIREMENT = 293
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)
REQUIREMENT = re.compile(r"\bR-(\d+)\b")


def _name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def test_no_module_is_longer_than_a_person_reads_at_once() -> None:
    long = {
        _name(path): n
        for path in MODULES
        if (n := len(path.read_text("utf-8").splitlines())) > LONGEST_MODULE
    }
    assert long == {}


def test_nothing_rests_on_assert() -> None:
    """`python -O` removes asserts; a judgement must not go with them."""
    found = [
        f"{_name(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assert)
    ]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    assert [
        _name(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ] == []


def test_every_requirement_that_is_cited_exists() -> None:
    files = [*MODULES, *(PACKAGE / "rego").rglob("*.rego"), *(PACKAGE / "shapes").rglob("*.ttl")]
    files += [*DENIALS.rglob("*.json"), *(PACKAGE / "samples" / "denials").glob("*.json")]
    wrong = {
        f"{_name(path)}: {match.group()}"
        for path in files
        for match in REQUIREMENT.finditer(path.read_text("utf-8"))
        if len(match[1]) != 3 or not 1 <= int(match[1]) <= LAST_REQUIREMENT
    }
    assert wrong == set()


FOREIGN = re.compile(
    r"/(?:work|root|home/\w+|tmp/plan)/|files\.pythonhosted\.org|pypi\.org/simple|--index-url"
)


def _texts() -> list[Path]:
    folders = ("kfm_gates", "rego", "shapes", "docs", "benchmarks", "fixtures", "requirements", ".ci")
    found = [path for name in folders for path in (REPOSITORY / name).rglob("*") if path.is_file()]
    found += [path for path in REPOSITORY.iterdir() if path.is_file()]
    kinds = {".py", ".md", ".toml", ".lock", ".rego", ".ttl", ".json", ".jsonld", ".yaml", ".yml", ".txt", ""}
    return [path for path in found if path.suffix in kinds and "__pycache__" not in path.parts]


def test_no_file_speaks_of_a_machine_or_an_index() -> None:
    found = []
    for path in _texts():
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1):
            if FOREIGN.search(line):
                found.append(f"{_name(path)}:{number}: {line[:100]}")
    assert found == []


def test_the_locks_pin_every_package_by_digest() -> None:
    for name in ("dev", "run"):
        text = (REPOSITORY / "requirements" / f"{name}.lock").read_text("utf-8")
        blocks = re.split(r"\n(?=[a-zA-Z])", text)
        assert len(blocks) > 20
        assert [
            block.partition("\n")[0] for block in blocks if "==" not in block or "--hash=sha256:" not in block
        ] == []


def test_what_runs_is_a_part_of_what_develops() -> None:
    def pins(name: str) -> set[str]:
        text = (REPOSITORY / "requirements" / f"{name}.lock").read_text("utf-8")
        return set(re.findall(r"^[a-z][\w.-]*==[^ ;\\]+", text, re.MULTILINE))

    assert pins("run") <= pins("dev")
