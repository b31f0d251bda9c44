"""Which of the baseline's features each column is.

CSV has an order and pairs by position, as in Model Monitor; JSON has names and pairs by name,
where the baseline knows them. Where one side of a capture was CSV and the other JSON, each does
its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

GENERATED: Final = re.compile(r"(?:output|input)_(\d+)")


def position_of(name: str) -> int:
    """The position a generated name stands for; -1 where the name is the data's own."""
    found = GENERATED.fullmatch(name)
    return int(found.group(1)) if found else -1


def partners(columns: Sequence[str], names: Sequence[str], *, by_name: bool) -> list[int | None]:
    """For each column the index of its feature among the baseline's `names`; None for extras."""
    known = {name: index for index, name in enumerate(names)}
    own = [position_of(column) < 0 for column in columns]
    mixed = not all(own) and any(column in known for column in columns if position_of(column) < 0)
    if mixed:
        named = [known.get(name) if ours else None for name, ours in zip(columns, own, strict=True)]
        taken = set(named)
        free = (index for index in range(len(names)) if index not in taken)
        return [found if ours else next(free, None) for found, ours in zip(named, own, strict=True)]
    if by_name and not known.keys().isdisjoint(columns):
        return [known.get(column) for column in columns]
    return [index if index < len(names) else None for index in range(len(columns))]


def baseline_names(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    """Name the columns of a capture as the baseline names their features, extras as they are.

    So a window may hold CSV of one client and JSON of another, and be one dataset all the same.
    """
    paired = partners(columns, names, by_name=False)
    given = {names[index] for index in paired if index is not None}
    return [
        names[index] if index is not None else f"extra.{column}" if column in given else column
        for column, index in zip(columns, paired, strict=True)
    ]
