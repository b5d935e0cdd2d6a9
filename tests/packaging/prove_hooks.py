"""Prove that the real pre-commit, on a real commit, stops what must be stopped and lets the rest through.

    make hooks-test

The locked dependencies are fetched as wheels first. Everything after that runs without a network where the
system can take it away: pre-commit installs this repository as a hook from a Git commit, as users have it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY))

from kfm_gates.front.hooks.catalog import HOOKS  # noqa: E402
from tests.support.git import Git  # noqa: E402
from tests.support.running import KANSAS, no_network  # noqa: E402
from tests.support.trees import edit, file_of  # noqa: E402

BIN = Path(sys.executable).parent
EVIDENCE = "evidence"


@dataclass(frozen=True)
class Break:
    """Something that a person might commit, and what must be said of it."""

    what: str
    template: str
    ending: str
    change: Callable[[Any], None]
    says: str


BREAKS = (
    Break(
        "a STAC item without assets",
        "stac_item",
        "-parquet.json",
        lambda d: d.pop("assets"),
        "[catalog.stac]",
    ),
    Break(
        "a STAC link that leads nowhere",
        "stac_collection",
        "",
        lambda d: d["links"][0].update(href="./nowhere.json"),
        "[catalog.links]",
    ),
    Break(
        "a receipt without inputs", "receipt", "transform.json", lambda d: d.pop("inputs"), "[receipt.form]"
    ),
    Break("a manifest without QA", "manifest", "", lambda d: d.pop("qa"), "[release.manifest]"),
)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="kfm-gates-hooks-") as folder:
        return Proof(Path(folder)).run()


class Proof:
    """The steps, each of which ends the process when it fails."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "HOME": str(folder),
            "PATH": os.pathsep.join((str(BIN), os.environ["PATH"])),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_FIND_LINKS": str(folder / "wheels"),
            "PIP_NO_INDEX": "1",
            "PRE_COMMIT_COLOR": "never",
            "PRE_COMMIT_HOME": str(folder / "cache"),
            "VIRTUALENV_NO_DOWNLOAD": "1",
        }

    def run(self) -> int:
        self.fetch()
        hooks = self.hook_repository()
        project = self.project(hooks)
        self.good_commit(project)
        for each in BREAKS:
            self.stopped(project, each)
        self.stopped_as_a_link(project)
        self.whole_run(project)
        self.try_repo(project, hooks)
        self.timed(project)
        return 0

    def fetch(self) -> None:
        """The only step with a network."""
        lock = REPOSITORY / "requirements" / "dev.lock"
        wheels = self.folder / "wheels"
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--require-hashes",
            "-r",
            lock,
            "-d",
            wheels,
        ]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"the locked dependencies can't be fetched:\n{done.stderr[-3000:]}")

    def hook_repository(self) -> Git:
        """This work tree, as one commit."""
        made = Git.new(self.folder / "hooks")
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=REPOSITORY,
            capture_output=True,
            check=True,
        ).stdout
        for name in map(os.fsdecode, filter(None, listed.split(b"\0"))):
            if os.path.lexists(REPOSITORY / name):
                (made.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPOSITORY / name, made.folder / name, follow_symlinks=False)
        made.commit()
        return made

    def project(self, hooks: Git) -> Git:
        """A repository with the example dataset that uses every hook."""
        made = Git.new(self.folder / "project")
        shutil.copytree(KANSAS, made.folder / EVIDENCE)
        made.write("kfm-gates.toml", f'root = "{EVIDENCE}"\n')
        made.write(".gitignore", ".kfm-gates/\n")
        made.write(".gitattributes", "* -text\n")
        ids = "".join(f"      - id: {hook.id}\n        verbose: true\n" for hook in HOOKS)
        revision = hooks("rev-parse", "HEAD").strip()
        made.write(
            ".pre-commit-config.yaml",
            f"repos:\n  - repo: {hooks.folder}\n    rev: {revision}\n    hooks:\n{ids}",
        )
        made("add", "--all", "--force", ".")
        self.ask(made, BIN / "pre-commit", "install")
        return made

    def good_commit(self, project: Git) -> None:
        """The example passes every hook, and each hook has looked at something."""
        code, said = self.commit(project)
        looked = [each.id for each in HOOKS if each.files and each.id != "kfm-policy"]
        for id in looked:
            name = next(each.name for each in HOOKS if each.id == id)
            if (
                f"{name}{'.' * 3}" not in said
                or "(no files to check)" in said.partition(name)[2].partition("\n")[0]
            ):
                sys.exit(f"{id} looked at nothing:\n{said}")
        if code != 0:
            sys.exit(f"the example dataset was stopped:\n{said}")
        print(f"passed: the example dataset, by {', '.join(looked)}")

    def stopped(self, project: Git, broken: Break) -> None:
        """A broken document is stopped, with its file and line."""
        file = file_of(project.folder / EVIDENCE, broken.template, ending=broken.ending)
        edit(file, broken.change)
        head = project("rev-parse", "HEAD")
        code, said = self.commit(project)
        name = file.relative_to(project.folder).as_posix()
        lines = [line for line in said.splitlines() if line.startswith(f"{name}:") and broken.says in line]
        if code == 0 or project("rev-parse", "HEAD") != head or not lines:
            sys.exit(f"not stopped as it must be: {broken.what} (exit {code}):\n{said}")
        if not lines[0].removeprefix(f"{name}:").partition(":")[0].isdigit():
            sys.exit(f"{broken.what}: no line is named: {lines[0]}")
        print(f"stopped: {broken.what}\n         {lines[0]}")
        self.undo(project)

    def stopped_as_a_link(self, project: Git) -> None:
        """A link in place of a document is shown to the hook, and stopped."""
        file = file_of(project.folder / EVIDENCE, "dcat")
        file.unlink()
        file.symlink_to("prov.jsonld")
        code, said = self.commit(project)
        if code == 0 or "is a symbolic link" not in said:
            sys.exit(f"not stopped: a link in place of a document (exit {code}):\n{said}")
        print("stopped: a link in place of a document")
        self.undo(project)

    def whole_run(self, project: Git) -> None:
        """kfm-full judges everything, artifacts too."""
        words = (BIN / "pre-commit", "run", "--hook-stage", "manual", "kfm-full")
        code, said = self.ask(project, *words, check=False)
        if code != 0:
            sys.exit(f"kfm-full stops the example dataset:\n{said}")
        artifact = next((project.folder / EVIDENCE / "data" / "processed").rglob("*.pmtiles"))
        artifact.write_bytes(artifact.read_bytes() + b"x")
        project("add", "--all")  # what is not staged is put aside
        code, said = self.ask(project, *words, check=False)
        if code == 0 or "identity.digests" not in said:
            sys.exit(f"kfm-full lets a changed artifact through:\n{said}")
        print("passed: the example dataset, by kfm-full\nstopped: a changed artifact, by kfm-full")
        self.undo(project)

    def try_repo(self, project: Git, hooks: Git) -> None:
        """What people run who want to see what the hooks would say."""
        words = (BIN / "pre-commit", "try-repo", "--all-files", "--verbose", hooks.folder)
        began = time.perf_counter()
        code, said = self.ask(project, *words, check=False)
        if code != 0:
            sys.exit(f"pre-commit try-repo stops the example dataset:\n{said}")
        edit(file_of(project.folder / EVIDENCE, "manifest"), lambda document: document.pop("approvals"))
        code, said = self.ask(project, *words, "kfm-manifest", check=False)
        if code == 0 or "[release.manifest]" not in said:
            sys.exit(f"pre-commit try-repo lets a broken manifest through:\n{said}")
        print(f"pre-commit try-repo: passed and stopped, {time.perf_counter() - began:.1f} s")
        self.undo(project)

    def timed(self, project: Git) -> None:
        """How long a person waits, for the catalogs of the example."""
        program = next((self.folder / "cache").rglob("bin/kfm-gates"))
        files = sorted(p for p in (project.folder / EVIDENCE / "data/catalog").rglob("*") if p.is_file())
        seconds = []
        for _ in range(5):
            began = time.perf_counter()
            subprocess.run([program, "hook", "kfm-catalog", *files], cwd=project.folder, check=True)
            seconds.append(time.perf_counter() - began)
        print(f"kfm-catalog as installed by pre-commit, {len(files)} files, warm: {min(seconds):.2f} s")

    def commit(self, project: Git) -> tuple[int, str]:
        """`git commit -a`, as a person does it."""
        project("add", "--all", "--force", ".")
        return self.ask(project, "git", "commit", "--quiet", "--message", "a change", check=False)

    def undo(self, project: Git) -> None:
        project("reset", "--quiet", "--hard", "HEAD")

    def ask(self, git: Git, *words: str | Path, check: bool = True) -> tuple[int, str]:
        done = git.run_program([*no_network(), *map(str, words)], check=False, **self.environment)
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        if check and done.returncode != 0:
            sys.exit(f"{' '.join(map(str, words))} ended with {done.returncode}:\n{said}")
        return done.returncode, said


if __name__ == "__main__":
    sys.exit(main())
