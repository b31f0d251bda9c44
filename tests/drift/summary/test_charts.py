"""Charts share out all of both distributions, on an axis on which both can be seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway_drift.statistics.sketch import Sketch
from slipway_drift.summary.charts import BINS, FEW, categorical_chart, sketch_chart

finite = st.floats(allow_nan=False, allow_infinity=False)


def of(values: list[float]) -> Sketch:
    return Sketch().extend(np.array(values))


@given(st.lists(finite, min_size=1, max_size=60), st.lists(finite, min_size=1, max_size=60))
def test_every_share_is_drawn_whatever_the_numbers(a: list[float], b: list[float]) -> None:
    chart = sketch_chart(of(a), of(b))
    assert sum(chart["baseline"]) == pytest.approx(1.0, abs=1e-3)
    assert sum(chart["current"]) == pytest.approx(1.0, abs=1e-3)
    if chart["kind"] == "numbers":
        assert np.all(np.isfinite(chart["edges"]))
        assert np.all(np.diff(chart["edges"]) >= 0)


def test_a_current_far_away_bends_the_axis_and_leaves_the_baseline_room() -> None:
    rng = np.random.default_rng(1)
    before = rng.gamma(2.0, 2.0, 4_000)
    chart = sketch_chart(of(before.tolist()), of((before * 10_000).tolist()))
    assert chart["bent"]
    for side in ("baseline", "current"):
        assert sum(share > 0.01 for share in chart[side]) >= 5
    assert not sketch_chart(of(before.tolist()), of((before * 2).tolist()))["bent"]


def test_few_numbers_are_drawn_as_values() -> None:
    chart = sketch_chart(of([0.0] * 3 + [1.0]), of([1.0, 2.5]))
    assert chart == {
        "kind": "values",
        "values": ["0", "1", "2.5"],
        "baseline": [0.75, 0.25, 0.0],
        "current": [0.0, 0.5, 0.5],
    }


def test_many_categories_leave_the_most_frequent_and_the_rest() -> None:
    before = {f"v{i}": 100 - i for i in range(50)}
    chart = categorical_chart(before, {**before, "new": 5_000})
    assert len(chart["values"]) == FEW + 1
    assert chart["values"][0] == "new"
    assert chart["values"][-1] == f"{51 - FEW} others"
    assert sum(chart["current"]) == pytest.approx(1.0)


def test_the_axis_has_a_fixed_number_of_bins() -> None:
    chart = sketch_chart(of([float(i) for i in range(100)]), of([1.0]))
    assert len(chart["edges"]) == BINS + 1
