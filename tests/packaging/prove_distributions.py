"""Prove that what is installed from the wheel or the sdist judges exactly as the source tree does.

    make wheel-test

Builds both, installs each with the locked dependencies into an empty environment, and judges a copy of the
example dataset from another folder, without a network where the system can take it away. The policy-pack
digest and the bytes of the gate decision must be the same for editable, wheel and sdist installs.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY))

from tests.packaging.distributions import build, sdist_files, source_files, unpack, wheel_files  # noqa: E402
from tests.support.running import no_network  # noqa: E402

EVALUATED_AT = "2026-10-31T12:00:00Z"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="kfm-gates-") as folder:
        return _prove(Path(folder))


def _prove(folder: Path) -> int:
    wheel = build("wheel", REPOSITORY, folder / "wheel")
    sdist = build("sdist", REPOSITORY, folder / "sdist")
    of_sdist = build("wheel", unpack(sdist, folder / "tree"), folder / "wheel-of-sdist")
    source = source_files()
    inside = {path: data for path, data in sdist_files(sdist).items() if path.startswith("kfm_gates/")}
    for name, files in (("wheel", wheel_files(wheel)), ("sdist", inside)):
        if files != source:
            differing = sorted(set(files.items()) ^ set(source.items()))
            print(f"the {name} is not the source tree: {sorted({path for path, _ in differing})}")
            return 1
        print(f"{name}: {len(files)} files, the same as the source tree")

    evidence = folder / "evidence"
    shutil.copytree(REPOSITORY / "fixtures" / "kansas-counties", evidence)
    installed = folder / "env"
    venv.create(installed, with_pip=True)
    python = installed / "bin" / "python"
    lock = REPOSITORY / "requirements" / "run.lock"
    _run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock])

    answers = {"editable": _judged(Path(sys.executable), evidence, folder / "judged-editable")}
    for name, file in (("wheel", wheel), ("sdist", of_sdist)):
        _run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", file])
        answers[name] = _judged(python, evidence, folder / f"judged-{name}")
    for name, (pack, decision) in answers.items():
        print(f"{name}: policy pack {pack}, gate decision of {len(decision)} bytes")
    if len(set(answers.values())) != 1:
        print("the installs do not give the same policy pack and gate decision")
        return 1
    print("editable, wheel and sdist give the same gate decision, byte for byte")
    return 0


def _judged(python: Path, evidence: Path, folder: Path) -> tuple[str, bytes]:
    """The policy-pack digest and the gate decision that an installation gives."""
    folder.mkdir()
    command = [*no_network(), python.parent / "kfm-gates", "check", evidence, "--record", folder / "record"]
    _run([*command, "--evaluated-at", EVALUATED_AT], cwd=folder)
    decision = (folder / "record" / "decision.json").read_bytes()
    return json.loads(decision)["predicate"]["policy_pack"]["digest"], decision


def _run(command: list[object], cwd: Path | None = None) -> None:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    import os

    environment |= {n: v for n, v in os.environ.items() if n.startswith("PIP_") or n in ("HOME", "TMPDIR")}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, capture_output=True)
    if done.returncode != 0:
        shown = " ".join(str(part) for part in command)
        sys.exit(f"{shown}\nended with {done.returncode}:\n{(done.stdout + done.stderr).decode()[-3000:]}")


if __name__ == "__main__":
    sys.exit(main())
