"""The published JSON Schemas are current, valid, and of one mind with the models."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kfm_gates.model.base import form_findings
from kfm_gates.model.published import DOCUMENTS, published_schemas, text_of

from .samples import FREE, SAMPLES, sample
from .test_documents import ABSENT, PLACES, changed, is_field

SCHEMAS = published_schemas()
FOLDER = Path(__file__).parents[2] / "docs" / "schemas"


def test_the_published_files_are_current() -> None:
    """If this fails: python -m kfm_gates.model.published docs/schemas"""
    others = {"rego-input.schema.json"}  # made of checks, by docs/generate.py
    published = {path.name for path in FOLDER.iterdir()} - others
    assert {name: (FOLDER / name).read_text(encoding="utf-8") for name in published} == {
        name: text_of(schema) for name, schema in SCHEMAS.items()
    }


def test_one_schema_per_document() -> None:
    assert set(SCHEMAS) == {f"{name}.schema.json" for name in DOCUMENTS}


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_valid_and_self_contained(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"kfm://schemas/{name}"
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    refs = [ref for ref in json.dumps(schema).split('"$ref": "')[1:] if not ref.startswith("#/")]
    assert refs == []
    assert "null" not in json.dumps(_defaults(schema))


def _defaults(schema: Any) -> list[Any]:
    below = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    own = [schema["default"]] if isinstance(schema, dict) and "default" in schema else []
    return own + [default for part in below for default in _defaults(part)]


@pytest.mark.parametrize("name", SAMPLES)
def test_schema_and_model_agree(name: str) -> None:
    """Over every place of the sample: absent, null, empty, wrong type, unknown field."""
    validator = Draft202012Validator(SCHEMAS[f"{name}.schema.json"])
    assert validator.is_valid(sample(name))
    for document, place, _ in PLACES:
        if document != name or place in FREE.get(name, set()):
            continue
        wrongs: list[Any] = [None, "", [], {}, 5.5, "wrong type", True]
        for wrong in wrongs + [ABSENT] * is_field(name, place):
            raw = changed(sample(name), place, wrong)
            assert validator.is_valid(raw) == _accepted(name, raw), (place, wrong)
    assert validator.is_valid(sample(name) | {"unknown": 1}) == _accepted(name, sample(name) | {"unknown": 1})


def _accepted(name: str, raw: Any) -> bool:
    return not form_findings(DOCUMENTS[name], raw, "f.json")[1]


def test_writing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kfm_gates.model.published"]
    subprocess.run([*command, str(tmp_path / "new")], check=True)
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(SCHEMAS)
    assert (tmp_path / "new" / "spec.schema.json").read_text().endswith("}\n")
    refused = subprocess.run(command, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "usage:" in refused.stderr
