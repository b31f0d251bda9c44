"""By whom: one client or one variant, and nobody in particular."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
from slipway_drift.diagnosis.sources import sources

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.diagnosis.scene import Scene

CLIENTS: Final = [("2026-01-31T08:00", "abc"[i % 3]) for i in range(600)]
NOBODY: Final = [("2026-01-31T08:00", "")] * 600


def of(remainder: int) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Every third row has a size a thousand times as large."""
    mine = pl.int_range(pl.len()) % 3 == remainder
    return lambda frame: frame.with_columns(
        size=pl.when(mine).then(pl.col("size") * 1000.0).otherwise("size")
    )


def late(frame: pl.DataFrame) -> pl.DataFrame:
    second = pl.int_range(pl.len()) >= 300
    return frame.with_columns(score=pl.when(second).then(pl.col("score") + 1).otherwise("score"))


def test_one_client_sends_all_of_it(scene: Callable[..., Scene]) -> None:
    held = scene(of(1), origins=CLIENTS)
    (found,) = sources(held)
    assert (found.cause, found.columns) == ("One client sends all of it: b", ("size",))
    assert found.explains == len(held.findings) > 0


def test_one_client_calls_things_otherwise(scene: Callable[..., Scene]) -> None:
    mine = pl.int_range(pl.len()) % 3 == 2
    held = scene(
        lambda frame: frame.with_columns(kind=pl.when(mine).then(pl.lit("new")).otherwise("kind")),
        origins=CLIENTS,
    )
    (found,) = sources(held)
    assert (found.cause, found.columns) == ("One client sends all of it: c", ("kind",))
    assert "the share of known values is 0 in the rows of this client" in found.evidence


def test_a_client_without_a_name_may_be_the_one(scene: Callable[..., Scene]) -> None:
    unnamed = [(minute, "" if client == "a" else client) for minute, client in CLIENTS]
    (found,) = sources(scene(of(0), origins=unnamed))
    assert found.cause == "One client sends all of it: that does not name itself"


def test_one_variant_answers_otherwise(scene: Callable[..., Scene]) -> None:
    (found,) = sources(scene(late, origins=NOBODY, variants=("champion", "challenger")))
    assert (found.cause, found.columns) == ("One variant sends all of it: challenger", ("score",))


def test_what_all_send_is_of_nobody(scene: Callable[..., Scene]) -> None:
    held = scene(lambda frame: frame.with_columns(pl.col("size") * 1000.0), origins=CLIENTS)
    assert held.findings
    assert not [*sources(held)]
    assert not [*sources(scene(of(1), origins=[("2026-01-31T08:00", "a")] * 600))]
