"""The steps of the GitHub Action, as `action.yml` starts them. Thin: it judges nothing.

    python -I -m kfm_gates.front.action judge|enforce|verify

Each ends with an exit code of the command line, and only 0 lets a job go on.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kfm_gates.errors import KfmGatesError, PermitMismatch, UsageError
from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.front import cli
from kfm_gates.front.action_job import Job
from kfm_gates.model.finding import Status
from kfm_gates.permit.verify import read_permit
from kfm_gates.reports.harmless import visible

_OPEN = tuple(status.name for status in Status if status.opens)

ANNOTATIONS = "annotations.txt"
"""What is said to GitHub about single lines; kept from the log until nothing else can speak to it."""

SARIF = "report.sarif"


def judge(job: Job) -> int:
    """Judge the evidence into the record; the log gets the text, the page a summary and annotations."""
    job.record.mkdir()
    # Beside the record, so that nothing is left in the workspace; a configured audience goes before it.
    kept = [f"--record={job.record}", f"--store={job.home / 'store'}"]
    words = ["check", str(job.root), *kept, f"--jobs={job.inputs['jobs']}", *_policy(job)]
    with _no_commands():
        code = cli.main([*words, *_reports(job)])
    said = job.record / ANNOTATIONS
    if said.is_file():
        # Written by the report, whose lines all begin with a command of its own.
        print(said.read_text("utf-8"), end="", flush=True)
    elif code != 0:
        _annotate(f"nothing was decided (exit code {code}); the log of this step says why")
    return code


def enforce(job: Job) -> int:
    """Say what was decided, and end with 0 only if every step ended well and the permit holds now."""
    outputs = {"status": "ERROR"}
    try:
        decided = _decided(job)
        # A decision that opened is no status to act on before its permit was seen to hold.
        outputs |= {name: value for name, value in decided.items() if value not in _OPEN}
        code = _refuse_unfinished(job) or verify(job)
        if code == 0:
            outputs |= {**decided, "permit": str(job.record / "permit.json")}
    finally:
        job.say(outputs)
    return code


def verify(job: Job) -> int:
    """Verify the permit of this run, and the one that was handed over if there is one."""
    own = job.record / "permit.json"
    handed = job.inputs.given("permit")
    if not own.is_file():
        _annotate("there is no permit")
        return 1
    if read_permit(own).decision_digest != _digest(job.record / "decision.json"):
        raise PermitMismatch("the permit names another decision than that of this run")
    for permit in (own, *([job.workspace / handed] if handed else [])):
        with _no_commands():
            code = cli.main(["permit", "verify", str(permit), str(job.root), *_policy(job)])
        if code != 0:
            _annotate(f"the permit {permit} does not hold (exit code {code}); the log says why")
            return code
    return 0


STEPS = {"judge": judge, "enforce": enforce, "verify": verify}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one step and return its exit code."""
    # One stream, so that nothing on the other can slip past where commands are switched off.
    os.dup2(1, 2)
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if len(words) != 1 or words[0] not in STEPS:
            raise UsageError(f"one step is expected: {', '.join(STEPS)}")
        job = Job.of(os.environ)
        os.chdir(job.workspace)
        return STEPS[words[0]](job)
    except KfmGatesError as error:
        _annotate(str(error))
        return error.exit_code or cli.ERROR
    except BaseException as error:
        _annotate(f"failed unexpectedly: {type(error).__name__}: {error}")
        return cli.ERROR


def _reports(job: Job) -> list[str]:
    """Which report goes where. Only one can have the log, and that is the one for people."""
    files = {"github": job.record / ANNOTATIONS, "sarif": job.record / SARIF, "markdown": job.summary}
    return ["--format=text", *(f"--format={name}:{file}" for name, file in files.items())]


def _policy(job: Job) -> list[str]:
    """What judging and verifying must be asked alike."""
    words = [f"--profile={job.inputs['profile']}", f"--operation={job.inputs['operation']}"]
    for name, option in (("config", "--config"), ("expect-pack", "--expect-pack")):
        value = job.inputs.given(name)
        words += [] if value is None else [f"{option}={value}"]
    return words


def _refuse_unfinished(job: Job) -> int:
    if job.outcomes and set(job.outcomes) == {"success"}:
        return 0
    _annotate(f"the steps before ended with: {visible(' '.join(job.outcomes)) or 'nothing'}; nothing opens")
    return 1


def _decided(job: Job) -> dict[str, str]:
    """What there is to say of the decision, if there is one."""
    path = job.record / "decision.json"
    if not path.is_file():
        return {}
    status = Status[parse_json(path.read_bytes())["predicate"]["status"]]
    found = {"status": status.name, "decision": str(path), "decision-digest": _digest(path)}
    found["record"] = str(job.record)
    if (job.record / SARIF).is_file():
        found["sarif"] = str(job.record / SARIF)
    return found


def _digest(decision: Path) -> str:
    """The digest by which a permit names its decision: of the canonical bytes, without the line end."""
    return sha256(decision.read_bytes().removesuffix(b"\n"))


@contextmanager
def _no_commands() -> Iterator[None]:
    """Let the log show anything without the runner taking a line of it for a command."""
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{token}::", flush=True)


def _annotate(message: str) -> None:
    print(f"::error title=kfm-gates::{visible(message, 4000).replace('%', '%25')}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
