"""The events of a YAML text with the place of each, in document order and without recursion.

PyYAML's own composer recurses and expands aliases; its parser does neither. The pure Python parser is used
even where libyaml is installed, so that a file has one verdict on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from yaml.events import Event


class Place(NamedTuple):
    """A YAML event: `path` is shared and changes with the next one; `offset` counts characters.

    `is_key` says that the event is (the beginning of) a mapping key; depth is how many collections are
    around it.
    """

    event: Event
    offset: int
    path: list[str | int]
    depth: int
    is_key: bool


def places(text: str) -> Iterator[Place]:
    """All events of a YAML text; yaml.YAMLError and ValueError where PyYAML can't go on."""
    import yaml
    from yaml.events import (
        AliasEvent,
        MappingEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceEndEvent,
        SequenceStartEvent,
    )

    # One frame per open collection: a sequence counts, a mapping is at a key or at the value of one.
    frames: list[str] = []
    path: list[str | int] = []
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        offset = event.start_mark.index if event.start_mark is not None else 0
        if isinstance(event, SequenceEndEvent | MappingEndEvent):
            frames.pop()
            path.pop()
            yield Place(event, offset, path, len(frames), False)
            continue
        node = isinstance(event, ScalarEvent | AliasEvent | SequenceStartEvent | MappingStartEvent)
        is_key = False
        if node and frames:
            if frames[-1] == "sequence":
                path[-1] = int(path[-1]) + 1
            elif frames[-1] == "key":
                is_key = True
                frames[-1] = "value"
                path[-1] = event.value if isinstance(event, ScalarEvent) else ""
            else:
                frames[-1] = "key"
        yield Place(event, offset, path, len(frames), is_key)
        if isinstance(event, SequenceStartEvent):
            frames.append("sequence")
            path.append(-1)
        elif isinstance(event, MappingStartEvent):
            frames.append("key")
            path.append("")
