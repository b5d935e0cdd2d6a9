from __future__ import annotations

import pytest

from kfm_gates.engines.rego_metadata import RuleMetadata, Setting, read_metadata
from kfm_gates.errors import EngineError

from .rego_samples import BODY, HEAD, PATH


def test_all_is_read() -> None:
    assert read_metadata(PATH, HEAD + BODY) == RuleMetadata(
        title="The license is on the list",
        description="Deny a version whose license is not on the list of licenses.",
        evidence=("spec",),
        serves=("R-133",),
        settings={"licenses": Setting(["CC-BY-4.0"], "fewer")},
        needs=("rights.attribution",),
        severity="high",
        remediation="Use a license of the list.",
        owner="rights-stewards",
    )


def test_a_day_may_be_named_from_which_it_is_in_force() -> None:
    text = HEAD.replace("#   owner:", "#   effective_on: 2027-01-01\n#   owner:", 1)
    assert read_metadata(PATH, text + BODY).effective_on == "2027-01-01"
    assert read_metadata(PATH, HEAD + BODY).effective_on == ""


def test_a_turtle_file_has_the_same_form() -> None:
    text = HEAD.split("package")[0] + "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    assert read_metadata("shapes/catalog/dcat.ttl", text).evidence == ("spec",)


def test_a_switch_is_off_and_can_only_be_turned_on() -> None:
    text = HEAD.replace("{default: [CC-BY-4.0], stricter: fewer}", "{default: false, stricter: higher}", 1)
    assert read_metadata(PATH, text + BODY).settings == {"licenses": Setting(False, "higher")}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("# METADATA", "# METADTA", "exactly one"),
        ("# METADATA", "# METADATA\n# METADATA", "exactly one"),
        ("# METADATA", "import rego.v1\n# METADATA", "first thing"),
        ("package", "\npackage", "directly above"),
        ("#   evidence: [spec]\n", "", "lacks evidence"),
        ("[spec]", "[]", "at least 1"),
        ("[spec]", "[Spec]", "form"),
        ("[spec]", "[spec, spec]", "twice"),
        ("[R-133]", "[R-13]", "form"),
        ("[rights.attribution]", "[rights]", "form"),
        ("severity: high", "severity: huge", "one of"),
        ("severity: high", "severty: high", "unknown key severty"),
        ("title: The", "titel: The", "lacks title"),
        ("fewer", "less", "stricter"),
        ("fewer", "lower", "must be a number"),
        ("[CC-BY-4.0]", "CC-BY-4.0", "must be a list"),
        ("{default: [CC-BY-4.0], stricter: fewer}", "{default: true, stricter: higher}", "off by default"),
        ("{default: [CC-BY-4.0], stricter: fewer}", "{default: false, stricter: lower}", "off by default"),
        ("custom:", "custom: [", "YAML"),
        ("severity: high", "effective_on: 2027-02-30", "a day such as"),
        ("severity: high", "effective_on: 2027-1-1", "a day such as"),
        ("severity: high", "effective_on: 20270101", "a day such as"),
        ("severity: high", "effective_on: 2027", "a day such as"),
        ("severity: high", "effective_on: ''", "a day such as"),
        ("severity: high", "effective_on: null", "a day such as"),
        ("severity: high", "effective_on: soon", "a day such as"),
        ("severity: high", "effective_on: 2027-01-01T00:00:00Z", "a day such as"),
        ("severity: high", "effective_on: [2027-01-01]", "a day such as"),
        ("severity: high", "effective_from: 2027-01-01", "unknown key effective_from"),
    ],
)
def test_refused(old: str, new: str, words: str) -> None:
    assert old in HEAD
    with pytest.raises(EngineError, match=rf"^rego/rights/license\.rego:\d+: .*{words}"):
        read_metadata(PATH, HEAD.replace(old, new, 1) + BODY)
