"""Running some of many like cases by default, and all of them with the slow tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest


def some(cases: Mapping[str, Any] | Collection[Any], fast: Collection[str]) -> list[Any]:
    """Parameters by name, of which those not in `fast` are marked slow. A tuple gives several arguments."""
    named = cases if isinstance(cases, Mapping) else {str(case): case for case in cases}
    unknown = set(fast) - set(named)
    if unknown:
        raise LookupError(f"there is no case {sorted(unknown)}")
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            id=name,
            marks=() if name in fast else pytest.mark.slow,
        )
        for name, case in named.items()
    ]
