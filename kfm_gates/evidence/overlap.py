"""Can two path templates match one and the same path? Decided exactly, by walking both as automata."""

from __future__ import annotations

from collections.abc import Sequence

# An atom takes one character (a literal, any but a slash, or any) or, when repeated, any number of them.
_NO_SLASH = "no slash"
_ANY = "any"
_Atom = tuple[str, bool]


def overlapping(left: Sequence[tuple[str, str]], right: Sequence[tuple[str, str]]) -> bool:
    """True when some path fits both token lists of `layout`; a variable used twice is taken as two."""
    one, two = _atoms(left), _atoms(right)
    waiting, seen = [(0, 0)], {(0, 0)}
    while waiting:
        i, j = waiting.pop()
        if i == len(one) and j == len(two):
            return True
        steps: list[tuple[int, int]] = []
        if i < len(one) and one[i][1]:
            steps.append((i + 1, j))
        if j < len(two) and two[j][1]:
            steps.append((i, j + 1))
        if i < len(one) and j < len(two) and _share_a_character(one[i][0], two[j][0]):
            steps.append((i if one[i][1] else i + 1, j if two[j][1] else j + 1))
        for step in steps:
            if step not in seen:
                seen.add(step)
                waiting.append(step)
    return False


def _atoms(tokens: Sequence[tuple[str, str]]) -> list[_Atom]:
    atoms: list[_Atom] = []
    for kind, text in tokens:
        if kind == "literal":
            atoms.extend((character, False) for character in text)
        else:
            wide = _ANY if text == "**" else _NO_SLASH
            atoms.extend([(wide, False), (wide, True)])
    return atoms


def _share_a_character(one: str, two: str) -> bool:
    if _ANY in (one, two):
        return True
    if _NO_SLASH in (one, two):
        return "/" not in (one, two)
    return one == two
