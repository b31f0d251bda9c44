"""Features that say the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from slipway_drift.doctor.issue import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.doctor.subject import Subject

FEWEST: Final = 30
REPEATED: Final = 5  # rows a value, at least, before it can be said to go with one answer
CLASSES: Final = 20


def leakage(subject: Subject) -> Iterator[Issue]:
    """Tell of inputs that equal an answer or determine it, in the first rows.

    Of a model with a single input that is no wonder.
    """
    if len(subject.inputs) < 2:
        return
    for target in subject.outputs:
        for column in subject.inputs:
            if told := relation(subject.rows, column.name, target.name):
                yield Issue(
                    "leakage",
                    column.name,
                    f"it {told} `{target.name}`",
                    "where it is the answer in disguise, the model will miss it, or knew it: what "
                    "was measured of it means nothing",
                    "leave the column out and train again, unless requests really have it before "
                    "the answer is known",
                )


def relation(rows: pl.DataFrame, column: str, target: str) -> str:
    """How a column tells another, in words; nothing where it does not."""
    if not {column, target} <= {*rows.columns}:
        return ""
    both = rows.select(pl.col(column).alias("x"), pl.col(target).alias("y")).drop_nulls()
    if len(both) < FEWEST or both["y"].n_unique() < 2 or both["x"].n_unique() < 2:
        return ""
    if (both["x"] == both["y"]).all() or follows(both):
        return "equals, but for its unit,"
    if goes_with_one(both):
        return "determines"
    return "divides, by its size, the values of" if divides(both) else ""


def numbers(both: pl.DataFrame) -> pl.DataFrame | None:
    held = both.select(pl.all().cast(pl.Float64, strict=False))
    return None if sum(held.null_count().row(0)) else held


def follows(both: pl.DataFrame) -> bool:
    """Say whether one is the other times a factor and plus a constant."""
    held = numbers(both)
    if held is None or held["x"].n_unique() <= CLASSES:
        return False
    return abs(float(held.select(pl.corr("x", "y")).item() or 0.0)) > 1 - 1e-9


def goes_with_one(both: pl.DataFrame) -> bool:
    """Say whether each value, seen often enough, always comes with the same answer."""
    if both["x"].n_unique() * REPEATED > len(both):
        return False
    groups = both.group_by("x").agg(pl.col("y").n_unique())
    return bool((groups["y"] == 1).all())


def divides(both: pl.DataFrame) -> bool:
    """Say whether cuts of a number tell few classes apart without a mistake."""
    if both["y"].n_unique() > CLASSES or both["y"].value_counts()["count"].min() < REPEATED:  # type: ignore[operator]
        return False
    cells = both["x"].cast(pl.Float64, strict=False)
    if cells.null_count():
        return False
    runs = both.with_columns(x=cells).sort("x", "y")
    alone = runs.group_by("x").agg(pl.col("y").n_unique())["y"]
    return bool((alone == 1).all()) and runs["y"].rle_id().max() == both["y"].n_unique() - 1
