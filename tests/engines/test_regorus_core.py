from __future__ import annotations

import pytest

from kfm_gates.engines.policy_file import PolicyFile
from kfm_gates.engines.regorus_core import RegorusCore, explain
from kfm_gates.errors import EngineError

from .rego_samples import BODY, DATA, HEAD, policy


@pytest.mark.parametrize(
    "package", ["kfm_data.rights.license", "rights.license", "kfm", "kfmx.rights.license"]
)
def test_packages_that_meet_the_data_root_or_leave_the_own_root_are_refused(package: str) -> None:
    head = HEAD.replace("package kfm.rights.license", f"package {package}")
    with pytest.raises(EngineError, match=r"must lie under `kfm\.`|the package is"):
        RegorusCore([policy(head=head)], DATA)


@pytest.mark.parametrize(
    "text", ["", "# METADATA\n", "\ufeff" + HEAD + BODY, HEAD + BODY + "deny[x] { x := 1 }\n"]
)
def test_text_that_is_no_policy_is_refused_with_its_file(text: str) -> None:
    with pytest.raises(EngineError, match=r"^rego/rights/license\.rego:"):
        RegorusCore([PolicyFile("rego/rights/license.rego", text)], DATA)


def test_two_files_for_one_package_are_refused() -> None:
    with pytest.raises(EngineError, match="is that of"):
        RegorusCore([policy(), policy(path="more/Rights/license.rego")], DATA)


def test_explain_cuts_excerpt_and_backtrace() -> None:
    text = "\n--> a.rego:2:33\n  |\n2 | x\n  | ^\nerror: no good\n\nStack backtrace:\n 0: error: frame"
    assert explain(RuntimeError(text)) == "a.rego:2:33: no good"
    assert explain(BaseException()) == "BaseException"
