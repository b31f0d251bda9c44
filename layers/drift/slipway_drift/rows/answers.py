"""Which of a baseline's columns are the model's answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from slipway_drift.errors import DriftError

if TYPE_CHECKING:
    from collections.abc import Sequence

How = Literal["asked", "captured", "named", "unknown"]
HOW: Final = ("asked", "captured", "named")

# What people call an answer, with what they count answers by: `prediction0`, `score_1`.
USUAL: Final = re.compile(
    r"(?:target|label|y|y_true|y_pred|y_hat|class|outcome|response|truth|ground_truth"
    r"|pred|prediction|predicted|predictions|predicted_(?:label|value|class)"
    r"|prob|proba|probability|score|output|answer)_?\d*"
)


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers' columns in their order, and how they are known; of `unknown` ones none are."""

    names: tuple[str, ...] = ()
    how: How = "unknown"

    @property
    def are_known(self) -> bool:
        return self.how != "unknown"

    @property
    def are_sure(self) -> bool:
        """Say whether more than their names says what they are."""
        return self.how in ("asked", "captured")


UNKNOWN: Final = Answers()


def find_answers(
    columns: Sequence[str], asked: Sequence[str] = (), captured: Sequence[str] = ()
) -> Answers:
    """The answers among `columns`: those `asked` for (first, last, none, or their names), those
    that were captured as such, or those whose names say so at either end of the row."""
    if asked:
        return Answers(asked_for(columns, asked), "asked")
    if captured:
        return Answers(tuple(captured), "captured")
    usual = [bool(USUAL.fullmatch(column.lower())) for column in columns]
    first, last = leading(usual), leading(usual[::-1])
    if first and not any(usual[first:]):
        return Answers(tuple(columns[:first]), "named")
    if last and not any(usual[:-last]):
        return Answers(tuple(columns[-last:]), "named")
    return UNKNOWN


def asked_for(columns: Sequence[str], asked: Sequence[str]) -> tuple[str, ...]:
    """Read `outputs`; DriftError where it names a column that there is not."""
    places = {"first": columns[:1], "last": columns[-1:], "none": ()}
    if len(asked) == 1 and asked[0] in places:
        return tuple(places[asked[0]])
    strange = next((name for name in asked if name not in columns), None)
    if strange is not None:
        raise DriftError(
            f"outputs: `{strange}` is no column of the baseline; say first, last, none, or names "
            f"among {', '.join(columns[:20])}"
        )
    return tuple(dict.fromkeys(asked))


def leading(held: Sequence[bool]) -> int:
    return held.index(False) if False in held else 0
