"""statistics.json: what is known of a dataset, in Model Monitor's shape.

Source: files of the container of 2024; https://docs.aws.amazon.com/sagemaker/latest/dg/
model-monitor-interpreting-statistics.html. Optional blocks are left out, never null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from slipway_drift.errors import DriftError
from slipway_drift.statistics.sketch import Sketch, buckets, sketch_of

if TYPE_CHECKING:
    from slipway_drift.jackson import Document
    from slipway_drift.statistics.column import Column, Numbers
    from slipway_drift.statistics.profile import Profile

FEW_VALUES: Final = 120  # Deequ's DEFAULT_CARDINALITY_THRESHOLD
NULL_VALUE: Final = "NullValue"  # Deequ's Histogram.NullFieldReplacement


def statistics(profile: Profile) -> Document:
    """Write the profile as a statistics.json document."""
    return {
        "version": 0.0,
        "dataset": {"item_count": profile.item_count},
        "features": [feature_statistics(column) for column in profile.columns],
    }


def feature_statistics(column: Column) -> Document:
    inferred = column.literals.inferred_type
    common = {
        "num_present": column.literals.present,
        "num_missing": column.literals.missing,
    }
    block: dict[str, object] = {"common": common}
    named: dict[str, object] = {"name": column.name, "inferred_type": inferred}
    if column.is_numeric:
        named["numerical_statistics"] = block
        block.update(numerical_statistics(column, column.numbers))
        return named
    named["string_statistics"] = block
    block["distinct_count"] = float(column.distinct)
    block["completeness"] = column.completeness
    if counts := categories(column):
        held = [{"value": value, "count": count} for value, count in counts.items()]
        block["distribution"] = {"categorical": {"buckets": held}}
    return named


def numerical_statistics(column: Column, numbers: Numbers) -> Document:
    known: dict[str, object] = {}
    moments, sketch = numbers.moments, numbers.sketch
    if moments.count:
        known = {
            "mean": moments.mean,
            "sum": moments.sum,
            "std_dev": moments.std_dev,
            "min": moments.min,
            "max": moments.max,
        }
    known["approximate_num_distinct_values"] = column.distinct
    known["completeness"] = column.completeness
    if moments.count:
        parameters = {"c": 0.64, "k": 2048.0}
        kll = {
            "buckets": buckets(sketch, moments.min, moments.max),
            "sketch": {"parameters": parameters, "data": sketch.data},
        }
        known["distribution"] = {"kll": kll}
    return known


def categories(column: Column) -> dict[str, int]:
    """Count the values of a String column of few values; the missing ones as `NullValue`."""
    few = column.values.complete and column.distinct <= FEW_VALUES
    if column.literals.inferred_type != "String" or not few:
        return {}
    counts = dict(column.values.counts)
    if column.literals.missing:
        counts[NULL_VALUE] = counts.get(NULL_VALUE, 0) + column.literals.missing
    return counts


@dataclass(frozen=True, slots=True)
class FeatureStatistics:
    """What a check needs of one feature of a statistics.json, whoever wrote it."""

    name: str
    inferred_type: str = "Unknown"
    present: int = 0
    missing: int = 0
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    std_dev: float | None = None
    sketch: Sketch | None = None
    categories: Mapping[str, int] = field(default_factory=dict)

    @property
    def completeness(self) -> float | None:
        """The share of rows that have a value; None where nothing is known of any."""
        rows = self.present + self.missing
        return self.present / rows if rows else None


def read_statistics(document: object) -> tuple[FeatureStatistics, ...]:
    """Read the features of a parsed statistics.json; DriftError says what is not as it should."""
    features = document.get("features") if isinstance(document, Mapping) else None
    if not isinstance(features, Sequence):
        raise DriftError("statistics: `features` is missing: is this a statistics.json?")
    try:
        return tuple(read_feature(feature) for feature in features)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DriftError(
            f"statistics: a feature is not in Model Monitor's shape: {error!r}"
        ) from error


def read_feature(feature: Mapping[str, Any]) -> FeatureStatistics:
    block = feature.get("numerical_statistics") or feature.get("string_statistics") or {}
    common = block.get("common", {})
    distribution = block.get("distribution", {})
    data = distribution.get("kll", {}).get("sketch", {}).get("data")
    held = distribution.get("categorical", {}).get("buckets", [])
    return FeatureStatistics(
        str(feature["name"]),
        str(feature.get("inferred_type", "Unknown")),
        int(common.get("num_present", 0)),
        int(common.get("num_missing", 0)),
        number(block.get("min")),
        number(block.get("max")),
        number(block.get("mean")),
        number(block.get("std_dev")),
        sketch=sketch_of(data) if data else None,
        categories={str(bucket["value"]): int(bucket["count"]) for bucket in held},
    )


def number(value: object) -> float | None:
    """Read a number, or a quoted one (`"NaN"`, `"Infinity"`)."""
    return None if value is None else float(str(value))
