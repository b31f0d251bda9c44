"""Model quality: what a model said against what was true, in Model Monitor's files' shapes.

Metrics and names: https://docs.aws.amazon.com/sagemaker/latest/dg/
model-monitor-model-quality-metrics.html, and files of real runs. `standard_deviation` comes from
five resamples of 80 % of the rows, and is "NaN" below 200 rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from slipway_drift.checks.violations import Violation
from slipway_drift.errors import DriftError
from slipway_drift.jackson import java_double
from slipway_drift.quality.metrics import (
    binary_curves,
    binary_metrics,
    confusion_matrix,
    multiclass_metrics,
    regression_metrics,
)

if TYPE_CHECKING:
    from typing import Any

    from slipway_drift.jackson import Document
    from slipway_drift.quality.ground_truth import Judged

Measure = Callable[[Sequence["Judged"]], dict[str, float]]
Problem = Literal["Regression", "BinaryClassification", "MulticlassClassification"]

RESAMPLES: Final = 5
RESAMPLE_SHARE: Final = 0.8
FEWEST_ROWS: Final = 200
HIGHER_IS_WORSE: Final = frozenset(
    {"mae", "mse", "rmse", "false_positive_rate", "false_negative_rate"}
)
BLOCKS: Final[Mapping[str, str]] = {
    "Regression": "regression",
    "BinaryClassification": "binary_classification",
    "MulticlassClassification": "multiclass_classification",
}

MEASURES: Final[Mapping[str, Measure]] = {
    "Regression": regression_metrics,
    "BinaryClassification": binary_metrics,
    "MulticlassClassification": multiclass_metrics,
}


def quality_statistics(
    rows: Sequence[Judged], problem: Problem, evaluated: str, rng: np.random.Generator
) -> Document:
    """Write the statistics of a window; `evaluated` is its time, as `2026-01-31T08:00:00Z`.

    Raise DriftError for no rows, or labels and predictions that are no numbers in a regression.
    """
    if not rows:
        raise DriftError("quality: no prediction has its ground truth; check the ids they share")
    block: dict[str, object] = with_deviations(rows, MEASURES[problem], rng)
    if problem != "Regression":
        block["confusion_matrix"] = confusion_matrix(rows)
    if problem == "BinaryClassification":
        block |= binary_curves(rows)
    return {
        "version": 0.0,
        "dataset": {"item_count": len(rows), "evaluation_time": evaluated},
        f"{BLOCKS[problem]}_metrics": block,
    }


def with_deviations(
    rows: Sequence[Judged],
    measure: Measure,
    rng: np.random.Generator,
) -> dict[str, object]:
    values = measure(rows)
    spread: dict[str, float] = dict.fromkeys(values, math.nan)
    if len(rows) >= FEWEST_ROWS:
        size = int(len(rows) * RESAMPLE_SHARE)
        picks = [rng.choice(len(rows), size, replace=False) for _ in range(RESAMPLES)]
        samples = [measure([rows[i] for i in pick]) for pick in picks]
        spread = {name: float(np.std([s.get(name, math.nan) for s in samples])) for name in values}
    return {
        name: {"value": value, "standard_deviation": spread[name]} for name, value in values.items()
    }


def quality_constraints(statistics: Mapping[str, Any]) -> Document:
    """Make every metric of a baseline's statistics the threshold that later windows must keep."""
    kind, block = metrics_block(statistics)
    return {
        "version": 0.0,
        f"{kind}_constraints": {
            name: {
                "threshold": held["value"],
                "comparison_operator": (
                    "GreaterThanThreshold" if name in HIGHER_IS_WORSE else "LessThanThreshold"
                ),
            }
            for name, held in block.items()
            if is_metric(held)
        },
    }


def quality_violations(
    statistics: Mapping[str, Any], constraints: Mapping[str, Any]
) -> tuple[Violation, ...]:
    """Compare a window's metrics with the thresholds; what the window lacks is not compared."""
    kind, block = metrics_block(statistics)
    asked = constraints.get(f"{kind}_constraints")
    if asked is None:
        raise DriftError(f"quality: the constraints have no {kind}_constraints")
    return tuple(
        quality_violation(name, block[name], constraint)
        for name, constraint in asked.items()
        if is_metric(block.get(name)) and is_broken(float(block[name]["value"]), constraint)
    )


def quality_metrics(
    statistics: Mapping[str, Any], constraints: Mapping[str, Any]
) -> list[Document]:
    """List a window's metrics beside what the constraints ask of them, where they do."""
    kind, block = metrics_block(statistics)
    asked = constraints.get(f"{kind}_constraints") or {}
    return [
        {
            "name": name,
            "value": held["value"],
            "threshold": asked.get(name, {}).get("threshold"),
            "operator": asked.get(name, {}).get("comparison_operator"),
            "broken": name in asked and is_broken(float(held["value"]), asked[name]),
        }
        for name, held in block.items()
        if is_metric(held)
    ]


def metrics_block(statistics: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    for kind in BLOCKS.values():
        if f"{kind}_metrics" in statistics:
            return kind, statistics[f"{kind}_metrics"]
    raise DriftError("quality: these are no model-quality statistics")


def is_metric(held: object) -> bool:
    return isinstance(held, Mapping) and "value" in held


def is_broken(value: float, constraint: Mapping[str, Any]) -> bool:
    threshold = float(constraint["threshold"])
    greater = constraint["comparison_operator"] == "GreaterThanThreshold"
    return value > threshold if greater else value < threshold


def quality_violation(
    name: str, held: Mapping[str, Any], constraint: Mapping[str, Any]
) -> Violation:
    operator = constraint["comparison_operator"]
    spread = java_double(float(held["standard_deviation"])).strip('"')
    text = (
        f"Metric {name} with {java_double(float(held['value']))} +/- {spread} "
        f"was {operator} '{java_double(float(constraint['threshold']))}'"
    )
    return Violation(operator, text, metric=camel_case(name))


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
