"""The metrics of model quality, of rows of labels and predictions."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from slipway_drift.errors import DriftError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway_drift.quality.ground_truth import Judged
    from slipway_drift.statistics.sketch import Floats

POSITIVE: Final = "1"
CURVE_POINTS: Final = 101


def regression_metrics(rows: Sequence[Judged]) -> dict[str, float]:
    """Mean absolute and squared errors, the root of the latter, and R squared."""
    truth, said = numbers([row.label for row in rows]), numbers([row.prediction for row in rows])
    errors = said - truth
    mse = float(np.mean(errors**2))
    variance = float(np.mean((truth - truth.mean()) ** 2))
    return {
        "mae": float(np.mean(np.abs(errors))),
        "mse": mse,
        "rmse": math.sqrt(mse),
        "r2": 1.0 - mse / variance if variance else math.nan,
    }


def numbers(texts: Sequence[str]) -> Floats:
    try:
        return np.array([float(text) for text in texts])
    except ValueError as error:
        raise DriftError(f"quality: a label or prediction is no number: {error}") from error


def binary_metrics(rows: Sequence[Judged]) -> dict[str, float]:
    """Metrics of labels 0 and 1, each also for the best constant classifier."""
    counted = Counter((is_positive(row.label), is_positive(row.prediction)) for row in rows)
    tp, fn = counted[True, True], counted[True, False]
    fp, tn = counted[False, True], counted[False, False]
    constant = (tp + fn, 0, fp + tn, 0) if tp + fn >= fp + tn else (0, tp + fn, 0, fp + tn)
    held = rates(tp, fn, fp, tn)
    for name, value in rates(*constant).items():
        if name in ("recall", "precision", "accuracy", "f0_5", "f1", "f2"):
            held[f"{name}_best_constant_classifier"] = value
    if any(row.probability is not None for row in rows):
        held["auc"] = area_under_curve(rows)
        held["auc_best_constant_classifier"] = 0.5
    return held


def rates(tp: int, fn: int, fp: int, tn: int) -> dict[str, float]:
    recall, precision = ratio(tp, tp + fn), ratio(tp, tp + fp)
    return {
        "recall": recall,
        "precision": precision,
        "accuracy": ratio(tp + tn, tp + fn + fp + tn),
        "true_positive_rate": recall,
        "true_negative_rate": ratio(tn, tn + fp),
        "false_positive_rate": ratio(fp, fp + tn),
        "false_negative_rate": ratio(fn, fn + tp),
        "f0_5": f_score(precision, recall, 0.5),
        "f1": f_score(precision, recall, 1.0),
        "f2": f_score(precision, recall, 2.0),
    }


def multiclass_metrics(rows: Sequence[Judged]) -> dict[str, float]:
    """Accuracy, and recall, precision and F scores weighted by how frequent each class is."""
    held = {"accuracy": ratio(sum(row.label == row.prediction for row in rows), len(rows))}
    truth, said = Counter(row.label for row in rows), Counter(row.prediction for row in rows)
    right = Counter(row.label for row in rows if row.label == row.prediction)
    for label, times in truth.items():
        recall, precision = ratio(right[label], times), ratio(right[label], said[label])
        share = times / len(rows)
        for name, value in (
            ("weighted_recall", recall),
            ("weighted_precision", precision),
            ("weighted_f0_5", f_score(precision, recall, 0.5)),
            ("weighted_f1", f_score(precision, recall, 1.0)),
            ("weighted_f2", f_score(precision, recall, 2.0)),
        ):
            held[name] = held.get(name, 0.0) + share * value
    return held


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def f_score(precision: float, recall: float, beta: float) -> float:
    weighted = beta**2 * precision + recall
    return (1 + beta**2) * precision * recall / weighted if weighted else 0.0


def is_positive(label: str) -> bool:
    return label.strip().lower() in (POSITIVE, "1.0", "true")


def confusion_matrix(rows: Sequence[Judged]) -> dict[str, dict[str, int]]:
    """Count predictions within each true label."""
    counted = Counter((row.label, row.prediction) for row in rows)
    labels = sorted({label for pair in counted for label in pair})
    return {label: {said: counted[label, said] for said in labels} for label in labels}


def binary_curves(rows: Sequence[Judged]) -> dict[str, object]:
    """The receiver operating characteristic and precision-recall curves, where scores are known."""
    if all(row.probability is None for row in rows):
        return {}
    positives, scores = scored(rows)
    cuts = np.linspace(1.0, 0.0, CURVE_POINTS)
    picked = scores[None, :] >= cuts[:, None]
    tp, fp = (picked & positives).sum(axis=1), (picked & ~positives).sum(axis=1)
    recall = tp / max(int(positives.sum()), 1)
    fall_out = fp / max(int((~positives).sum()), 1)
    precision = np.where(tp + fp > 0, tp / np.maximum(tp + fp, 1), 1.0)
    return {
        "receiver_operating_characteristic_curve": {
            "false_positive_rates": fall_out.tolist(),
            "true_positive_rates": recall.tolist(),
        },
        "precision_recall_curve": {"precisions": precision.tolist(), "recalls": recall.tolist()},
    }


def scored(rows: Sequence[Judged]) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], Floats]:
    known = [row for row in rows if row.probability is not None]
    return (
        np.array([is_positive(row.label) for row in known], np.bool_),
        np.array([row.probability for row in known], np.float64),
    )


def area_under_curve(rows: Sequence[Judged]) -> float:
    """The chance that a positive row scores above a negative one; ties count half."""
    positives, scores = scored(rows)
    n, m = int(positives.sum()), int((~positives).sum())
    if not n or not m:
        return math.nan
    _, inverse, times = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(times) - (times - 1) / 2
    return float((ranks[inverse][positives].sum() - n * (n + 1) / 2) / (n * m))
