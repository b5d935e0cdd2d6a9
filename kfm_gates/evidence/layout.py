"""Where each kind of evidence lies: path templates and the way back from a path to its kind.

A template is a POSIX path relative to the evidence root. `{name}` stands for one path segment or a part of
one, `*` for one or more characters of a segment, `**` (only as the last segment) for the rest of the path,
one or more segments. Nothing here reads a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from types import MappingProxyType

from kfm_gates.errors import UsageError
from kfm_gates.evidence.overlap import overlapping

KFM_V1: Mapping[str, str] = MappingProxyType(
    {
        "acquisition": "data/raw/{slug}/{acquisition_id}/acquisition.json",
        "terms": "data/raw/{slug}/{acquisition_id}/terms.*",
        "raw_artifact": "data/raw/{slug}/{acquisition_id}/artifacts/**",
        "spec": "data/registry/{slug}/specs/{spec8}.yaml",
        "artifact": "data/processed/{slug}/{version}/artifacts/**",
        "checksums": "data/processed/{slug}/{version}/checksums.json",
        "qa_report": "data/processed/{slug}/{version}/qa/report.json",
        "chunk_report": "data/processed/{slug}/{version}/qa/chunks/*.json",
        "quarantined": "data/quarantine/{slug}/{version}/**",
        "dcat": "data/catalog/{slug}/{version}/dcat.jsonld",
        "stac_collection": "data/catalog/{slug}/{version}/stac/collection.json",
        "stac_item": "data/catalog/{slug}/{version}/stac/items/*.json",
        "prov": "data/catalog/{slug}/{version}/prov.jsonld",
        "receipt": "data/receipts/{slug}/{version}/*.json",
        "policy_decision": "data/decisions/{decision}.json",
        "manifest": "release/manifests/{slug}/{version}.json",
        "plan": "release/plans/{slug}/{version}.yaml",
        "rerun_request": "release/reruns/{slug}/{version}/request.json",
        "rerun_observation": "release/reruns/{slug}/{version}/observation.json",
        "status": "release/status/{slug}/{version}.json",
        "pointer": "release/published/{slug}.json",
        "ledger": "audit/ledger.jsonl",
        "checkpoint": "audit/checkpoint",
        "environment": "environments/{digest}.json",
    }
)

_TOKEN = re.compile(r"\{([^{}]*)\}|(\*+)|([^{}*]+)|(.)", re.DOTALL)
_VARIABLE = re.compile(r"[a-z][a-z0-9_]*\Z")
_VARIABLES = {name: frozenset(re.findall(r"\{(\w+)\}", template)) for name, template in KFM_V1.items()}
# A file that can't be attributed to a dataset version can't be judged with it, so these must stay.
_REQUIRED = frozenset({"slug", "version"})
_REMEMBERED = 10_000
"""How many paths a layout remembers the match of: documents name the same files again and again."""


@dataclass(frozen=True, slots=True)
class Match:
    """A path recognised: the template's name and what its variables stand for in this path."""

    name: str
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Layout:
    """A table of templates; make one with `kfm_v1()` or `of({name: template})`."""

    entries: tuple[tuple[str, str], ...]

    @classmethod
    def kfm_v1(cls) -> Layout:
        """The built-in layout `kfm-v1`."""
        return cls.of({})

    @classmethod
    def of(cls, overrides: Mapping[str, str]) -> Layout:
        """`kfm-v1` with some templates replaced.

        Raises UsageError for an unknown name or variable, a template that is no relative POSIX path, one that
        lost `{slug}` or `{version}`, and two templates that could claim one path with equal right.
        """
        for name, template in overrides.items():
            _check(name, template)
        layout = cls(tuple((name, overrides.get(name, template)) for name, template in KFM_V1.items()))
        rows = [(name, _tokens(name, template)) for name, template in layout.entries]
        for position, (name, tokens) in enumerate(rows):
            for other, other_tokens in rows[position + 1 :]:
                if _weight(tokens) == _weight(other_tokens) and overlapping(tokens, other_tokens):
                    raise UsageError(
                        f"the path templates {name!r} and {other!r} can match the same file "
                        f"and neither is more specific: give one of them a longer fixed part"
                    )
        return layout

    @cached_property
    def templates(self) -> Mapping[str, str]:
        """Name -> template, in the fixed order of the built-in table."""
        return MappingProxyType(dict(self.entries))

    @cached_property
    def _patterns(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        rows = [(name, _tokens(name, template)) for name, template in self.entries]
        rows.sort(key=lambda row: _weight(row[1]), reverse=True)
        return tuple((name, re.compile(_regex(tokens, {}))) for name, tokens in rows)

    def match(self, path: str) -> Match | None:
        """The most specific template (longest fixed part) that `path` fits, or None.

        A path that is absolute, or has an empty, `.` or `..` segment or a backslash, fits none.
        """
        if path not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[path] = self._match(path)
        return self._known[path]

    def _match(self, path: str) -> Match | None:
        if not _is_plain(path):
            return None
        for name, pattern in self._patterns:
            found = pattern.fullmatch(path)
            if found is not None:
                return Match(name, MappingProxyType(found.groupdict()))
        return None

    @cached_property
    def _known(self) -> dict[str, Match | None]:
        return {}

    def path(self, name: str, **variables: str) -> str:
        """The one path of a template without wildcards, e.g. `path("manifest", slug=…, version=…)`."""
        tokens = self._with(name, variables)
        if any(kind == "wild" for kind, _ in tokens):
            raise UsageError(f"the path template {name!r} has a wildcard, so no single path: use glob()")
        missing = sorted({text for kind, text in tokens if kind == "variable"} - variables.keys())
        if missing:
            raise UsageError(f"the path template {name!r} also needs {', '.join(missing)}")
        return "".join(variables[text] if kind == "variable" else text for kind, text in tokens)

    def glob(self, name: str, **variables: str) -> Callable[[str], bool]:
        """A predicate: does a path belong to template `name` (as `match` decides), with these variables?"""
        pattern = re.compile(_regex(self._with(name, variables), variables))

        def belongs(path: str) -> bool:
            if pattern.fullmatch(path) is None:
                return False
            match = self.match(path)
            return match is not None and match.name == name

        return belongs

    def pattern(self, name: str) -> str:
        """A regular expression, without groups that capture, for the paths of a template."""
        return "".join(_plain_regex(kind, text) for kind, text in _tokens(name, self.templates[name]))

    def zones(self) -> tuple[str, ...]:
        """The fixed folders under which every file must fit a template, e.g. `data/raw/`; sorted.

        An empty string means the root itself: a template without a fixed folder claims all of it.
        """
        heads = (re.split(r"[{*]", template, maxsplit=1)[0] for _, template in self.entries)
        return tuple(sorted({head[: head.rfind("/") + 1] for head in heads}))

    def _with(self, name: str, variables: Mapping[str, str]) -> list[tuple[str, str]]:
        """The tokens of a template; refuses unknown variables and values that would leave a segment."""
        if name not in self.templates:
            raise UsageError(f"unknown path template {name!r}{_did_you_mean(name, self.templates)}")
        for key, value in variables.items():
            if key not in _VARIABLES[name]:
                known = ", ".join(sorted(_VARIABLES[name])) or "none"
                raise UsageError(f"the path template {name!r} has no variable {key!r}; it has: {known}")
            if not value or value in (".", "..") or "/" in value or "\\" in value or "\0" in value:
                raise UsageError(f"{key} = {value!r} can't be part of the path of {name!r}")
        return _tokens(name, self.templates[name])


def _check(name: str, template: str) -> None:
    if name not in KFM_V1:
        raise UsageError(f"unknown path template {name!r}{_did_you_mean(name, KFM_V1)}")
    if not isinstance(template, str) or not _is_plain(template):
        raise UsageError(
            f"the path template {name!r} must be a relative POSIX path without '..', not {template!r}"
        )
    variables = {text for kind, text in _tokens(name, template) if kind == "variable"}
    for variable in sorted(variables - _VARIABLES[name]):
        raise UsageError(
            f"the path template {name!r} uses the unknown variable {{{variable}}}"
            f"{_did_you_mean(variable, _VARIABLES[name])}"
        )
    lost = sorted((_VARIABLES[name] & _REQUIRED) - variables)
    if lost:
        raise UsageError(f"the path template {name!r} must hold {{{lost[0]}}}, to which its files belong")


def _tokens(name: str, template: str) -> list[tuple[str, str]]:
    """Split into (kind, text): ("literal", text), ("variable", name) or ("wild", "*" | "**")."""
    tokens: list[tuple[str, str]] = []
    for found in _TOKEN.finditer(template):
        variable, stars, literal, stray = found.groups()
        if stray is not None or (variable is not None and not _VARIABLE.match(variable)):
            raise UsageError(f"the path template {name!r} has a brace that opens no variable: {template!r}")
        if stars is not None:
            whole_tail = found.end() == len(template) and template[: found.start()].endswith("/")
            if stars not in ("*", "**") or (stars == "**" and not whole_tail):
                raise UsageError(
                    f"'**' may only be the last segment of the path template {name!r}: {template!r}"
                )
            tokens.append(("wild", stars))
        else:
            tokens.append(("variable", variable) if variable is not None else ("literal", literal))
    return tokens


def _weight(tokens: list[tuple[str, str]]) -> int:
    return sum(len(text) for kind, text in tokens if kind == "literal")


def _regex(tokens: list[tuple[str, str]], values: Mapping[str, str]) -> str:
    parts: list[str] = []
    seen: set[str] = set()
    for kind, text in tokens:
        if kind != "variable":
            parts.append(_plain_regex(kind, text))
        elif text in values:
            parts.append(re.escape(values[text]))
        else:
            parts.append(f"(?P={text})" if text in seen else f"(?P<{text}>[^/]+)")
            seen.add(text)
    return "".join(parts)


def _plain_regex(kind: str, text: str) -> str:
    if kind == "literal":
        return re.escape(text)
    return r"[^/]+(?:/[^/]+)*" if text == "**" else r"[^/]+"


def _is_plain(path: str) -> bool:
    bad_segment = any(segment in ("", ".", "..") for segment in path.split("/"))
    return not (bad_segment or "\\" in path or "\0" in path)


def _did_you_mean(name: str, known: Mapping[str, str] | frozenset[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f": did you mean {close[0]!r}?" if close else f"; known are: {', '.join(sorted(known)) or 'none'}"
