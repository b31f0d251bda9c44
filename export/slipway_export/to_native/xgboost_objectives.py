"""What XGBoost's objectives make of base_score, in the versions that differ (src/objective/).

A score begins with a margin. Since 1.0 a file holds what the margin predicts instead, and the
objective takes it back (ProbToMargin).
"""

import math
from typing import Any, Final

from slipway_export.model import ExportRefused

_RAW: Final = "binary:logitraw"
_LOGIT: Final = ("reg:logistic", "binary:logistic")
_LOG: Final = ("count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft")
_IDENTITY: Final = (
    "reg:squarederror",
    "reg:squaredlogerror",
    "reg:pseudohubererror",
    "reg:absoluteerror",
    "reg:quantileerror",
    "binary:hinge",
    _RAW,
    "multi:softmax",
    "multi:softprob",
    "rank:pairwise",
    "rank:ndcg",
    "rank:map",
)
_RENAMED: Final = {"reg:linear": "reg:squarederror"}
_RAW_IS_IDENTITY: Final = (1, 3)
_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "count:poisson": {"poisson_regression_param": {"max_delta_step": "0.7"}},
    "reg:tweedie": {"tweedie_regression_param": {"tweedie_variance_power": "1.5"}},
    "survival:aft": {
        "aft_loss_param": {
            "aft_loss_distribution": "normal",
            "aft_loss_distribution_scale": "1",
        }
    },
}


def present_name(objective: str) -> str:
    """The name that the present XGBoost knows an objective by."""
    name = objective.removeprefix("gpu:")
    name = _RENAMED.get(name, name)
    if name not in (*_LOGIT, *_LOG, *_IDENTITY):
        raise ExportRefused(f"its objective {objective[:60]!r} is none of XGBoost's own")
    return name


def margin_of(objective: str, prediction: float, version: tuple[int, int]) -> float:
    """What scores begin with where a file of this version says `prediction`."""
    raw = objective == _RAW and version < _RAW_IS_IDENTITY
    try:
        if raw or objective in _LOGIT:
            return 0.0 - math.log(1.0 / prediction - 1.0)
        return math.log(prediction) if objective in _LOG else prediction
    except (ValueError, ZeroDivisionError):
        raise ExportRefused(f"a base_score of {prediction} means nothing to {objective}") from None


def prediction_of(objective: str, margin: float) -> float:
    """What the present XGBoost must read so that scores begin with `margin`."""
    try:
        if objective in _LOGIT:
            return 1.0 / (1.0 + math.exp(-margin))
        return math.exp(margin) if objective in _LOG else margin
    except OverflowError:
        raise ExportRefused(f"a margin of {margin} means nothing to {objective}") from None


def section(objective: str, classes: int, options: dict[str, Any]) -> dict[str, Any]:
    """The `objective` of a model's document: its name, and what its loader asks for."""
    own = dict(_OPTIONS.get(objective, {}))
    if objective.startswith("rank:"):  # 1.7 insists on it, later versions pass it over
        own = {"lambda_rank_param": {"fix_list_weight": "0", "num_pairsample": "1"}}
    if objective.startswith("multi:"):
        own = {"softmax_multiclass_param": {"num_class": str(classes)}}
    if objective.startswith(("reg:", "binary:")) and not own:
        own = {"reg_loss_param": {"scale_pos_weight": "1"}}
    return {"name": objective} | own | {key: options[key] for key in own if key in options}
