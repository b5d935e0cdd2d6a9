"""Twenty-five ways in which a composite action can start a gate. In twenty of them a gate that denies stays green.

Each shape is the list of steps that starts the gate; `GATE` stands for a command that ends with 1 on denial.
The inputs are what a caller gives, some of them wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Steps = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Shape:
    """A way to start a gate, and whether it alone hides a denial."""

    steps: Steps
    hides: bool = True
    inputs: Mapping[str, str] = field(default_factory=dict)


def _bash(run: str, **more: Any) -> dict[str, Any]:
    return {"id": "judge", "shell": "bash", "run": run, **more}


SHAPES: Mapping[str, Shape] = {
    "sh-and-tee": Shape([_bash("GATE | tee log.txt", shell="sh")]),
    "bash-without-e": Shape([_bash("GATE\necho done", shell="bash {0}")]),
    "set-plus-e": Shape([_bash('set +e\nGATE\nrc=$?\necho "ended with $rc"')]),
    "or-true": Shape([_bash("GATE || true")]),
    "local-takes-the-status": Shape([_bash('judge() { local said=$(GATE); echo "$said"; }\njudge')]),
    "export-takes-the-status": Shape([_bash("export SAID=$(GATE)")]),
    "echo-takes-the-status": Shape([_bash('echo "said=$(GATE)" >> "$GITHUB_OUTPUT"')]),
    "if-without-else": Shape([_bash("if GATE; then echo open; fi")]),
    "and-before-another-line": Shape([_bash("GATE && echo open\necho next")]),
    "loop-over-nothing": Shape([_bash("for each in $(find . -name '*.nothing'); do GATE; done")]),
    "xargs-over-nothing": Shape([_bash("find . -name '*.nothing' | xargs -r -I{} GATE")]),
    "process-substitution": Shape([_bash('while read -r line; do echo "$line"; done < <(GATE)')]),
    "in-the-background": Shape([_bash("GATE &\necho started")]),
    "continue-on-error": Shape([_bash("GATE", **{"continue-on-error": True})]),
    "conclusion-instead-of-outcome": Shape(
        [
            _bash("GATE", **{"continue-on-error": True}),
            {"if": "steps.judge.conclusion == 'failure'", "shell": "bash", "run": "exit 1"},
        ]
    ),
    "if-on-a-misspelt-input": Shape([_bash("GATE", **{"if": "${{ inputs.enabeld == 'true' }}"})]),
    "report-mode-never-fails": Shape([_bash("GATE > report.sarif || exit 0")]),
    "caller-misspells-an-input": Shape(
        [_bash('if [ "$STRICT" = true ]; then GATE; fi', env={"STRICT": "${{ inputs.strict }}"})],
        inputs={"stirct": "true"},
    ),
    "input-pasted-into-the-script": Shape(
        [_bash("echo 'about ${{ inputs.note }}'\nGATE")], inputs={"note": "'; exit 0; '"}
    ),
    "message-forges-an-output": Shape(
        [
            _bash(
                "decision=allow; GATE || decision=deny\n"
                'printf "decision=%s\\nmessage=%s\\n" "$decision" "$NOTE" >> "$GITHUB_OUTPUT"',
                env={"NOTE": "${{ inputs.note }}"},
            ),
            {"if": "steps.judge.outputs.decision == 'deny'", "shell": "bash", "run": "exit 1"},
        ],
        inputs={"note": "all is well\ndecision=allow"},
    ),
    "plain-bash": Shape([_bash("GATE")], hides=False),
    "bash-and-tee": Shape([_bash("GATE | tee log.txt")], hides=False),
    "input-through-the-environment": Shape(
        [_bash('echo "about $NOTE"\nGATE', env={"NOTE": "${{ inputs.note }}"})],
        hides=False,
        inputs={"note": "'; exit 0; '"},
    ),
    "outcome-is-tested": Shape(
        [
            _bash("GATE", **{"continue-on-error": True}),
            {"if": "steps.judge.outcome != 'success'", "shell": "bash", "run": "exit 1"},
        ],
        hides=False,
    ),
    "enforced-in-the-end": Shape(
        [
            _bash("GATE && touch permit || true"),
            {"if": "always()", "shell": "bash", "run": "test -f permit"},
        ],
        hides=False,
    ),
}


def with_gate(steps: Steps, command: str) -> list[dict[str, Any]]:
    """The steps with `GATE` replaced by a command."""
    return [
        {key: value.replace("GATE", command) if key == "run" else value for key, value in step.items()}
        for step in steps
    ]
