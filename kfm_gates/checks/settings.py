"""Settings of checks, and the one direction in which each may be changed: towards stricter."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from kfm_gates.errors import UsageError


class Stricter(enum.Enum):
    """Which way a setting gets stricter."""

    HIGHER = "higher"
    LOWER = "lower"
    FEWER = "fewer"
    """A list of what is allowed: only a subset is stricter."""
    MORE = "more"
    """A list of what is required or refused: only a superset is stricter."""


@dataclass(frozen=True)
class Setting:
    """One setting of a check; without a direction it can't be overridden at all."""

    default: Any
    stricter: Stricter | None

    def tightened(self, name: str, old: Any, new: Any) -> Any:
        """`new`, if it has the type of the default and is as strict as `old` or stricter."""
        if not _same_type(self.default, new):
            raise UsageError(f"{name} = {new!r}: must be {_type_name(self.default)}")
        if new == old:
            return new
        if self.stricter is None:
            raise UsageError(f"{name}: this setting declares no stricter direction, so it can't be changed")
        if not self._is_stricter(old, new):
            raise UsageError(
                f"{name} = {new!r} is weaker than {old!r}: it can only be made stricter ({self.stricter.value})"
            )
        return new

    def _is_stricter(self, old: Any, new: Any) -> bool:
        match self.stricter:
            case Stricter.HIGHER:
                return bool(new > old)
            case Stricter.LOWER:
                return bool(new < old)
            case Stricter.FEWER:
                return set(new) < set(old)
            case _:
                return set(new) > set(old)


def configured(
    check: str,
    settings: Mapping[str, Setting],
    changes: Mapping[str, Any],
    values: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The values of a check's settings after `changes`; raises UsageError for a weaker or unknown one."""
    result = {name: setting.default for name, setting in settings.items()} if values is None else dict(values)
    for name, new in changes.items():
        if name not in settings:
            close = get_close_matches(name, settings, n=1)
            known = ", ".join(sorted(settings)) or "none"
            meant = f" (did you mean {close[0]!r}?)" if close else ""
            raise UsageError(f"{check}: unknown setting {name!r}{meant}; known: {known}")
        result[name] = settings[name].tightened(f"{check}.{name}", result[name], new)
    return result


def _same_type(default: Any, value: Any) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, int | float):
        return isinstance(value, int | float)
    if isinstance(default, list | tuple):
        return (
            isinstance(value, list | tuple) and all(isinstance(each, str) for each in value) and bool(value)
        )
    return isinstance(value, type(default))


def _type_name(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "a list of texts that is not empty" if isinstance(value, list | tuple) else "a text"
