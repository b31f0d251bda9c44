"""Records that are no rows of the baseline: in a line of text, or a row that was cut, no column is
what its place says."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from slipway_drift.rows.pairing import position_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from slipway_drift.rows.capture_record import Record
    from slipway_drift.rows.json_rows import Row

    Pair = tuple[Row, Row]
    Found = list[Pair] | str


def fitting(
    flatten: Callable[[Sequence[Record]], Iterable[Found]], columns: int, records: Sequence[Record]
) -> Iterator[Found]:
    """Turn each record into rows, or into the reason why it is rejected: its rows have fewer values
    than the baseline has columns; or more, where most have as many.

    Names say for themselves what is there, and of one side alone nobody knows what is lacking.
    """
    found = list(flatten(records))
    widths = [[] if isinstance(held, str) else [*map(width_of, held)] for held in found]
    usual = Counter(width for held in widths for width in held if width).most_common(1)
    most = columns if usual and usual[0][0] == columns else None
    for held, counts in zip(found, widths, strict=True):
        wrong = (n for n in counts if 0 < n < columns or (most and n > most))
        count = next(wrong, 0) if columns else 0
        yield f"{count} values, where the baseline has {columns} columns" if count else held


def width_of(pair: Pair) -> int:
    """How many values stand side by side; 0 where not by their places."""
    output, given = pair
    by_place = bool(output) and position_of(next(iter(given), "")) >= 0
    return len(output) + len(given) if by_place else 0
