"""A policy that is right, to be made wrong in one way per test."""

from __future__ import annotations

from kfm_gates.engines.policy_file import PolicyFile

PATH = "rego/rights/license.rego"
PACKAGE = "kfm.rights.license"
HEAD = """# METADATA
# title: The license is on the list
# description: Deny a version whose license is not on the list of licenses.
# custom:
#   evidence: [spec]
#   settings: {licenses: {default: [CC-BY-4.0], stricter: fewer}}
#   needs: [rights.attribution]
#   serves: [R-133]
#   severity: high
#   remediation: Use a license of the list.
#   owner: rights-stewards
package kfm.rights.license

"""
BODY = """default allow := false

allow if count(deny) == 0

listed(license) if license in data.kfm_data.licenses

deny contains {"at": "spec#/rights/license", "msg": sprintf("%s is not listed", [license])} if {
	license := input.spec.rights.license
	not listed(license)
}

deny contains {"at": "spec#/rights/license", "msg": "there is no license"} if {
	not input.spec.rights.license
}
"""
DATA = {"licenses": ["CC-BY-4.0", "CC0-1.0"]}


def policy(body: str = BODY, head: str = HEAD, path: str = PATH) -> PolicyFile:
    return PolicyFile(path, head + body)


def spec(license: object) -> dict[str, object]:
    return {"spec": {"rights": {"license": license}}}
