"""Questions with known answers that the SHACL engine must get right before it judges anything."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.engines import shacl_core
from kfm_gates.engines.lint_problem import refuse
from kfm_gates.engines.shape_lint import lint_shapes
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

_PREFIXES = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix t: <urn:t:> .\n"
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
)


@dataclass(frozen=True)
class Question:
    """One property constraint on `t:p` of the `t:T` node; `results` wanted, or the words of the refusal."""

    name: str
    constraint: str
    node: Json
    results: int | str

    def ask(self) -> tuple[int, int]:
        """The numbers of results and of focus nodes. Raises EngineError when the shapes are refused."""
        shape = f"sh:targetClass t:T ; sh:property [ sh:path t:p ; {self.constraint} ]"
        text = f"{_PREFIXES}t:S a sh:NodeShape ; {shape} .\n"
        shapes = shacl_core.ShapeFile("known.ttl", shacl_core.parse_turtle("known.ttl", text))
        refuse(lint_shapes("known.ttl", text, shapes.graph))
        document = {
            "@context": {"t": "urn:t:", "xsd": "http://www.w3.org/2001/XMLSchema#"},
            "@graph": [{"@id": "urn:t:n", "@type": "t:T", **self.node}],
        }
        answer = shacl_core.validate({"known": document}, [shapes])
        return len(answer.results), answer.focus_counts["known.ttl"]["urn:t:S"]


def _typed(text: str, datatype: str) -> Json:
    return {"@value": text, "@type": f"xsd:{datatype}"}


def _lang(text: str) -> Json:
    return {"@value": text, "@language": "en"}


QUESTIONS: tuple[Question, ...] = (
    Question("an absent value is found", "sh:minCount 1", {}, 1),
    Question("a present value passes", "sh:minCount 1", {"t:p": "x"}, 0),
    Question("a second value is found", "sh:maxCount 1", {"t:p": ["x", "y"]}, 1),
    Question("a wrong datatype is found", "sh:datatype xsd:dateTime", {"t:p": "2020-01-01"}, 1),
    Question(
        "an ill-typed literal is found", "sh:datatype xsd:hexBinary", {"t:p": _typed("zz", "hexBinary")}, 1
    ),
    Question(
        "a derived datatype stays",
        "sh:datatype xsd:nonNegativeInteger",
        {"t:p": _typed("64", "nonNegativeInteger")},
        0,
    ),
    Question("literals keep their spelling", 'sh:pattern "^007$"', {"t:p": _typed("007", "integer")}, 0),
    Question("a pattern is held", 'sh:pattern "^[0-9a-f]{4}$"', {"t:p": "00FF"}, 1),
    Question("an unlisted value is found", "sh:in ( t:a t:b )", {"t:p": {"@id": "t:c"}}, 1),
    Question("a literal is no IRI", "sh:nodeKind sh:IRI", {"t:p": "urn:t:a"}, 1),
    Question("a doubled language is found", "sh:uniqueLang true", {"t:p": [_lang("a"), _lang("b")]}, 1),
    Question("a misspelt constraint is refused", "sh:minCuont 1", {}, "sh:minCuont"),
    Question("SPARQL is refused", 'sh:sparql [ sh:select "SELECT $this {}" ]', {}, "sh:sparql"),
    Question("a boolean in figures is refused", 'sh:uniqueLang "1"^^xsd:boolean', {}, "true or false"),
    Question("a slow pattern is refused", 'sh:pattern "^(a+)+$"', {}, "repeats a repetition"),
)


def prove(questions: tuple[Question, ...] = QUESTIONS) -> None:
    """Ask everything. Raises EngineError that names each question with a wrong answer."""
    wrong = [question.name for question in questions if not _right(question)]
    if wrong:
        raise EngineError(f"The SHACL engine failed its known-answer tests: {'; '.join(wrong)}.")


def _right(question: Question) -> bool:
    try:
        results, focus_nodes = question.ask()
    except EngineError as error:
        return isinstance(question.results, str) and question.results in str(error)
    return results == question.results and focus_nodes == 1
