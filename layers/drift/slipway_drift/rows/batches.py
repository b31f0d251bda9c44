"""Rows on their way into a profile, and those that could not be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from slipway_drift.rows.pairing import baseline_names, position_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

LONGEST_TEXT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that could not be read: why, where it stood, and its text (at most 2,000 long)."""

    reason: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows, every cell its raw text or null, and the records rejected among them.

    `outputs` says how many of the leading columns are a model's predictions; `by_name` that the
    columns' order means nothing, as in JSON. `requests` is how many records they came in, where
    one may hold several rows.
    """

    frame: pl.DataFrame
    rejections: tuple[Rejection, ...] = ()
    outputs: int = 0
    by_name: bool = False
    requests: int | None = None

    @property
    def records(self) -> int:
        """How many records were read."""
        return len(self.frame) if self.requests is None else self.requests

    def named(self, names: Sequence[str]) -> Batch:
        """The same rows of a capture, its positions named as the baseline names its columns."""
        ours = self.frame.columns
        if not self.outputs and all(position_of(name) < 0 for name in ours):
            return self
        renamed = dict(zip(ours, baseline_names(ours, self.outputs, names), strict=True))
        return replace(self, frame=self.frame.rename(renamed), by_name=True)

    def within(self, name: str) -> Batch:
        """The same rows; what was rejected says in which file it stood."""
        if not self.rejections:
            return self
        told = tuple(replace(held, where=f"{name}, {held.where}") for held in self.rejections)
        return replace(self, rejections=told)


def reject(reason: str, where: str, text: str) -> Rejection:
    return Rejection(reason, where, text[:LONGEST_TEXT])
