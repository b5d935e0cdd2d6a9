"""The table of licences: every address in it is one that is found, and no other is."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.checks.pack import HOUSE, tables
from kfm_gates.facts.licence_expressions import read_expression
from kfm_gates.facts.licence_table import LicenceTable, normal, plain_address
from tests.facts.on_trees import facts
from tests.support.judging import kansas
from tests.support.repository import checks

ROWS: dict[str, Any] = tables((HOUSE,))["licences"]
SETTINGS = checks()["rights.license"].about.settings


@pytest.fixture(scope="module")
def table() -> LicenceTable:
    return facts(kansas()).get(LicenceTable)


@pytest.mark.parametrize("name", ROWS)
def test_each_row_is_a_licence_as_spdx_spells_it(name: str) -> None:
    assert read_expression(name).canonical == name
    assert sorted(ROWS[name]) == ["addresses", "attribution"]
    assert isinstance(ROWS[name]["attribution"], bool)


def test_no_address_stands_for_two_licences() -> None:
    found = [address for row in ROWS.values() for address in row["addresses"]]
    assert len(set(found)) == len(found) > 60


def test_every_address_is_found_with_scheme_and_slash(table: LicenceTable) -> None:
    for name, row in ROWS.items():
        for address in row["addresses"]:
            for written in (f"https://{address}", f"http://{address}/", f"https://www.{address}"):
                assert table.of_address(written) == name, written


@pytest.mark.parametrize("setting", ["allowed", "refused"])
def test_every_licence_of_the_settings_is_spelled_as_spdx_spells_it(setting: str) -> None:
    assert [each for each in SETTINGS[setting].default if read_expression(each).canonical != each] == []


def test_every_allowed_licence_is_in_the_table_and_none_is_refused() -> None:
    allowed, refused = SETTINGS["allowed"].default, SETTINGS["refused"].default
    assert set(allowed) <= set(ROWS)
    assert not set(allowed) & set(refused)


@pytest.mark.parametrize(
    ("address", "licence"),
    [
        ("https://spdx.org/licenses/ISC", "ISC"),
        ("http://spdx.org/licenses/ISC", "ISC"),
        ("https://spdx.org/licenses/ISC.html", "ISC"),
        ("https://spdx.org/licenses/EUPL-1.2", "EUPL-1.2"),
        ("https://creativecommons.org/licenses/by/4.0/deed.de", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by/4.0/legalcode", "CC-BY-4.0"),
        ("https://CreativeCommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0"),
        ("http://publications.europa.eu/resource/authority/licence/CC_BY_4_0", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by-nc/4.0/", "CC-BY-NC-4.0"),
    ],
)
def test_addresses_that_people_write(table: LicenceTable, address: str, licence: str) -> None:
    assert table.of_address(address) == licence


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ISC",
        "spdx.org/licenses/ISC",
        "ftp://spdx.org/licenses/ISC",
        "https://spdx.org/licenses/isc",
        "https://spdx.org/licenses/",
        "https://spdx.org/licenses/ISC OR MIT",
        "https://spdx.org/licenses/ISC%20OR%20MIT",
        "https://spdx.org/licenses/ISC?x=1",
        "https://spdx.org/licenses/ISC#MIT",
        "https://spdx.org/licenses/preview/ISC",
        "https://spdx.org.example.org/licenses/ISC",
        "https://example.org/spdx.org/licenses/ISC",
        "https://spdx.org@example.org/licenses/ISC",
        "https://creativecommons.org/licenses/by/",
        "https://creativecommons.org/licenses/by/9.0/",
        "https://creativecommons.org/licenses/BY/4.0/",
        "https://example.org/licenses/by/4.0/deed",
    ],
)
def test_no_other_address_stands_for_a_licence(table: LicenceTable, address: str) -> None:
    assert table.of_address(address) == ""


def test_plain_addresses() -> None:
    assert plain_address("HTTPS://WWW.Example.ORG/A/b//") == "example.org/A/b"
    assert plain_address("https://example.org") == "example.org"
    assert plain_address("https://example.org/a b") == ""


def test_normal_form_of_what_is_no_expression_is_empty() -> None:
    assert normal("various") == ""
