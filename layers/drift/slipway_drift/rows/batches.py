"""Rows on their way into a profile, and those that could not be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from slipway_drift.rows.answers import UNKNOWN, Answers
from slipway_drift.rows.pairing import baseline_names, position_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

LONGEST_TEXT: Final = 2_000

Origin = tuple[str, str]  # the minute, and the client that names itself; empty where not known


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
    one may hold several rows. Of captures `origins` says where each row is from, and `variant`
    which of the endpoint's answered.
    """

    frame: pl.DataFrame
    rejections: tuple[Rejection, ...] = ()
    outputs: int = 0
    by_name: bool = False
    requests: int | None = None
    origins: tuple[Origin, ...] = ()
    variant: str = ""

    @property
    def records(self) -> int:
        """How many records were read."""
        return len(self.frame) if self.requests is None else self.requests

    def named(self, names: Sequence[str], answers: Answers = UNKNOWN) -> Batch:
        """The same rows of a capture, its positions named as the baseline names its columns.

        `answers` are the baseline's where it says so; of one that has none, replies are left out.
        """
        ours = self.frame.columns
        if not self.outputs and all(position_of(name) < 0 for name in ours):
            return self
        given = baseline_names(ours, self.outputs, names, answers)
        frame = self.frame.rename(dict(zip(ours, given, strict=True)))
        outputs = given[: self.outputs]
        none = answers.are_known and not answers.names
        strange = set(outputs).difference(names) if none else ()
        kept = len(outputs) - len(strange)
        return replace(self, frame=frame.drop(strange), outputs=kept, by_name=True)

    def within(self, name: str) -> Batch:
        """The same rows; what was rejected says in which file it stood."""
        if not self.rejections:
            return self
        told = tuple(replace(held, where=f"{name}, {held.where}") for held in self.rejections)
        return replace(self, rejections=told)


def reject(reason: str, where: str, text: str) -> Rejection:
    return Rejection(reason, where, text[:LONGEST_TEXT])
