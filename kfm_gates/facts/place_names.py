"""Which names are names for coordinates: `centroid_lon`, `decimalLatitude`, `x`, but not `lat_resolution`."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.facts.container import provides
from kfm_gates.facts.given import Tables
from kfm_gates.facts.words import words


@dataclass(frozen=True)
class PlaceNames:
    """The pack's table `places`, as sets of words; names that are given are as `words` splits them."""

    labels: frozenset[str]
    """Policy labels under which no catalog may show a precise place."""
    coordinates: frozenset[str]
    """Words that make a name one for coordinates."""
    whole: frozenset[tuple[str, ...]]
    """Names for coordinates as a whole."""
    others: frozenset[str]
    """Words that make it a name for something else after all."""

    def names_a_place(self, name: str) -> bool:
        """Whether numbers under this name are coordinates."""
        found = words(name)
        return (found in self.whole or not self.coordinates.isdisjoint(found)) and not self.names_another(
            name
        )

    def names_another(self, name: str) -> bool:
        """Whether numbers under this name, or below it, are none although a name above it says so."""
        return not self.others.isdisjoint(words(name))


@provides(shared=True)
def place_names(tables: Tables) -> PlaceNames:
    """Read the table."""
    table = tables.table("places")
    return PlaceNames(
        frozenset(table["labels_that_hide_places"]),
        frozenset(table["words_for_coordinates"]),
        frozenset(words(name) for name in table["names_for_coordinates"]),
        frozenset(table["words_for_other_numbers"]),
    )
