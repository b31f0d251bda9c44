"""The keys below `capture` and `monitor` in slipway.yaml. Their docstrings are what the page
says."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from slipway.domain.desired import MissingData, OnViolation, Runner
from slipway.strict_keys import Strict

Percentage = Annotated[int, Field(ge=0, le=100)]
Share = Annotated[float, Field(ge=0, le=1)]
Columns = Annotated[
    list[str],
    BeforeValidator(lambda given: [given] if isinstance(given, str) else given),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


class Capture(Strict):
    """Data capture: requests and replies kept in the bucket under capture/."""

    percentage: Percentage
    """How many of 100 requests are kept."""


class Thresholds(Strict):
    """From where on something counts as a violation; Model Monitor's names, then Slipway's."""

    comparison_threshold: Share | None = None
    """The largest drift distance of a numeric column; Model Monitor's default is 0.1."""
    comparison_method: Literal["Robust", "Simple"] | None = None
    """Whether the distance is corrected for the number of rows; Robust by default."""
    categorical_comparison_threshold: Share | None = None
    """The largest drift distance of a text column; 0.1 by default."""
    categorical_drift_method: Literal["LInfinity", "ChiSquared"] | None = None
    """How text columns are compared; LInfinity by default."""
    datatype_check_threshold: Share | None = None
    """The share of values that must be of the baseline's type; 1 by default."""
    domain_content_threshold: Share | None = None
    """The share of values that must be known to the baseline; 1 by default."""
    minimum_rows: Annotated[int, Field(ge=1)] | None = None
    """Fewer rows in a window are too few to judge; 30 by default."""
    ks: Share | None = None
    """The largest Kolmogorov-Smirnov distance; 0.1 by default."""
    psi: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """The largest population stability index; 0.25 by default."""
    outside: Share | None = None
    """The share of values that may leave the baseline's range; 0.01 by default."""
    nulls: Share | None = None
    """The share of values that may be missing beyond the baseline's; 0.01 by default."""
    unseen: Share | None = None
    """The share of text values that the baseline need not know; 0.01 by default."""
    mistyped: Share | None = None
    """The share of a numeric column that may be no numbers; 0.01 by default."""
    unreadable: Share | None = None
    """The share of records that may be unreadable before a window is blind; 0.05 by default."""


class Watching(Strict):
    """Drift monitoring: captured requests are held against the uploaded baseline data."""

    every: Annotated[str, Field(pattern=r"^(1|2|3|4|6|8|12|24)h$")] = "1h"
    """How often, in hours that divide a day."""
    on_violation: OnViolation = Field(default=OnViolation.NOTIFY, strict=False)
    """Whether people are told only, or the deployment also counts as held until they act."""
    runner: Runner = Field(default=Runner.LAMBDA, strict=False)
    """Slipway's own functions; or SageMaker Model Monitor, in accounts that still have it."""
    header: bool = True
    """Whether the first row of baseline.csv names its columns."""
    outputs: Columns | None = None
    """Which columns of the baseline are the model's answers: `first`, `last`, `none`, or their
    names; when absent, names such as `prediction` or `target` tell."""
    missing_data: MissingData = Field(default=MissingData.MISSING, strict=False)
    """What the alarm makes of a window without requests, as CloudWatch calls it."""
    judged_by: Literal["slipway", "model_monitor"] = "slipway"
    """Whose checks make a window one of violations; the other's are told beside them."""
    false_alarms: Annotated[float, Field(ge=0.01, le=365, allow_inf_nan=False)] = 1.0
    """How often a year Slipway's checks may find a violation where nothing changed."""
    metrics: Literal["by_window", "by_feature"] = "by_window"
    """What CloudWatch is told: five metrics of each window; or five more of each feature, which it
    charges for one by one."""
    thresholds: Thresholds = Thresholds()
    """From where on something counts as a violation."""
