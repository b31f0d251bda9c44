"""All causes together: the one that explains most first, and none where nothing is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from slipway_drift.checks.beyond import Judgement
from slipway_drift.checks.check import check
from slipway_drift.checks.suggest import suggest
from slipway_drift.checks.violations import Violation
from slipway_drift.diagnosis.diagnose import diagnose, settle
from slipway_drift.diagnosis.diagnosis import Explanation
from slipway_drift.diagnosis.scene import Scene
from slipway_drift.rows.batches import Batch
from slipway_drift.statistics.profile import profile
from slipway_drift.statistics.statistics_document import read_statistics, statistics

if TYPE_CHECKING:
    from collections.abc import Callable


def several(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.col("size", "height") * 1000.0,
        pl.lit(None, pl.Float64).alias("degrees"),
        pl.lit(0.5).alias("score"),
    )


def test_each_column_has_one_cause_and_the_largest_is_first(scene: Callable[..., Scene]) -> None:
    held = scene(several)
    found = diagnose(held)
    assert [cause.columns for cause in found.causes] == [
        ("size", "height"), ("score",), ("degrees",),
    ]  # fmt: skip
    explained = [cause.explains for cause in found.causes]
    assert explained == sorted(explained, reverse=True)
    assert sum(explained) == found.findings == len(held.findings)


def test_a_healthy_window_has_none_even_if_every_column_were_suspect(
    scene: Callable[..., Scene],
) -> None:
    held = scene()
    assert diagnose(held) == Explanation()
    suspects = tuple(Violation("any", "", feature.name) for feature in held.features)
    assert diagnose(replace(held, findings=suspects)).causes == ()


def test_shifted_columns_are_one_finding(scene: Callable[..., Scene]) -> None:
    def shift(frame: pl.DataFrame) -> pl.DataFrame:
        names = frame.columns
        taken = [names[-1], *names[:-1]]
        return frame.select(taken).rename(dict(zip(taken, names, strict=True)))

    held = scene(shift)
    judged = Judgement("violations", held.findings, (), held.findings)
    settled = settle(judged, diagnose(held))
    (order,) = settled.holding
    assert (order.check, settled.violations) == ("column_order_check", (order,))
    assert order.description.startswith("The columns are shifted by one. ")
    assert settle(judged, Explanation()) == judged


CELLS: Final = st.sampled_from(
    ["", "0", "1", "-1", "2", "- 5", "1.5", "1e308", "-1e308", "1e-308", "NaN", "inf", "a", "b"]
)


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6),
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6),
)
def test_nothing_that_is_captured_is_too_much(
    known: list[tuple[str, ...]], seen: list[tuple[str, ...]]
) -> None:
    baseline, current = (
        profile([
            Batch(
                pl.DataFrame(rows * 40, schema=dict.fromkeys("yxz", pl.String), orient="row"),
                outputs=1,
                origins=tuple((f"08:{i // 10:02}", "ab"[i % 2]) for i in range(40 * len(rows))),
            )
        ])
        for rows in (known, seen)
    )  # fmt: skip
    asked = suggest(baseline)
    checked = check(current, asked, read_statistics(statistics(baseline)))
    findings = tuple(Violation("any", "", feature.name) for feature in checked.features)
    found = diagnose(Scene(checked.features, findings, slices=current.slices))
    assert all(cause.explains for cause in found.causes)
