"""Rows on their way into a profile, and those that could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
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
    columns' order means nothing, as in JSON.
    """

    frame: pl.DataFrame
    rejections: tuple[Rejection, ...] = ()
    outputs: int = 0
    by_name: bool = False


def reject(reason: str, where: str, text: str) -> Rejection:
    return Rejection(reason, where, text[:LONGEST_TEXT])
