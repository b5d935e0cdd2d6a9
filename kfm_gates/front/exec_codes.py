"""The exit codes of `exec`, which are not those of other commands: its own must differ from a command's."""

from __future__ import annotations

from kfm_gates.errors import CommandNotFound, GateDenied, LeaseHeld, PermitInvalid

GATE_ERROR, DENIED = 125, 126


def exec_code(error: BaseException) -> int:
    """What `exec` ends with after an error: 126 denied, 127 command not found, 75 lease held, otherwise 125."""
    if isinstance(error, LeaseHeld | CommandNotFound):
        return error.exit_code
    judged_with_error = getattr(getattr(error, "status", None), "name", "") == "ERROR"
    if isinstance(error, GateDenied | PermitInvalid) and not judged_with_error:
        return DENIED
    return GATE_ERROR
