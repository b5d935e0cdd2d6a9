"""The command `kfm-gates`. Whatever happens, it ends with one of the exit codes of the manual, never with luck.

0 open, 1 denied, 2 usage, 3 error, 4 abstained, 5 no subject; 130 for Ctrl-C, 128 + n for signal n.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn, TextIO

from kfm_gates.errors import KfmGatesError

ERROR = 3


class Stopped(BaseException):
    """A signal asked this process to end; raised so that a judge process that it started ends too."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by signal {number}")
        self.number = number


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return the exit code."""
    out, err = _stream(sys.stdout), _stream(sys.stderr)
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        with _heeding_signals():
            code = _run(words, out)
            out.flush()
            return code
    except KfmGatesError as error:
        _say(err, str(error))
        return _code(words, error)
    except KeyboardInterrupt:
        _say(err, "interrupted; no permit was issued")
        return 130
    except Stopped as stopped:
        _say(err, str(stopped))
        return 128 + stopped.number
    except OSError as error:
        _abandon(out)
        _say(err, f"{error.filename or 'the report'}: {error.strerror or error}")
        return _code(words, error)
    except BaseException as error:
        if os.environ.get("KFM_GATES_TRACEBACK"):
            import traceback

            traceback.print_exc(file=err)
        _say(err, f"failed unexpectedly: {type(error).__name__}: {error} (KFM_GATES_TRACEBACK=1 shows where)")
        return _code(words, error)
    finally:
        try:
            out.flush()
        except (OSError, ValueError):
            _abandon(out)


def _code(words: Sequence[str], error: BaseException) -> int:
    """What an error ends with; `exec` has codes of its own, since others are its command's."""
    if words[:1] == ["exec"]:
        from kfm_gates.front.exec_codes import exec_code

        return exec_code(error)
    return (error.exit_code or ERROR) if isinstance(error, KfmGatesError) else ERROR


def _run(argv: Sequence[str], out: TextIO) -> int:
    from kfm_gates.front.parser import parser
    from kfm_gates.front.parser_runs import ordered

    words, program = ordered(argv)
    try:
        arguments = parser().parse_args(words)
        arguments.program = program
    except SystemExit:
        # argparse ends so after --help and --version only: its errors are raised as UsageError.
        return 0
    import importlib

    command = importlib.import_module(f"kfm_gates.front.commands.{arguments.command.replace('-', '_')}")
    code = command.run(arguments, out)
    return code if isinstance(code, int) else ERROR


@contextlib.contextmanager
def _heeding_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind, where signals can be handled (the main thread)."""
    import signal
    import threading

    def stop(number: int, _: object) -> NoReturn:
        signal.signal(number, signal.SIG_IGN)
        raise Stopped(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # What the caller ignores (nohup) stays ignored, here and in a command that is started.
    heeded = [e for e in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(e) is not signal.SIG_IGN]
    before = {each: signal.signal(each, stop) for each in heeded}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _stream(stream: TextIO | None) -> TextIO:
    """A stream that can take any text; a closed one is replaced by nothing."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    return stream


def _abandon(out: TextIO) -> None:
    """Nobody reads any more: point the file descriptor elsewhere, so that the last flush can't fail."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def _say(err: TextIO, message: str) -> None:
    from kfm_gates.reports.harmless import visible

    with contextlib.suppress(OSError, ValueError):
        err.write(f"kfm-gates: {visible(message, 4000)}\n")
        err.flush()
