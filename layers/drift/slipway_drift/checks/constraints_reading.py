"""Read a constraints.json that the container, Slipway or a person wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slipway_drift.checks.constraints import (
    CATEGORICAL_METHODS,
    METHODS,
    TYPES,
    Constraints,
    FeatureConstraints,
    MonitoringConfig,
    Overrides,
    config_document,
)
from slipway_drift.errors import DriftError


def read_constraints(document: object) -> Constraints:
    """Read a parsed constraints.json; DriftError names the field, its value and what it may be.

    Files of 2019 to 2022 lack the categorical settings, and both spellings of the overrides and
    of the comparison methods are in use.
    """
    held = mapping(document, "constraints")
    features = held.get("features")
    if not isinstance(features, Sequence) or isinstance(features, str):
        raise DriftError("constraints: `features` is missing: is this a constraints.json?")
    return Constraints(
        tuple(read_feature(mapping(feature, "features")) for feature in features),
        read_config(mapping(held.get("monitoring_config", {}), "monitoring_config")),
    )


def read_feature(feature: Mapping[str, Any]) -> FeatureConstraints:
    name = feature.get("name")
    if not isinstance(name, str):
        raise DriftError(f"constraints: a feature has the name {name!r}; it must be a text")
    numeric = mapping(feature.get("num_constraints") or {}, f"{name}.num_constraints")
    textual = mapping(feature.get("string_constraints") or {}, f"{name}.string_constraints")
    domains = textual.get("domains")
    return FeatureConstraints(
        name,
        choice(feature.get("inferred_type", "Unknown"), dict.fromkeys(TYPES), name),
        share(feature.get("completeness", 0.0), f"{name}.completeness"),
        numeric.get("is_non_negative"),
        None if domains is None else tuple(str(value) for value in domains),
        read_overrides(feature, numeric, textual),
    )


def read_overrides(*places: Mapping[str, Any]) -> Overrides:
    """Find the overrides where the documentation, the SDK or its fixtures put them."""
    for place in places:
        for spelling in ("monitoring_config_overrides", "monitoringConfigOverrides"):
            if spelling in place:
                held = mapping(place[spelling], spelling)
                return Overrides(
                    switch(held.get("evaluate_constraints"), "evaluate_constraints"),
                    switch(held.get("emit_metrics"), "emit_metrics"),
                )
    return Overrides()


def read_config(config: Mapping[str, Any]) -> MonitoringConfig:
    usual = MonitoringConfig()
    drift = mapping(config.get("distribution_constraints") or {}, "distribution_constraints")

    def on(place: Mapping[str, Any], key: str) -> bool:
        value = switch(place.get(key), key)
        return True if value is None else value

    threshold = share(
        drift.get("comparison_threshold", usual.comparison_threshold), "comparison_threshold"
    )
    return MonitoringConfig(
        on(config, "evaluate_constraints"),
        on(config, "emit_metrics"),
        share(config.get("datatype_check_threshold", 1.0), "datatype_check_threshold"),
        share(config.get("domain_content_threshold", 1.0), "domain_content_threshold"),
        on(drift, "perform_comparison"),
        threshold,
        METHODS[choice(drift.get("comparison_method", "Robust"), METHODS, "comparison_method")],
        share(
            drift.get("categorical_comparison_threshold", threshold),
            "categorical_comparison_threshold",
        ),
        CATEGORICAL_METHODS[
            choice(
                drift.get("categorical_drift_method", "LInfinity"),
                CATEGORICAL_METHODS,
                "categorical_drift_method",
            )
        ],
    )


def read_settings(settings: Mapping[str, object]) -> MonitoringConfig:
    """Read settings given by their names alone, wherever a monitoring_config would hold them."""
    inside = config_document(MonitoringConfig())["distribution_constraints"]
    known = (*config_document(MonitoringConfig()), *inside)
    for key in settings:
        if key not in known or key == "distribution_constraints":
            allowed = ", ".join(name for name in known if name != "distribution_constraints")
            raise DriftError(f"monitoring_config: `{key}` is not known; it is one of {allowed}")
    drift = {key: value for key, value in settings.items() if key in inside}
    return read_config({**settings, "distribution_constraints": drift})


def mapping(value: object, field: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise DriftError(f"constraints: `{field}` is {value!r}; it must be an object")
    return value


def share(value: object, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise DriftError(f"constraints: `{field}` is {value!r}; it must be a number from 0 up")
    return float(value)


def switch(value: object, field: str) -> bool | None:
    """Read Enabled or Disabled, in any case; None where it is not said."""
    if value is None:
        return None
    return choice(value, {"enabled": "", "disabled": ""}, field) == "enabled"


def choice(value: object, allowed: Mapping[str, Any], field: str) -> str:
    """Find the allowed word that is `value` but for its case."""
    for word in allowed:
        if str(value).lower() == word.lower():
            return word
    raise DriftError(f"constraints: `{field}` is {value!r}; it must be one of {', '.join(allowed)}")
