"""Read a slipway_drift.json back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from slipway_drift.errors import DriftError

VERSION: Final = 1


def is_current(document: object) -> bool:
    """Say whether this is a slipway_drift.json of the version that is read here."""
    return isinstance(document, Mapping) and document.get("version") == VERSION


def read_summary(document: object) -> Mapping[str, Any]:
    """Read a parsed slipway_drift.json; DriftError where it is none of this version."""
    if not isinstance(document, Mapping) or not is_current(document):
        raise DriftError(f"summary: this is not a slipway_drift.json of version {VERSION}")
    return document


def remembered(summary: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the trend needs of an earlier window: a tenth of it."""
    kept = ("name", "distance", "violations", "numbers")
    features = [{key: feature[key] for key in kept} for feature in summary["features"]]
    return {**summary, "features": features, "rejected": []}
