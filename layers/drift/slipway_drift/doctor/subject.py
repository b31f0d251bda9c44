"""What a doctor looks at: the profile of all rows, the first of them, and the answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from slipway_drift.checks.limits import Limits
from slipway_drift.rows.answers import UNKNOWN, Answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slipway_drift.rows.batches import Batch
    from slipway_drift.statistics.column import Column
    from slipway_drift.statistics.profile import Profile

SAMPLE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Subject:
    """A baseline. `rows` are its first, each cell its raw text."""

    profile: Profile
    rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    answers: Answers = UNKNOWN
    limits: Limits = field(default_factory=Limits)

    @property
    def inputs(self) -> tuple[Column, ...]:
        """The columns that are no answers."""
        return tuple(c for c in self.profile.columns if c.name not in self.answers.names)

    @property
    def outputs(self) -> tuple[Column, ...]:
        return tuple(c for c in self.profile.columns if c.name in self.answers.names)

    def cells(self, name: str) -> pl.Series:
        """The first texts of a column that are there."""
        return (
            self.rows[name].drop_nulls()
            if name in self.rows.columns
            else pl.Series([], dtype=pl.String)
        )


class Head:
    """The first rows of batches that pass."""

    def __init__(self) -> None:
        self.frames: list[pl.DataFrame] = []
        self.wanted = SAMPLE

    def watch(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The same batches."""
        for batch in batches:
            self.take(batch.frame)
            yield batch

    def take(self, frame: pl.DataFrame) -> None:
        if self.wanted:
            self.frames.append(frame.head(self.wanted))
            self.wanted -= len(self.frames[-1])

    @property
    def rows(self) -> pl.DataFrame:
        return pl.concat(self.frames, how="diagonal") if self.frames else pl.DataFrame()
