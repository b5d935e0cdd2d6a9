"""Merkle tree heads and inclusion proofs of an append-only log (RFC 6962 §2.1, RFC 9162 §2.1.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

DIGEST_SIZE = 32


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf; the prefix 0 keeps leaves and nodes apart."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class CompactRange:
    """A tree head that grows leaf by leaf in O(log n) memory.

    It keeps one hash for each 1 in the binary form of `size`: the perfect trees, largest first.
    """

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add a leaf at the right."""
        peak = leaf_hash(leaf)
        carry = self.size
        while carry & 1:  # two perfect trees of one size become one
            peak = node_hash(self._peaks.pop(), peak)
            carry >>= 1
        self._peaks.append(peak)
        self.size += 1

    def root(self) -> bytes:
        """The tree head over all leaves so far (32 bytes); of none, the hash of nothing."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        head = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            head = node_hash(peak, head)
        return head


def root(leaves: Iterable[bytes]) -> bytes:
    """The tree head (32 bytes) over the leaves in their order."""
    tree = CompactRange()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def inclusion_proof(leaves: Iterable[bytes], index: int) -> list[bytes]:
    """The hashes, from the leaf upwards, that lead from leaf `index` (from 0) to the tree head.

    IndexError when there is no such leaf.
    """
    level = [leaf_hash(leaf) for leaf in leaves]
    if not 0 <= index < len(level):
        raise IndexError(f"no leaf {index} in a tree of {len(level)}")
    proof: list[bytes] = []
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        # A last node without sibling moves up as it is: the left tree of RFC 6962 is always perfect.
        odd = level[-1:] if len(level) & 1 else []
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)] + odd
        index >>= 1
    return proof


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], head: bytes) -> bool:
    """Whether the proof shows that `leaf` is at `index` of the tree of `size` leaves with this head."""
    if not 0 <= index < size or any(len(step) != DIGEST_SIZE for step in proof):
        return False
    position, last = index, size - 1
    node = leaf_hash(leaf)
    for step in proof:
        if last == 0:  # the proof is longer than the way up
            return False
        if position & 1 or position == last:
            node = node_hash(step, node)
            while not position & 1 and position:  # levels on which this node had no sibling
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, step)
        position >>= 1
        last >>= 1
    return last == 0 and node == head
