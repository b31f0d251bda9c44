"""A window of a made-up endpoint, changed in a stated way, and what it is diagnosed with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from slipway_drift.checks.beyond import judge
from slipway_drift.checks.check import check
from slipway_drift.checks.limits import Limits
from slipway_drift.checks.suggest import suggest
from slipway_drift.diagnosis.scene import Scene
from slipway_drift.rows.batches import Batch
from slipway_drift.statistics.profile import Profile, profile
from slipway_drift.statistics.statistics_document import read_statistics, statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slipway_drift.rows.batches import Origin
    from slipway_drift.statistics.profile import Domains

    Change = Callable[[pl.DataFrame], pl.DataFrame]


def rows(count: int, seed: int) -> pl.DataFrame:
    chance = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "score": chance.beta(2, 5, count),
            "size": chance.lognormal(3, 1, count),
            "degrees": chance.normal(12, 8, count),
            "rooms": chance.poisson(4, count),
            "height": chance.normal(1.7, 0.1, count),
            "kind": chance.choice(list("abcd"), count, p=[0.4, 0.3, 0.2, 0.1]),
        }
    )


def profiled(
    frame: pl.DataFrame,
    origins: Sequence[Origin] = (),
    variants: Sequence[str] = ("",),
    domains: Domains = (),
) -> Profile:
    """Profile rows, those of each variant in a batch of their own."""
    size, texts = len(frame) // len(variants), frame.cast(pl.String)
    batches = (
        Batch(texts[i : i + size], outputs=1, origins=tuple(origins[i : i + size]), variant=variant)
        for i, variant in zip(range(0, len(frame), size), variants, strict=True)
    )
    return profile(batches, domains=domains)


@pytest.fixture
def scene() -> Callable[..., Scene]:
    """The scene of a window of 600 rows that was changed, against a baseline of 2,000."""

    def made(
        change: Change = lambda frame: frame,
        *,
        answers_known: bool = True,
        origins: Sequence[Origin] = (),
        variants: Sequence[str] = ("",),
    ) -> Scene:
        baseline = profiled(rows(2000, 1))
        asked = suggest(baseline)
        current = profiled(change(rows(600, 2)), origins, variants, asked.domains)
        checked = check(current, asked, read_statistics(statistics(baseline)))
        judged = judge(checked, current, asked, Limits())
        return Scene(
            checked.features,
            judged.holding,
            slices=current.slices,
            answers_known=answers_known,
        )

    return made
