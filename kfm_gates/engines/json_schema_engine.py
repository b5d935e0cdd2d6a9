"""JSON Schema with jsonschema-rs: known schemas only, `$ref` resolved at the start, formats asserted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfm_gates.engines.guarding import engine_errors
from kfm_gates.engines.interface import SchemaProblem
from kfm_gates.engines.schema_errors import problems_of
from kfm_gates.engines.schema_sources import CORE, vendored
from kfm_gates.errors import EngineError
from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.finding import Json

DRAFTS = ("http://json-schema.org/draft-07/schema", "https://json-schema.org/draft/2020-12/schema")


class JsonSchemaEngine:
    """A `SchemaEngine` over the vendored schemas and `locked`: retrieval URL -> bytes, from the user's lock.

    A lock may replace this package's own renditions of extensions, never STAC core. Every schema is compiled
    at construction, so an unresolvable `$ref` is an EngineError then, not at the first document.
    """

    name = "jsonschema-rs"

    def __init__(self, locked: Mapping[str, bytes] | None = None) -> None:
        sources = vendored()
        for url, raw in (locked or {}).items():
            if url in CORE:
                raise EngineError(
                    f"The schema {url} belongs to STAC core and can't be replaced by a locked one."
                )
            sources[url] = raw
        self._schemas = {url: _schema(url, raw) for url, raw in sources.items()}
        with engine_errors(self.name, "compiling the schemas"):
            self._validators = self._compile()

    @property
    def version(self) -> str:
        """The installed version of jsonschema-rs."""
        from importlib.metadata import version

        return version("jsonschema-rs")

    def knows(self, uri: str) -> bool:
        """Whether the schema at `uri` is vendored or locked."""
        return uri.removesuffix("#") in self._schemas

    def schema(self, uri: str) -> Json:
        """The schema at `uri`. Raises EngineError when it is not known."""
        if not self.knows(uri):
            raise EngineError(f"The schema {uri} is neither vendored nor locked; nothing is fetched.")
        return self._schemas[uri.removesuffix("#")]

    def problems(self, uri: str, instance: Json) -> tuple[SchemaProblem, ...]:
        """See `SchemaEngine.problems`. Raises EngineError for an unknown schema or a failing engine."""
        self.schema(uri)
        validator = self._validators[uri.removesuffix("#")]
        with engine_errors(self.name, f"validating by {uri}"):
            if validator.is_valid(instance):
                return ()
            found = problems_of(list(validator.iter_errors(instance)))
            if not found:
                raise EngineError(f"jsonschema-rs refuses a document by {uri} and gives no reason.")
            return found

    def _compile(self) -> dict[str, Any]:
        import jsonschema_rs

        def refuse(uri: str) -> Json:
            raise EngineError(f"the schema {uri} is referred to and is neither vendored nor locked")

        registry = jsonschema_rs.Registry(list(self._schemas.items()), retriever=refuse)
        validators = {}
        for url, schema in self._schemas.items():
            with engine_errors(self.name, f"compiling the schema {url}"):
                validators[url] = jsonschema_rs.validator_for(
                    schema, registry=registry, base_uri=url, validate_formats=True, offline=True
                )
        return validators


def _schema(url: str, raw: bytes) -> Json:
    """The schema, under the URL where it is retrieved: published files have wrong `$id`s."""
    try:
        schema = parse_json(raw)
    except Malformed as error:
        raise EngineError(f"The schema {url} is not strict JSON: {error}") from error
    draft = schema.get("$schema") if isinstance(schema, dict) else None
    if not isinstance(draft, str) or draft.removesuffix("#") not in DRAFTS:
        raise EngineError(f"The schema {url} must declare draft-07 or 2020-12, not {draft!r}.")
    return {**schema, "$id": url}
