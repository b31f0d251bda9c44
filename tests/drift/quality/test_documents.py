"""Model quality in the files' shapes, with the violations' exact words."""

from __future__ import annotations

import numpy as np
import pytest
from slipway_drift.errors import DriftError
from slipway_drift.quality.documents import (
    quality_constraints,
    quality_statistics,
    quality_violations,
)
from slipway_drift.quality.ground_truth import Judged

AT = "2026-01-31T08:00:00Z"


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def binary(right: int, wrong: int) -> list[Judged]:
    rows = [Judged(str(i % 2), str(i % 2), 0.9 if i % 2 else 0.1) for i in range(right)]
    return rows + [Judged(str(i % 2), str(1 - i % 2), 0.1 if i % 2 else 0.9) for i in range(wrong)]


def test_regression_in_the_files_shape() -> None:
    rows = [Judged(str(i), str(i + 1.0)) for i in range(10)]
    held = quality_statistics(rows, "Regression", AT, rng())
    assert held["dataset"] == {"item_count": 10, "evaluation_time": AT}
    metrics = held["regression_metrics"]
    assert {name: metric["value"] for name, metric in metrics.items()} == pytest.approx(
        {"mae": 1.0, "mse": 1.0, "rmse": 1.0, "r2": 1 - 1 / 8.25}
    )
    assert all(np.isnan(metric["standard_deviation"]) for metric in metrics.values())


def test_a_worse_window_violates_each_metric_on_its_side() -> None:
    baseline = quality_statistics(binary(300, 0), "BinaryClassification", AT, rng())
    window = quality_statistics(binary(200, 100), "BinaryClassification", AT, rng())
    asked = quality_constraints(baseline)
    assert quality_violations(baseline, asked) == ()
    found = {v.metric: v for v in quality_violations(window, asked)}
    assert found["falsePositiveRate"].check == "GreaterThanThreshold"
    assert found["truePositiveRate"].check == "LessThanThreshold"
    block = window["binary_classification_metrics"]
    accuracy = block["accuracy"]
    assert found["accuracy"].description == (
        f"Metric accuracy with {accuracy['value']} +/- {accuracy['standard_deviation']} was "
        "LessThanThreshold '1.0'"
    )
    assert block["confusion_matrix"] == {"0": {"0": 100, "1": 50}, "1": {"0": 50, "1": 100}}
    assert {"receiver_operating_characteristic_curve", "precision_recall_curve"} <= set(block)


def test_several_classes() -> None:
    rows = [Judged("a", "a"), Judged("b", "b"), Judged("c", "a"), Judged("a", "a")]
    block = quality_statistics(rows, "MulticlassClassification", AT, rng())[
        "multiclass_classification_metrics"
    ]
    assert block["accuracy"]["value"] == 0.75
    assert block["weighted_recall"]["value"] == 0.75
    assert block["weighted_precision"]["value"] == pytest.approx(0.5 * 2 / 3 + 0.25)


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(DriftError, match="no prediction has its ground truth"):
        quality_statistics([], "Regression", AT, rng())
    with pytest.raises(DriftError, match="no number"):
        quality_statistics([Judged("a", "b")], "Regression", AT, rng())
    with pytest.raises(DriftError, match="no model-quality statistics"):
        quality_constraints({})
    held = quality_statistics([Judged("1", "2")], "Regression", AT, rng())
    with pytest.raises(DriftError, match="no regression_constraints"):
        quality_violations(held, {"version": 0.0})
