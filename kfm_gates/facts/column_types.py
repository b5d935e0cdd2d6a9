"""Types of columns, compared by what they hold and not by how a writer or a person spells them.

Specifications use the names of Apache Arrow. The table `column_types` of the policy pack gives other spellings.
Whether a string column is stored with wide offsets, in views or by a dictionary makes no difference to a
reader, nor does what the elements of a list are called.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from kfm_gates.facts.container import provides
from kfm_gates.facts.given import Tables

_DICTIONARY = re.compile(r"dictionary<values=(.*), indices=\w+, ordered=[01]>")
_EXTENSION = re.compile(r"extension<([\w.]+)(?:<\w+>)?>")
_ELEMENT = re.compile(r"(?<=list<)\s*\w+: ")
_NOT_NULL = re.compile(r" not null\b")
_MAP_FIELD = re.compile(r" \('\w*'\)")
_WORD = re.compile(r"extension<[\w.]+>|[A-Za-z_]\w*(?![\w.=]|: )")


class ColumnTypes:
    """The table of spellings."""

    def __init__(self, aliases: Mapping[str, str]) -> None:
        self._aliases = aliases

    def canonical(self, text: str) -> str:
        """One spelling for all of a type's."""
        text = text.strip()
        while (found := _DICTIONARY.fullmatch(text)) is not None:
            text = found[1]
        text = _MAP_FIELD.sub("", _NOT_NULL.sub("", _EXTENSION.sub(r"extension<\1>", text)))
        text = _WORD.sub(lambda word: self._aliases.get(word[0].lower(), word[0]), _ELEMENT.sub("", text))
        return text.replace("date32[day]", "date32").replace("date64[ms]", "date64").replace(" ", "")

    def same(self, specified: str, found: str) -> bool:
        """Whether a column of the type `found` is one of the type `specified`.

        A specified type without its parameters (`timestamp`, `decimal128`, `list`) leaves them open.
        """
        wanted, there = self.canonical(specified), self.canonical(found)
        return wanted == there or re.split(r"[\[(<]", there, maxsplit=1)[0] == wanted


@provides(shared=True)
def column_types(tables: Tables) -> ColumnTypes:
    """The spellings of the policy pack."""
    return ColumnTypes(tables.table("column_types")["aliases"])
