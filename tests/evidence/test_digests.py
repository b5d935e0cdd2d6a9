"""Digests and their spellings."""

import hashlib

import pytest

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.digests import hex_of, is_digest, normalise, sha256

HEX = hashlib.sha256(b"abc").hexdigest()
NO_DIGESTS = [
    "",
    HEX,
    f"sha256:{HEX.upper()}",
    f"SHA256:{HEX}",
    f"sha256:{HEX}\n",
    f" sha256:{HEX}",
    f"sha256:{HEX[:-1]}",
    f"sha256:{HEX}0",
    f"sha512:{HEX}",
    f"sha256:{chr(0x660) * 64}",
    None,
    7,
    HEX.encode(),
]


def test_the_digest_of_abc_is_that_of_fips_180() -> None:
    expected = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(b"abc") == expected
    assert is_digest(expected)
    assert hex_of(expected) == expected[7:]


@pytest.mark.parametrize("text", NO_DIGESTS)
def test_only_one_spelling_is_a_digest(text: object) -> None:
    assert not is_digest(text)
    with pytest.raises(EvidenceError, match="sha256:"):
        hex_of(text)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [f"sha256:{HEX}", f"1220{HEX}", HEX, HEX.upper()])
def test_the_three_spellings_mean_the_same(text: str) -> None:
    assert normalise(text) == f"sha256:{HEX}"


@pytest.mark.parametrize(
    "text", [f"1220{HEX.upper()}", f"1114{HEX}", f"12{HEX}", f"{HEX}\n", *(t for t in NO_DIGESTS if t != HEX)]
)
def test_what_is_none_of_them(text: object) -> None:
    assert normalise(text) is None
