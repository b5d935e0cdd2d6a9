"""Who holds a lease: what stands beside the lock, for people and for whoever takes over from the dead."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import UsageError

_MOST = 10_000


@dataclass(frozen=True)
class Holder:
    """A run and the process that took the lease for it. Times are UTC; `nonce` is that of its permit."""

    run: str
    pid: int
    host: str
    user: str
    since: str
    nonce: str | None = None
    ended: str | None = None

    @classmethod
    def here(cls, run: str, since: str) -> Holder:
        """This process."""
        return cls(run, os.getpid(), os.uname().nodename, user_name(), since)

    @classmethod
    def unknown(cls) -> Holder:
        """A holder of whom nothing is written."""
        return cls("unknown", 0, "unknown", "unknown", "")

    def described(self, now: str) -> str:
        """The holder in words, with the age of the lease."""
        nonce = f", nonce {self.nonce}" if self.nonce else ""
        age = f", {_age(self.since, now)}" if self.since else ""
        since = f" since {self.since}" if self.since else ""
        return f"the run {self.run} (process {self.pid} of {self.user} on {self.host}{since}{age}{nonce})"


def user_name() -> str:
    """The name of the user whose process this is; the number where it has no name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def read_holder(note: Path) -> Holder | None:
    """What is written; None when nothing is, `unknown` when it can't be read."""
    try:
        with note.open("rb") as file:
            value = json.loads(file.read(_MOST))
        values = {name: value[name] for name in _KINDS}
        fits = all(isinstance(values[name], kinds) for name, kinds in _KINDS.items())
        return Holder(**values) if fits else Holder.unknown()
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return Holder.unknown()


def write_holder(note: Path, target: str, holder: Holder) -> None:
    """Write it whole or not at all. What must survive a crash of the machine is in the run log."""
    data = json.dumps({"target": target, **dataclasses.asdict(holder)}, indent=2).encode() + b"\n"
    temporary = note.with_name(f".{note.name}.{os.getpid()}")
    try:
        handle = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, note)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise UsageError(f"{note}: the holder of the lease can't be written: {error.strerror}") from error


_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("run", "host", "user", "since"), (str,)),
    "pid": (int,),
    **dict.fromkeys(("nonce", "ended"), (str, type(None))),
}


def _age(since: str, now: str) -> str:
    import datetime

    try:
        began, ends = (datetime.datetime.strptime(each, "%Y-%m-%dT%H:%M:%SZ") for each in (since, now))
    except ValueError:
        return "of unknown age"
    seconds = max(0, int((ends - began).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"
