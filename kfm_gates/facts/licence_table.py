"""What stands for a licence in the catalogs: SPDX expressions, and the addresses that the table `licences` knows.

An address is compared without scheme, `www.` and the last slash, and at Creative Commons without the page
(`deed`, `legalcode`) and its language. The addresses of SPDX itself need no table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kfm_gates.facts.container import provides
from kfm_gates.facts.given import Tables
from kfm_gates.facts.licence_expressions import NoExpression, read_expression
from kfm_gates.model.finding import Json

_ADDRESS = re.compile(r"https?://(?:www\.)?([^/?#\s]+)(/[^?#\s]*)?", re.IGNORECASE)
_CC_PAGE = re.compile(r"/(?:deed|legalcode)(?:\.[A-Za-z_-]+)?\Z")
_SPDX = re.compile(r"spdx\.org/licenses/([^/]+?)(?:\.html|\.json|\.txt)?")


@dataclass(frozen=True)
class LicenceTable:
    """The known addresses, as they are compared, and the SPDX identifier of each."""

    addresses: Mapping[str, str]

    def of_address(self, address: str) -> str:
        """The SPDX identifier that an address stands for, empty when it stands for none that is known."""
        plain = plain_address(address)
        spdx = _SPDX.fullmatch(plain)
        if spdx is None:
            return self.addresses.get(plain, "")
        name = normal(spdx[1])
        return name if name == spdx[1] else ""


@provides(shared=True)
def licence_table(tables: Tables) -> LicenceTable:
    """Turn the pack's table round, from licence → addresses to address → licence."""
    table: Json = tables.table("licences")
    return LicenceTable({each: name for name, licence in table.items() for each in licence["addresses"]})


def plain_address(address: str) -> str:
    """An http(s) address as the table has it; empty for anything else, and for one with query or fragment."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return ""
    host, path = match[1].lower(), match[2] or ""
    if host == "creativecommons.org":
        path = _CC_PAGE.sub("", path)
    return host + path.rstrip("/")


def normal(text: str) -> str:
    """The normal form of an SPDX expression, empty when the text is none."""
    try:
        return read_expression(text).normal
    except NoExpression:
        return ""
