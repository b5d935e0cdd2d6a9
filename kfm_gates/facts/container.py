"""How documents and facts reach a check: by the type that its parameters name.

A provider is a function whose return annotation is the fact's type and whose parameters name what it
is computed from. Everything is computed at most once per subject; providers marked `shared` once per
root. What can't be provided raises Unmet with the ID of the check that says why, and the check that
asked for it abstains "because" of that one: one cause gives one finding.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kfm_gates.errors import EngineError

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])


class Unmet(Exception):
    """A fact that can't be had; `because` is the ID of the check whose denial explains it."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.because = because


@dataclass(frozen=True)
class Provider:
    """One way to a fact."""

    function: Callable[..., object]
    wants: Mapping[str, Any]
    shared: bool


_PROVIDERS: dict[Any, Provider] = {}


@typing.overload
def provides(function: F) -> F: ...


@typing.overload
def provides(*, shared: bool = False) -> Callable[[F], F]: ...


def provides(function: F | None = None, *, shared: bool = False) -> F | Callable[[F], F]:
    """Register a function as the provider of the type that it returns."""

    def register(provider: F) -> F:
        hints = typing.get_type_hints(provider)
        wants = {name: hints[name] for name in inspect.signature(provider).parameters}
        add_provider(hints["return"], provider, wants, shared=shared)
        return provider

    return register if function is None else register(function)


def add_provider(
    fact: Any, function: Callable[..., object], wants: Mapping[str, Any], *, shared: bool = False
) -> None:
    """Register `function`, called with what `wants` names, as the one provider of `fact`."""
    if fact in _PROVIDERS:
        raise EngineError(f"two providers return {fact}: {_PROVIDERS[fact].function}, {function}")
    _PROVIDERS[fact] = Provider(function, wants, shared)


def provider_of(wanted: Any) -> Provider | None:
    """The provider registered for a type, if any."""
    return _PROVIDERS.get(wanted)


@dataclass
class Facts:
    """The facts about one subject. `given` holds what is not computed: snapshot, layout, engines …"""

    given: Mapping[Any, object]
    shared: dict[Any, object] = field(default_factory=dict)
    _known: dict[Any, object] = field(default_factory=dict)

    def get(self, wanted: type[T]) -> T:
        """The fact of this type; raises Unmet when it can't be had."""
        return typing.cast(T, self.resolve(wanted))

    def resolve(self, wanted: Any) -> object:
        """Like `get`, for any annotation, such as `tuple[Receipt, ...]`."""
        if wanted is Facts:
            return self
        if wanted in self.given:
            return self.given[wanted]
        provider = _PROVIDERS.get(wanted)
        if provider is None:
            raise EngineError(f"nothing provides {wanted}; import the module that does, or add a provider")
        known = self.shared if provider.shared else self._known
        if wanted not in known:
            known[wanted] = self._compute(provider)
        value = known[wanted]
        if isinstance(value, Unmet):
            raise Unmet(value.because)
        return value

    def _compute(self, provider: Provider) -> object:
        try:
            return provider.function(**{name: self.resolve(kind) for name, kind in provider.wants.items()})
        except Unmet as unmet:
            return unmet
