"""A made-up endpoint: thirty features, of which one may change in a stated way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

BASELINE_ROWS: Final = 2000


def rows(count: int, seed: int) -> pd.DataFrame:
    """Ten bell curves, ten with long tails, five counts, five texts of six values."""
    chance = np.random.default_rng(seed)
    held = {f"normal{i}": chance.normal(0, 1, count) for i in range(10)}
    held |= {f"tail{i}": chance.lognormal(0, 1, count) for i in range(10)}
    held |= {f"count{i}": chance.poisson(3, count) for i in range(5)}
    shares = np.array([0.4, 0.3, 0.15, 0.1, 0.04, 0.01])
    held |= {f"text{i}": chance.choice(list("abcdef"), count, p=shares) for i in range(5)}
    return pd.DataFrame(held)


def moved(held: pd.DataFrame) -> pd.DataFrame:
    return held.assign(normal0=held["normal0"] + 0.5)


def emptied(held: pd.DataFrame) -> pd.DataFrame:
    return held.assign(normal0=held["normal0"].where(np.arange(len(held)) % 20 != 7))


def renamed(held: pd.DataFrame) -> pd.DataFrame:
    return held.assign(text0=held["text0"].where(np.arange(len(held)) % 33 != 7, "new"))


CHANGES: Final[dict[str, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "half a deviation in one of 30": moved,
    "5 % nulls": emptied,
    "a new category at 3 %": renamed,
}
