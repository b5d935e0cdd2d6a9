"""The example workflows, run job by job: nothing is built without a permit, however they are bent."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.action.conftest import LEAN, broken, new_machine
from tests.action.runner import Ended, Machine
from tests.action.workflows import checkout, download, required_check, run_workflow, upload
from tests.support.judging import suite
from tests.support.repository import DENIALS
from tests.support.running import KANSAS, REPOSITORY

WORKFLOWS = REPOSITORY / "examples" / "workflows"
DENIAL = DENIALS / "identity.checksums" / "algorithm-sha1.json"


@dataclass
class Project:
    """A repository that uses an example workflow, and what running it gave."""

    folder: Path
    installed: Path
    good: bool = True
    between: Callable[[Path], object] = lambda _: None
    """Called with the project's folder after the first job."""
    pack: str = field(default_factory=lambda: suite().pack_digest)
    machines: dict[str, Machine] = field(default_factory=dict)
    scanned: list[str] | None = None
    """The rules of the findings that were given to code scanning."""

    def __post_init__(self) -> None:
        self.repository.mkdir()
        (self.repository / "build.sh").write_text("#!/bin/sh\ntouch built\n", "utf-8")
        (self.repository / "build.sh").chmod(0o755)
        (self.repository / "lean.toml").write_text(LEAN, "utf-8")
        if self.good:
            shutil.copytree(KANSAS, self.repository / "data" / "evidence")
        else:
            self.break_evidence()

    @property
    def repository(self) -> Path:
        return self.folder / "repository"

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def built(self) -> bool:
        return any((machine.workspace / "built").exists() for machine in self.machines.values())

    def break_evidence(self) -> None:
        shutil.rmtree(self.repository / "data", ignore_errors=True)
        broken(self.repository / "data" / "evidence", DENIAL)

    def run(self, workflow: str) -> dict[str, Ended]:
        return run_workflow(workflow, self._machine)

    def _machine(self, job: str) -> Machine:
        if self.machines:
            self.between(self.folder)
        uses = {
            "actions/checkout": checkout(self.repository),
            "actions/upload-artifact": upload(self.store),
            "actions/download-artifact": download(self.store),
            "github/codeql-action/upload-sarif": self._scanned,
            "OWNER/kfm-gates": REPOSITORY,
        }
        machine = new_machine(self.folder / job, self.installed, uses)
        machine.variables = {"KFM_GATES_PACK": self.pack} if self.pack else {}
        self.machines[job] = machine
        return machine

    def _scanned(self, machine: Machine, inputs: Mapping[str, str]) -> Mapping[str, str]:
        """`upload-sarif`: takes the findings of a file."""
        (run,) = json.loads(Path(inputs["sarif_file"]).read_bytes())["runs"]
        self.scanned = [each["ruleId"] for each in run["results"]]
        return {}


def _read(name: str, *changes: tuple[str, str]) -> str:
    """An example workflow with the quick profile and other changes, each of which must find its place."""
    text = (WORKFLOWS / name).read_text("utf-8")
    for old, new in (("promotion-v1", "lean.toml"), *changes):
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.mark.slow
def test_the_examples_as_they_are_open_for_the_kansas_counties(tmp_path: Path, installed: Path) -> None:
    project = Project(tmp_path, installed)
    done = project.run((WORKFLOWS / "build.yml").read_text("utf-8"))
    assert {job: ended.result for job, ended in done.items()} == {"gates": "success", "build": "success"}
    assert project.built


def test_the_promotion_is_red_on_a_denial(tmp_path: Path, installed: Path) -> None:
    project = Project(tmp_path, installed, good=False)
    done = project.run(_read("promote.yml"))
    assert not required_check(done["gates"]), done["gates"].log
    assert done["code-scanning"].green
    assert project.scanned == ["identity.checksums"]


def test_the_promotion_is_green_on_good_evidence(tmp_path: Path, installed: Path) -> None:
    project = Project(tmp_path, installed)
    done = project.run(_read("promote.yml"))
    assert required_check(done["gates"]), done["gates"].log
    assert project.scanned == []


@pytest.mark.slow
@pytest.mark.parametrize("pack", ["", f"sha256:{'0' * 64}"])
def test_without_the_expected_policy_pack_the_gates_stay_shut(
    tmp_path: Path, installed: Path, pack: str
) -> None:
    done = Project(tmp_path, installed, pack=pack).run(_read("promote.yml"))
    assert done["gates"].result == "failure"


