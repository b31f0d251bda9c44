"""SAGEMAKER_INFERENCE_OUTPUT: the parts of an XGBoost prediction that the caller selected.

Follows `get_selected_predictions` of sagemaker-xgboost-container's serve_utils: what a part means
depends on the objective, and a part that the objective does not have is NaN.
"""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import CSV, JSON

JSON_LINES = "application/jsonlines"

_SCORES = frozenset(("predicted_score",))
_RAW = frozenset(("predicted_label", "labels", "raw_score", "raw_scores"))
_ALL = _RAW | {"probability", "probabilities"}
_PARTS = {
    "reg:squarederror": _SCORES,
    "reg:logistic": _SCORES,
    "reg:gamma": _SCORES,
    "reg:absoluteerror": _SCORES,
    "reg:tweedie": _SCORES,
    "binary:logistic": _ALL,
    "binary:logitraw": _RAW,
    "binary:hinge": _RAW,
    "multi:softmax": _RAW,
    "multi:softprob": _ALL,
}

Selected = dict[str, Any]


def selected_names(variable: str) -> list[str]:
    """The names in the variable, as `predicted_label, probabilities`."""
    return variable.replace(" ", "").lower().split(",")


def select(
    predictions: NDArray[Any], names: Sequence[str], objective: str, classes: int
) -> list[Selected]:
    """The named parts of each prediction; ValueError where the objective has none at all."""
    if objective not in _PARTS:
        raise ValueError(
            f"Objective `{objective}` unsupported for selectable inference predictions."
        )
    return [
        {
            name: _part(name, row, objective, classes) if name in _PARTS[objective] else math.nan
            for name in names
        }
        for row in predictions
    ]


def _part(name: str, row: NDArray[Any], objective: str, classes: int) -> object:
    match name:
        case "predicted_label":
            return _label(row, objective)
        case "labels":
            return [0, 1] if objective.startswith("binary:") else list(range(classes))
        case "probabilities" | "raw_scores":
            return row.tolist() if row.ndim else [1.0 - row.item(), row.item()]
    return row.max().item()


def _label(row: NDArray[Any], objective: str) -> float:
    match objective:
        case "multi:softprob":
            return int(np.argmax(row))
        case "binary:logistic":
            return int(row > 0.5)
        case "binary:logitraw":
            return int(row > 0)
    return float(row.item())


def encode_selected(selected: Sequence[Selected], accept: str, *, batch: bool) -> bytes:
    """The parts as json, jsonlines or csv; ValueError for other types."""
    if accept == JSON:
        return json.dumps({"predictions": selected}).encode()
    if accept == JSON_LINES:
        return "".join(f"{json.dumps(each)}\n" for each in selected).encode()
    if accept == CSV:
        lines = [",".join(map(_field, each.values())) for each in selected]
        return ("\n".join(lines) + ("\n" if batch else "")).encode()
    raise ValueError(f"Cannot encode selected predictions into accept type '{accept}'.")


def _field(value: object) -> str:
    return f'"{value}"' if isinstance(value, list) else str(value)
