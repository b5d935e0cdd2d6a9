"""SPDX expressions: what is one, how SPDX spells it, and what a user may choose from it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from kfm_gates.facts.licence_expressions import NoExpression, Term, read_expression


@pytest.mark.parametrize(
    ("text", "canonical", "well_spelled"),
    [
        ("ISC", "ISC", True),
        ("isc", "ISC", False),
        ("MIT OR ISC", "MIT OR ISC", True),
        ("  MIT   OR ISC ", "MIT OR ISC", True),
        ("( MIT OR ISC )", "(MIT OR ISC)", True),
        ("MIT or ISC", "MIT OR ISC", False),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception", True),
        ("Apache-2.0 with llvm-exception", "Apache-2.0 WITH LLVM-exception", False),
        ("ODbL-1.0+", "ODbL-1.0+", True),
        ("LicenseRef-Kansas-1", "LicenseRef-Kansas-1", True),
    ],
)
def test_spelling(text: str, canonical: str, well_spelled: bool) -> None:
    found = read_expression(text)
    assert (found.canonical, found.well_spelled) == (canonical, well_spelled)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not built as SPDX says"),
        (" ", "not built as SPDX says"),
        ("MIT AND", "not built as SPDX says"),
        ("(MIT", "not built as SPDX says"),
        ("MIT ISC", "not built as SPDX says"),
        ("MIT/ISC", "no licence 'mit/isc'"),
        ("CC-BY", "no licence 'cc-by'"),
        ("NOASSERTION", "no licence 'noassertion'"),
        ("MIT OR NONE", "no licence 'none'"),
        ("MIT WITH ISC", "no exception 'isc'"),
        ("\u212ait-1.0", "no licence"),
        ("MIT\x00", "no licence"),
        ("https://spdx.org/licenses/MIT", "no licence"),
        ("(" * 400 + "MIT" + ")" * 400, "SPDX says"),
        ("MIT OR " * 200 + "MIT", "longer than 1000 characters"),
        (
            " AND ".join(
                [
                    "(MIT OR ISC OR 0BSD)",
                    "(CC0-1.0 OR PDDL-1.0 OR ODbL-1.0)",
                    "(OGL-UK-3.0 OR NLOD-2.0 OR etalab-2.0)",
                    "(CC-BY-4.0 OR CC-BY-3.0 OR CC-BY-2.0)",
                ]
            ),
            "more than 64 alternatives",
        ),
    ],
)
def test_what_is_no_expression_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(NoExpression, match=why):
        read_expression(text)


def alternatives(text: str) -> list[list[str]]:
    return [[term.text for term in each] for each in read_expression(text).alternatives]


def test_or_joins_alternatives_and_combines_them() -> None:
    assert alternatives("MIT") == [["MIT"]]
    assert alternatives("MIT AND ISC") == [["ISC", "MIT"]]
    assert alternatives("MIT OR ISC") == [["MIT"], ["ISC"]]
    assert alternatives("MIT OR ISC AND 0BSD") == [["MIT"], ["0BSD", "ISC"]]
    assert alternatives("(MIT OR ISC) AND 0BSD") == [["0BSD", "MIT"], ["0BSD", "ISC"]]


def test_a_term_has_its_licence_without_what_is_added() -> None:
    ((found,),) = read_expression("Apache-2.0+ WITH LLVM-exception").alternatives
    assert found == Term("Apache-2.0+ WITH LLVM-exception", "Apache-2.0", "LLVM-exception")


@pytest.mark.parametrize(
    "same",
    [
        ("MIT OR ISC", "ISC OR MIT", "isc or (mit)"),
        ("MIT AND ISC", "ISC AND MIT AND MIT"),
        ("0BSD AND (MIT OR ISC)", "MIT AND 0BSD OR 0BSD AND ISC"),
    ],
)
def test_what_means_the_same_has_one_normal_form(same: tuple[str, ...]) -> None:
    assert len({read_expression(each).normal for each in same}) == 1


def test_what_means_something_else_has_another() -> None:
    texts = ["MIT", "MIT AND ISC", "MIT OR ISC", "MIT+", "MIT WITH LLVM-exception"]
    assert len({read_expression(each).normal for each in texts}) == len(texts)


def test_the_normal_form_is_an_expression_that_means_the_same() -> None:
    once = read_expression("(MIT OR ISC) AND 0BSD").normal
    assert read_expression(once).normal == once


def test_an_expression_that_repeats_itself_is_read_to_its_end() -> None:
    assert alternatives(" AND ".join(["(MIT OR ISC)"] * 58)) == [["MIT"], ["ISC", "MIT"], ["ISC"]]


def test_nothing_is_loaded_before_the_first_expression() -> None:
    code = (
        "import json, sys, kfm_gates.facts.all_named;"
        "print(json.dumps([n for n in sys.modules if n in ('license_expression', 'packaging.licenses')]))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
