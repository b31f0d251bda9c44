"""Since when: what changed in one minute, and what did so all along, or never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
import pytest
from slipway_drift.diagnosis.onset import onset, onsets
from slipway_drift.diagnosis.traces import Point, Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slipway_drift.diagnosis.scene import Scene

# Ten rows a minute, an hour long.
MINUTES: Final = [(f"2026-01-31T08:{i // 10:02}", "") for i in range(600)]


def since(row: int, **changed: pl.Expr) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Change columns from one row on."""
    late = pl.int_range(pl.len()) >= row
    return lambda frame: frame.with_columns(
        **{name: pl.when(late).then(cells).otherwise(name) for name, cells in changed.items()}
    )


def test_values_that_are_gone_since_a_minute(scene: Callable[..., Scene]) -> None:
    (found,) = onsets(scene(since(230, size=pl.lit(None), height=pl.lit(None)), origins=MINUTES))
    assert (found.cause, found.columns) == ("No value any more", ("size", "height"))
    assert found.since == "2026-01-31 08:23 UTC"
    assert "was 0 until then, 0 in the baseline, and is 1 in the 370 rows since" in found.evidence


def test_a_unit_since_a_minute(scene: Callable[..., Scene]) -> None:
    held = scene(since(400, size=pl.col("size") * 1000.0), origins=MINUTES)
    (found,) = onsets(held)
    assert (found.cause, found.columns) == ("A change from one minute to the next", ("size",))
    assert (found.since, found.explains) == ("2026-01-31 08:40 UTC", len(held.findings))


def test_values_that_nobody_knows_since_a_minute(scene: Callable[..., Scene]) -> None:
    held = scene(since(300, kind=pl.lit("new")), origins=MINUTES)
    (found,) = onsets(held)
    assert (found.columns, found.since) == (("kind",), "2026-01-31 08:30 UTC")
    assert (
        "the share of known values was 1 until then, 1 in the baseline, and is 0" in found.evidence
    )


def test_what_was_so_all_along_began_before(scene: Callable[..., Scene]) -> None:
    held = scene(since(0, size=pl.col("size") * 1000.0), origins=MINUTES)
    assert held.findings
    assert not [*onsets(held)]


def test_nothing_is_known_without_times(scene: Callable[..., Scene]) -> None:
    held = scene(since(300, size=pl.col("size") * 1000.0))
    assert held.findings
    assert not [*onsets(held)]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([0, 0, 5, 5], "c"),
        ([0, 5, 0, 5], ""),
        ([*range(12)], ""),
        ([5, 5, 0, 0], ""),
        ([9, 9, 5, 5], ""),
        # Not far enough to matter; and far, but of too few rows to be sure.
        ([0, 0, 0.5, 0.5], ""),
        ([0, 0, 0, 1.2], ""),
        ([5], ""),
        ([], ""),
    ],
)
def test_an_onset_is_from_as_it_was_to_otherwise(values: Sequence[float], found: str) -> None:
    named = zip("abcdefghijkl", values, strict=False)
    points = tuple(Point(name, 50.0, 50.0 * value) for name, value in named)
    assert onset(Trace("mean", 0.0, 1.0, 1.0, points)) == found
