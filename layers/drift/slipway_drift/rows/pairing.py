"""Which of the baseline's features each column is.

CSV has an order and pairs by position, as in Model Monitor; JSON has names and pairs by name,
where the baseline knows them. Where one side of a capture was CSV and the other JSON, each does
its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slipway_drift.rows.answers import UNKNOWN, Answers

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


def sides(
    columns: Sequence[str],
    outputs: int,
    names: Sequence[str],
    said: Answers = UNKNOWN,
) -> list[int | None]:
    """For each column of a capture, its `outputs` first, the index of its feature.

    What the baseline knows by name is that. Of what is left the answers come first, as in Model
    Monitor: as many as there are, or, where replies name more than the answer itself, as the
    inputs leave. Inputs that came without a reply leave the answers' place free. Where the
    baseline says which its answers are (`said`), those places are the answers', and all others the
    inputs'; where only names tell that, as far as there are as many inputs.
    """
    known = {name: index for index, name in enumerate(names)}
    answers, given = columns[:outputs], columns[outputs:]
    named = [known.get(column) for column in columns]
    free = [index for index in range(len(names)) if index not in {*named}]
    asked = [] if any(column in known for column in given) else [*given]
    strange = [column for column in answers if column not in known]
    left = len(free) - len(asked)
    counted = any(position_of(column) < 0 for column in strange) or not answers
    taken = left if counted and 0 <= left <= (len(strange) or left) else len(strange)
    first, rest = free[:taken], free[taken:]
    inputs = [index for index in free if names[index] not in said.names]
    if said.are_sure or (said.are_known and len(asked) in (0, len(inputs))):
        first, rest = [index for index in free if names[index] in said.names], inputs
    places = {**dict(zip(strange, first, strict=False)), **dict(zip(asked, rest, strict=False))}
    return [
        place if place is not None else places.get(column)
        for column, place in zip(columns, named, strict=True)
    ]


def baseline_names(
    columns: Sequence[str],
    outputs: int,
    names: Sequence[str],
    said: Answers = UNKNOWN,
) -> list[str]:
    """Name the columns of a capture as the baseline names their features, extras as they are.

    So a window may hold CSV of one client and JSON of another, and be one dataset all the same.
    """
    paired = zip(columns, sides(columns, outputs, names, said), strict=True)
    return [column if index is None else names[index] for column, index in paired]
