"""No test may reach a network: neither by intent nor because a library thought it helpful."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator

import pytest

from tests.support.postgres import postgis, postgres  # noqa: F401  (fixtures)

_REFUSED = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"}


class NetworkInTest(AssertionError):
    """A test tried to reach a network."""


def _refuse(event: str, args: tuple[object, ...]) -> None:
    if event not in _REFUSED:
        return
    if args and isinstance(args[0], socket.socket) and args[0].family == socket.AF_UNIX:
        return
    raise NetworkInTest(f"{event} {args[1:] if len(args) > 1 else args}: tests run without a network")


sys.addaudithook(_refuse)

# Where a shell started the tests in the background, Ctrl-C is ignored, by the programs under test as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def isolated() -> bool:
    """Whether this process, and so each of its children, has no network interface but loopback."""
    return {name for _, name in socket.if_nameindex()} <= {"lo", "lo0"}


def pytest_report_header() -> str:
    if isolated():
        return "network: none (a network namespace of its own, children included)"
    return "network: refused in the test process; its children are not guarded (see OFFLINE in the Makefile)"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a developer has set must not decide whether a test passes."""
    for name in (
        "CI",
        "NO_COLOR",
        "FORCE_COLOR",
        "COLUMNS",
        "PYTHONPATH",
        "PYTHONHASHSEED",
        "GITHUB_ACTIONS",
    ):
        monkeypatch.delenv(name, raising=False)
    yield
