"""What conftest is asked: one generated rule per policy, which reports what the policy says of an input.

By itself conftest reads `deny` alone, passes over what it does not understand there, and rounds the numbers of the
input. The generated rule gives the whole answer as one message: whether `allow` is defined and what it is, what
kind of value `deny` is and all that is in it, and the input's own mark, so that an answer to another question is
noticed. The input comes as text, so that each number stays what it was.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from kfm_gates.engines.interface import RegoAnswer
from kfm_gates.engines.policy_file import PolicyFile
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

BRIDGE = "kfm_gates_bridge"
MESSAGE = "kfm_gates_answer"
_HEAD = f"package {BRIDGE}\n"
NONCE_KEY, TEXT_KEY, PACKAGE_KEY = "kfm_gates_nonce", "kfm_gates_text", "kfm_gates_package"
_PACKAGE = re.compile(r"^package[ \t]+(\S+)[ \t]*(?:#.*)?$", re.MULTILINE)
_DENY = re.compile(r"^[ \t]*deny[ \t]+contains\b", re.MULTILINE)


@dataclass(frozen=True)
class Asked:
    """One question as it is written to a file, and the mark that its answer must bear."""

    package: str
    nonce: str
    text: str
    rounded: bool
    """Whether conftest, reading the file, shows a number in another form than it has."""


def asked(package: str, input: Json) -> Asked:
    """A question; raises EngineError for an input that is no JSON object, or that no JSON text can hold."""
    if not isinstance(input, dict) or not {NONCE_KEY, TEXT_KEY, PACKAGE_KEY}.isdisjoint(input):
        raise EngineError(
            f"{package}: a Rego input must be a JSON object without the keys {NONCE_KEY} and such."
        )
    nonce = secrets.token_hex(8)
    try:
        plain = plain_numbers(input)
        text = json.dumps(plain, allow_nan=False, ensure_ascii=False)
        marked = {**plain, NONCE_KEY: nonce, TEXT_KEY: text, PACKAGE_KEY: package}
        whole = json.dumps(marked, allow_nan=False, ensure_ascii=False)
        whole.encode("utf-8")
    except (ValueError, TypeError, RecursionError) as error:
        raise EngineError(
            f"{package}: the input can't be written as JSON ({type(error).__name__})."
        ) from error
    return Asked(package, nonce, whole, _rounded(input))


def plain_numbers(value: Json) -> Json:
    """The same value with 2.0 written as 2: OPA prints a number as it was written, regorus does not."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {key: plain_numbers(each) for key, each in value.items()}
    return [plain_numbers(each) for each in value] if isinstance(value, list) else value


def bridge(packages: Iterable[str]) -> str:
    """The generated policy that reports for these packages."""
    return f"{_HEAD}\nasked := json.unmarshal(input.{TEXT_KEY})\n" + "".join(map(_report, packages))


def bridge_of_tests(package: str, names: Iterable[str]) -> str:
    """The generated policy that reports of tests; what a test is, stands as `allow`."""
    return _HEAD + "".join(_rule(name, f"data.{package}.{name}", '[["set", set()]]') for name in names)


def _report(package: str) -> str:
    # The kind of `deny` is told, since a set becomes a list in JSON.
    deny = f"[[type_name(value), value] | value := data.{package}.deny with input as asked]"
    return _rule(package, f"data.{package}.allow with input as asked", deny)


def _rule(key: str, allow: str, deny: str) -> str:
    # Each part is a list: empty is undefined.
    return f"""
warn contains {{"msg": "{MESSAGE}", "answer": json.marshal(answer)}} if {{
	input.{PACKAGE_KEY} == "{key}"
	answer := {{
		"seen": [value | value := input.{NONCE_KEY}],
		"allow": [value | value := {allow}],
		"deny": {deny},
	}}
}}
"""


def deny_rules(policy: PolicyFile) -> int:
    """How many rules conftest must count; raises EngineError for a policy of another package."""
    declared = _PACKAGE.findall(policy.text)
    if declared[:1] != [policy.package]:
        said = declared[0] if declared else "none"
        raise EngineError(
            f"{policy.path}: the package is {said}; its place demands the package {policy.package}."
        )
    return len(_DENY.findall(policy.text))


def read(path: str, question: Asked, answer: Json) -> RegoAnswer:
    """What the generated rule reported, as an answer; raises EngineError for anything else."""
    try:
        said = json.loads(answer)
        seen, allow, deny = said["seen"], said["allow"], said["deny"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise EngineError(f"{path}: conftest gave no answer that can be read.") from error
    if seen != [question.nonce]:
        raise EngineError(f"{path}: conftest did not see the input that it was given.")
    if len(deny) != 1 or deny[0][0] != "set" or not isinstance(deny[0][1], list):
        kind = deny[0][0] if deny else "undefined"
        raise EngineError(f"{path}: `deny` must be a set; conftest gave what is {kind}.")
    if allow and not (len(allow) == 1 and isinstance(allow[0], bool)):
        raise EngineError(f"{path}: `allow` must be true or false; conftest gave {str(allow)[:80]}.")
    return RegoAnswer(allow[0] if allow else None, tuple(deny[0][1]))


def _rounded(value: Json) -> bool:
    """Whether a number is shown by conftest with an exponent, or is not one that a float can be."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return value != 0 and not 1e-4 <= abs(value) < 1e6
    if isinstance(value, dict):
        return any(map(_rounded, value.values()))
    return isinstance(value, list) and any(map(_rounded, value))
