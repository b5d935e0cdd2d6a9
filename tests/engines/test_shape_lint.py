from __future__ import annotations

import pytest

from kfm_gates.engines import shacl_known_answers
from kfm_gates.engines.shacl_core import read_shapes
from kfm_gates.errors import EngineError

from .shape_samples import OTHER, SHAPES


@pytest.mark.parametrize("text", [SHAPES, OTHER])
def test_allowed(text: str) -> None:
    assert len(read_shapes("a.ttl", text).graph) > 0


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("sh:targetClass", "sh:targetClas", 12, "`sh:targetClas`"),
        ("sh:targetClass dcat:Dataset ;", "", 11, "no target and no other shape"),
        ("sh:path dct:title ;", "", 13, "exactly one `sh:path`"),
        ("sh:path dct:title ;", "sh:path dct:title, dct:name ;", 13, "exactly one `sh:path`"),
        ("sh:node s:Distribution ;", "", 16, "no other shape uses it"),
        ("sh:uniqueLang true", 'sh:uniqueLang "1"^^xsd:boolean', 13, "must be written true or false"),
        ("sh:uniqueLang true", "sh:maxCount 1.5e", 1, "Turtle"),
        ("sh:uniqueLang true", 'sh:maxCount "x"^^xsd:integer', 13, "not of its datatype"),
        ("sh:uniqueLang true", 'sh:pattern "^(a+)+$"', 13, "repeats a repetition"),
        ("sh:uniqueLang true", 'sh:pattern "("', 13, "not a regular expression"),
        ("sh:uniqueLang true", 'sh:sparql [ sh:select "x" ]', 13, "sh:sparql"),
        ("sh:uniqueLang true", "sh:deactivated true", 13, "sh:deactivated"),
        ("sh:minCount 1 ; sh:uniqueLang true ;", "", 13, "demands nothing"),
        ("s:Dataset a sh:NodeShape", "s:Dataset a sh:NodeShape, rdfs:Class", 11, "class as well"),
        ("s:Dataset a sh:NodeShape ;", "s:Dataset", 11, "not declared as sh:NodeShape"),
        ("s:Dataset a sh:NodeShape", "[] a sh:NodeShape", 1, "must have an IRI"),
        ("s:Dataset a sh:NodeShape", "s:Dataset owl:imports <urn:x> ; a sh:NodeShape", 11, "owl:imports"),
    ],
)
def test_refused(old: str, new: str, line: int, words: str) -> None:
    assert old in SHAPES
    with pytest.raises(EngineError, match=rf"a\.ttl(:\d+)?: .*{words}") as caught:
        read_shapes("a.ttl", SHAPES.replace(old, new, 1))
    if line > 1:
        assert f"a.ttl:{line}:" in str(caught.value)


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_a_file_without_shapes_is_refused(text: str) -> None:
    with pytest.raises(EngineError, match="nothing would ever be judged"):
        read_shapes("a.ttl", text)


@pytest.mark.parametrize("question", shacl_known_answers.QUESTIONS, ids=lambda question: question.name)
def test_the_installed_engine_answers_right(question: shacl_known_answers.Question) -> None:
    shacl_known_answers.prove((question,))


def test_a_wrong_answer_is_an_engine_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def vacuous(self: shacl_known_answers.Question) -> tuple[int, int]:
        return 0, 0

    monkeypatch.setattr(shacl_known_answers.Question, "ask", vacuous)
    with pytest.raises(EngineError) as caught:
        shacl_known_answers.prove()
    assert all(question.name in str(caught.value) for question in shacl_known_answers.QUESTIONS)
