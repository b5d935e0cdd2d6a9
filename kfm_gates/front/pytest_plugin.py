"""The pytest plugin: `pytest --kfm-gates [--kfm-target PATH]… [tests]`.

Without the flag it costs nothing: this module imports only pytest, and everything else when it is given.
The gates are judged before pytest imports any conftest.py or test module; when they do not open, none is
imported, and the session shows the gate report instead.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kfm_gates.front.pytest_permit import IssuedPermit

_RECORD = ".kfm-gates/record"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options for the command line; there is no setting in a file that could be removed unnoticed."""
    group = parser.getgroup("kfm-gates", "gates for governed geospatial data")
    group.addoption(
        "--kfm-gates",
        action="store_true",
        default=False,
        help="judge evidence before anything is imported; run the tests only if the gates open",
    )
    group.addoption(
        "--kfm-target",
        action="append",
        default=[],
        metavar="PATH",
        help="evidence root or manifest, best as --kfm-target=PATH; may be repeated (default: `root` of "
        "kfm-gates.toml)",
    )
    group.addoption("--kfm-profile", metavar="P", help="a built-in profile, or a .toml file")
    group.addoption("--kfm-engine", metavar="E", help="what judges rules in Rego: regorus, conftest or both")
    group.addoption("--kfm-config", metavar="FILE", help="instead of the nearest kfm-gates.toml")
    group.addoption(
        "--kfm-record",
        metavar="DIR",
        default=_RECORD,
        help=f"where decision and permit go (default {_RECORD})",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, Any, Any]:
    """Judge before the first conftest.py is imported."""
    asked = early_config.known_args_namespace
    if not asked.kfm_gates:
        if asked.kfm_target or asked.kfm_profile or asked.kfm_config or asked.kfm_record != _RECORD:
            raise pytest.UsageError("kfm-gates: --kfm-… options do nothing without --kfm-gates; add it")
        return (yield)
    from kfm_gates.front.pytest_guard import register
    from kfm_gates.front.pytest_run import begin

    run = begin(early_config, parser, args)
    result = yield
    # Now every initial conftest.py is loaded, so the guard's hooks lie around theirs.
    register(run, early_config.pluginmanager)
    return result


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of builders."""
    config.addinivalue_line(
        "markers",
        "kfm_builder(operation): runs only with a permit for this operation (`build`, `cutover`, …)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Hold back a builder that has no permit, before any of its fixtures runs."""
    marker = item.get_closest_marker("kfm_builder")
    if marker is not None:
        from kfm_gates.front.pytest_permit import hold_back

        hold_back(item.config, marker)


@pytest.fixture(scope="session")
def kfm_permit(pytestconfig: pytest.Config) -> IssuedPermit:
    """The permit that this session's gates yielded: `.path` and the parsed `.permit`. Fails without one."""
    from kfm_gates.front.pytest_permit import issued

    return issued(pytestconfig)