@pytest.mark.slow
def test_the_builder_starts_after_a_pass(tmp_path: Path, installed: Path) -> None:
    project = Project(tmp_path, installed)
    done = project.run(_read("build.yml"))
    assert done["build"].green, done["build"].log
    assert project.built


GATES = "      - name: Gates\n"
BUILD = "      - name: Build\n"
TAKE = "      - name: Take over the permit\n"
NEEDS = "    needs: gates\n"
GATES_JOB = "    name: gates\n"
EXCUSE = "        continue-on-error: true\n"

BENT: dict[str, list[tuple[str, str]]] = {
    "as-it-is": [],
    "gates-excused": [(GATES, GATES + EXCUSE)],
    "builder-always": [(NEEDS, NEEDS + "    if: ${{ always() }}\n")],
    "builder-not-cancelled": [(NEEDS, NEEDS + "    if: ${{ !cancelled() }}\n")],
    "builder-does-not-need-it": [(NEEDS, "")],
    "gates-skipped": [(GATES_JOB, GATES_JOB + "    if: ${{ false }}\n")],
    "gates-skipped-builder-always": [
        (GATES_JOB, GATES_JOB + "    if: ${{ false }}\n"),
        (NEEDS, NEEDS + "    if: ${{ always() }}\n"),
    ],
    "gates-step-skipped": [(GATES, GATES + "        if: ${{ vars.JUDGE == 'yes' }}\n")],
    "all-excused": [(GATES, GATES + EXCUSE), (TAKE, TAKE + EXCUSE), (BUILD, BUILD + EXCUSE)],
    "no-permit-asked-for": [
        (GATES, GATES + EXCUSE),
        ("          permit: ${{ runner.temp }}/kfm-gates-handed-over/permit.json\n", ""),
    ],
    "inputs-misspelt": [(GATES, GATES + EXCUSE), ("          permit:", "          permti:")],
    "root-from-nothing": [(GATES, GATES + EXCUSE), ("root: data/evidence", "root: ${{ vars.ROOT }}")],
    "pack-from-nothing": [(GATES, GATES + EXCUSE), ("vars.KFM_GATES_PACK", "vars.KFM_GATES_PAKC")],
}


@pytest.mark.slow
@pytest.mark.parametrize("changes", BENT.values(), ids=BENT)
def test_nothing_is_built_after_a_denial(
    tmp_path: Path, installed: Path, changes: list[tuple[str, str]]
) -> None:
    project = Project(tmp_path, installed, good=False)
    done = project.run(_read("build.yml", *changes))
    assert not project.built, done["build"].log
    excused = sum(EXCUSE in new for _, new in changes)
    assert excused == 3 or not done["build"].green


def _expires_later(folder: Path) -> None:
    permit = folder / "store" / "kfm-gates" / "permit.json"
    permit.write_text(permit.read_text("utf-8").replace('"expires_at": "20', '"expires_at": "29'), "utf-8")


def _evidence_changes(folder: Path) -> None:
    """The builder's job gets other evidence, which would pass as well."""
    shutil.rmtree(folder / "repository" / "data" / "evidence" / "environments")


AFTER: dict[str, Callable[[Path], object]] = {
    "the-permit-is-edited": _expires_later,
    "the-permit-goes": lambda folder: (folder / "store" / "kfm-gates" / "permit.json").unlink(),
    "the-artifact-goes": lambda folder: shutil.rmtree(folder / "store" / "kfm-gates"),
    "the-evidence-changes": _evidence_changes,
    "the-evidence-goes": lambda folder: shutil.rmtree(folder / "repository" / "data"),
    "the-profile-weakens": lambda folder: (folder / "repository" / "lean.toml").write_text(
        LEAN.replace("identity.checksums", "identity.version_id"), "utf-8"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("between", AFTER.values(), ids=AFTER)
def test_nothing_is_built_when_something_changes_between_the_jobs(
    tmp_path: Path, installed: Path, between: Callable[[Path], object]
) -> None:
    project = Project(tmp_path, installed, between=between)
    done = project.run(_read("build.yml"))
    assert done["gates"].green
    assert done["build"].result == "failure", done["build"].log
    assert not project.built
