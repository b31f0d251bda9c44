"""From where on Slipway's own checks say that something matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HOURS_A_YEAR: Final = 8760


@dataclass(frozen=True, slots=True)
class Limits:
    """What Slipway's own checks allow: how large a change matters, and how sure it must be.

    `minimum_rows`: fewer are too few to judge. `ks` and `psi`: the largest distance and stability
    index. `outside`, `nulls`, `unseen`, `mistyped`: the share of values that may leave the
    baseline's range, be missing beyond its share, be unknown to it, or be no numbers where it has
    numbers. `unreadable`: the share of records that may be rejected before a window is blind.
    `level`: how likely a window of the baseline's own distribution may violate, over all
    features and checks together. `model_monitor`: Model Monitor's checks judge the window instead.
    `by_feature`: there are metrics of each feature, and not of the window alone.
    """

    minimum_rows: int = 30
    ks: float = 0.1
    psi: float = 0.25
    outside: float = 0.01
    nulls: float = 0.01
    unseen: float = 0.01
    mistyped: float = 0.01
    unreadable: float = 0.05
    level: float = 1 / HOURS_A_YEAR
    model_monitor: bool = False
    by_feature: bool = False
