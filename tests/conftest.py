"""No test may reach a network: neither by intent nor because a library thought it helpful."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator

import pytest

from tests.support.conftest_program import NEEDED, real_conftest
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

# Where the tests were started in the background, or by nohup, some signals are ignored, by the programs under test as well.
for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
    if signal.getsignal(ignored) is signal.SIG_IGN:
        signal.signal(ignored, signal.default_int_handler if ignored == signal.SIGINT else signal.SIG_DFL)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests that need the real conftest are skipped without one, unless they were asked for (`make conftest-test`)."""
    if item.get_closest_marker("conftest") is None or real_conftest() is not None:
        return
    if os.environ.get(NEEDED):
        pytest.fail(
            f"conftest is missing, and {NEEDED} is set: `make .venv/bin/conftest` builds it", pytrace=False
        )
    pytest.skip("conftest is missing: `make .venv/bin/conftest` builds it (needs Go)")


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
