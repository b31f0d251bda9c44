"""A made-up endpoint of thirty features and an answer, and what may happen to its windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[pl.DataFrame], pl.DataFrame]

KINDS: Final = list("abcdef")
SHARES: Final = (0.4, 0.3, 0.15, 0.1, 0.04, 0.01)


def rows(count: int, seed: int) -> pl.DataFrame:
    """A score; ten bell curves, eight with long tails, a temperature, a height, five counts, five
    texts."""
    chance = np.random.default_rng(seed)
    held: dict[str, object] = {"score": chance.beta(2, 5, count)}
    held |= {f"normal{i}": chance.normal(i, 1 + i / 4, count) for i in range(10)}
    held |= {f"tail{i}": chance.lognormal(i / 2, 1, count) for i in range(8)}
    held["celsius"] = chance.normal(12, 8, count)
    held["metres"] = chance.normal(1.7, 0.1, count)
    held |= {f"count{i}": chance.poisson(3 + i, count) for i in range(5)}
    held |= {f"text{i}": np.roll(KINDS, i)[chance.choice(6, count, p=SHARES)] for i in range(5)}
    return pl.DataFrame(held)


def scaled(name: str, factor: float, offset: float = 0.0) -> Change:
    return lambda frame: frame.with_columns(pl.col(name) * factor + offset)


def some(every: int, name: str, factor: float) -> Change:
    """One row of so many."""
    mine = pl.int_range(pl.len()) % every == 0
    return lambda frame: frame.with_columns(
        pl.when(mine).then(pl.col(name) * factor).otherwise(pl.col(name)).alias(name)
    )


def late(name: str) -> Change:
    """The second half has no value."""
    return lambda frame: frame.with_columns(
        pl.when(pl.int_range(pl.len()) < pl.len() // 2).then(pl.col(name)).alias(name)
    )


def shifted(frame: pl.DataFrame) -> pl.DataFrame:
    """Each column under the name of the one after it."""
    names = frame.columns
    return frame.select([names[-1], *names[:-1]]).rename(
        dict(zip([names[-1], *names[:-1]], names, strict=True))
    )


# What is done, the words that its cause has, and the columns that it has to name.
CAUSES: Final[dict[str, tuple[Change, str, tuple[str, ...]]]] = {
    "columns shifted by one": (shifted, "shifted by one", ()),
    "x 1,000": (scaled("tail3", 1000.0), "multiplied by 1,000", ("tail3",)),
    "/ 1,000": (scaled("normal4", 1e-3), "multiplied by 1/1,000", ("normal4",)),
    "x 100": (scaled("score", 100.0), "multiplied by 100", ("score",)),
    "°C to °F": (scaled("celsius", 1.8, 32.0), "°F, where they were °C", ("celsius",)),
    "metres to feet": (scaled("metres", 3.2808399), "feet, where they were metres", ("metres",)),
    "the other sign": (scaled("normal2", -1.0), "of the other sign", ("normal2",)),
    "x 10,000 in every seventh row": (
        some(7, "normal6", 10_000.0),
        "some of the rows: the values are multiplied by 10,000",
        ("normal6",),
    ),
    "no value since 08:30": (late("tail5"), "No value any more", ("tail5",)),
    "no value any more": (
        lambda frame: frame.with_columns(tail1=pl.lit(None, pl.Float64)),
        "no value any more",
        ("tail1",),
    ),
    "a category renamed": (
        lambda frame: frame.with_columns(pl.col("text1").replace("b", "beta")),
        "called otherwise",
        ("text1",),
    ),
    "a constant answer": (
        lambda frame: frame.with_columns(score=pl.lit(0.25)),
        "answers a constant",
        ("score",),
    ),
}  # fmt: skip
# Changes that are none of these: a cause that is named for them is a wrong one.
OTHERS: Final[dict[str, Change]] = {
    "half a deviation": scaled("normal0", 1.0, 0.5),
    "two deviations": scaled("normal0", 1.0, 2.0),
    "spread by half": scaled("normal8", 1.5, -4.0),
    "a tail doubled": scaled("tail2", 2.0),
    "a tail twice as long": lambda frame: frame.with_columns(pl.col("tail4") ** 2),
    "outliers": lambda frame: frame.with_columns(
        normal5=pl.when(pl.int_range(pl.len()) % 9 > 0).then("normal5").otherwise(pl.lit(-999.0))
    ),
    "a third of nulls": lambda frame: frame.with_columns(
        normal3=pl.when(pl.int_range(pl.len()) % 3 > 0).then("normal3")
    ),
    "a new category": lambda frame: frame.with_columns(
        text0=pl.when(pl.int_range(pl.len()) % 7 > 0).then("text0").otherwise(pl.lit("new"))
    ),
    "a category lost": lambda frame: frame.filter(pl.col("text0") != "a"),
}  # fmt: skip
