"""constraints.json: what a dataset must keep to, in Model Monitor's shape.

Source: files of the container of 2019 to 2026; https://docs.aws.amazon.com/sagemaker/latest/dg/
model-monitor-byoc-constraints.html; SageMaker Python SDK, Constraints.set_monitoring.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway_drift.jackson import Document

Method = Literal["Simple", "Robust"]
CategoricalMethod = Literal["LInfinity", "ChiSquared"]

METHODS: Final[Mapping[str, Method]] = {
    "simple": "Simple",
    "robust": "Robust",
    "linf_simple": "Simple",
    "linf_robust": "Robust",
}
CATEGORICAL_METHODS: Final[Mapping[str, CategoricalMethod]] = {
    "linfinity": "LInfinity",
    "chisquared": "ChiSquared",
}
TYPES: Final = ("Integral", "Fractional", "String", "Unknown")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What one feature does otherwise than the whole; None follows the whole."""

    evaluate_constraints: bool | None = None
    emit_metrics: bool | None = None


@dataclass(frozen=True, slots=True)
class FeatureConstraints:
    """What one feature must keep to."""

    name: str
    inferred_type: str = "Unknown"
    completeness: float = 0.0
    is_non_negative: bool | None = None
    domains: tuple[str, ...] | None = None
    overrides: Overrides = field(default_factory=Overrides)


@dataclass(frozen=True, slots=True)
class MonitoringConfig:
    """How constraints are judged; the defaults are those the container writes."""

    evaluate_constraints: bool = True
    emit_metrics: bool = True
    datatype_check_threshold: float = 1.0
    domain_content_threshold: float = 1.0
    perform_comparison: bool = True
    comparison_threshold: float = 0.1
    comparison_method: Method = "Robust"
    categorical_comparison_threshold: float = 0.1
    categorical_drift_method: CategoricalMethod = "LInfinity"


@dataclass(frozen=True, slots=True)
class Constraints:
    """A constraints.json."""

    features: tuple[FeatureConstraints, ...]
    config: MonitoringConfig = field(default_factory=MonitoringConfig)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    @property
    def domains(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each column's name and the values it may have (none where any will do), in order."""
        return tuple((feature.name, feature.domains or ()) for feature in self.features)

    def evaluates(self, feature: FeatureConstraints) -> bool:
        override = feature.overrides.evaluate_constraints
        return self.config.evaluate_constraints if override is None else override

    def emits(self, feature: FeatureConstraints) -> bool:
        override = feature.overrides.emit_metrics
        return self.config.emit_metrics if override is None else override

    def document(self) -> Document:
        """Write a constraints.json document."""
        return {
            "version": 0.0,
            "features": [feature_document(feature) for feature in self.features],
            "monitoring_config": config_document(self.config),
        }


def feature_document(feature: FeatureConstraints) -> Document:
    written: dict[str, object] = {
        "name": feature.name,
        "inferred_type": feature.inferred_type,
        "completeness": feature.completeness,
    }
    if feature.is_non_negative is not None:
        written["num_constraints"] = {"is_non_negative": feature.is_non_negative}
    if feature.domains is not None:
        written["string_constraints"] = {"domains": list(feature.domains)}
    overrides = {
        name: enabled(value)
        for name in ("evaluate_constraints", "emit_metrics")
        if (value := getattr(feature.overrides, name)) is not None
    }
    if overrides:
        written["monitoring_config_overrides"] = overrides
    return written


def config_document(config: MonitoringConfig) -> Document:
    return {
        "evaluate_constraints": enabled(config.evaluate_constraints),
        "emit_metrics": enabled(config.emit_metrics),
        "datatype_check_threshold": config.datatype_check_threshold,
        "domain_content_threshold": config.domain_content_threshold,
        "distribution_constraints": {
            "perform_comparison": enabled(config.perform_comparison),
            "comparison_threshold": config.comparison_threshold,
            "comparison_method": config.comparison_method,
            "categorical_comparison_threshold": config.categorical_comparison_threshold,
            "categorical_drift_method": config.categorical_drift_method,
        },
    }


def enabled(value: bool) -> str:  # noqa: FBT001 - a word for a truth is what this is
    return "Enabled" if value else "Disabled"
