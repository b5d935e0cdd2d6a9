"""RFC 6962 tree heads and proofs: the reference roots, all small trees, and mutations."""

import hashlib

import pytest

from kfm_gates.evidence.merkle import (
    CompactRange,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_inclusion,
)

# The reference leaves and roots of the certificate-transparency project.
LEAVES = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
EXHAUSTIVE = 40


def _head(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(_head(leaves[:k]), _head(leaves[k:]))


def _path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    if m < k:
        return [*_path(m, leaves[:k]), _head(leaves[k:])]
    return [*_path(m - k, leaves[k:]), _head(leaves[:k])]


def test_reference_roots() -> None:
    assert root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for size, expected in enumerate(ROOTS, start=1):
        assert root(LEAVES[:size]).hex() == expected


def test_heads_and_proofs_of_all_small_trees() -> None:
    leaves = [b"leaf %d" % number for number in range(EXHAUSTIVE)]
    tree = CompactRange()
    for size in range(1, EXHAUSTIVE + 1):
        tree.append(leaves[size - 1])
        part = leaves[:size]
        head = _head(part)
        assert (tree.size, tree.root(), root(iter(part))) == (size, head, head)
        for index in range(size):
            proof = inclusion_proof(part, index)
            assert proof == _path(index, part)
            assert verify_inclusion(part[index], index, size, proof, head)


def test_every_change_of_a_proof_is_refused() -> None:
    for size in range(1, 12):
        leaves = [b"%d" % number for number in range(size)]
        head = root(leaves)
        for index in range(size):
            proof = inclusion_proof(leaves, index)
            leaf = leaves[index]
            assert not verify_inclusion(leaf + b"x", index, size, proof, head)
            assert not verify_inclusion(leaf, index, size, [*proof, b"\0" * 32], head)
            assert not verify_inclusion(leaf, index, size, proof, b"\0" * 32)
            assert not verify_inclusion(leaf, index, size, proof, b"")
            for other in range(-1, size + 1):
                if other != index:
                    assert not verify_inclusion(leaf, other, size, proof, head)
            for step in range(len(proof)):
                assert not verify_inclusion(leaf, index, size, proof[:step] + proof[step + 1 :], head)
                assert not verify_inclusion(
                    leaf, index, size, [*proof[:step], b"\0" * 32, *proof[step + 1 :]], head
                )
                assert not verify_inclusion(
                    leaf, index, size, [*proof[:step], proof[step][:-1], *proof[step + 1 :]], head
                )


def test_leaves_and_nodes_can_not_be_mistaken_for_each_other() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert root([left + right]) != root([b"a", b"b"])
    assert leaf_hash(b"\x01" + left + right) != node_hash(left, right)


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        inclusion_proof([b"a", b"b", b"c"], index)


def test_memory_grows_with_the_logarithm() -> None:
    tree = CompactRange()
    for number in range(5_000):
        tree.append(b"%d" % number)
        assert len(tree._peaks) == tree.size.bit_count()
