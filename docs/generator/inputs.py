"""The schema of what rules in Rego get, for every rule of the built-in profiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kfm_gates.checks.rego_input import published
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.profile import built_in_profiles
from kfm_gates.judge.suite import assemble


def rego_inputs() -> dict[str, Any]:
    """One schema with a definition per evidence name and per rule."""
    suites = [assemble(Configuration(Path()), name) for name in built_in_profiles()]
    return published({rule.about.id: rule.form for suite in suites for rule in suite.rules})
