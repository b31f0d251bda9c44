"""constraint_violations.json: what does not hold, in Model Monitor's shapes.

Data-quality items name a feature; model-quality and bias items name a metric instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slipway_drift.errors import DriftError

if TYPE_CHECKING:
    from slipway_drift.jackson import Document

GENERAL_CHECKS: Final = frozenset(
    {
        "missing_column_check",
        "extra_column_check",
        "column_order_check",
        "sample_size_check",
        "unreadable_check",
    }
)


@dataclass(frozen=True, slots=True)
class Violation:
    """One constraint that does not hold; a feature is named, or a metric (of a facet in bias)."""

    check: str
    description: str
    feature: str | None = None
    metric: str | None = None
    facet: str | None = None
    facet_value: str | None = None

    def document(self) -> Document:
        named = {
            "feature_name": self.feature,
            "metric_name": self.metric,
            "facet": self.facet,
            "facet_value": self.facet_value,
        }
        return {
            **{key: value for key, value in named.items() if value is not None},
            "constraint_check_type": self.check,
            "description": self.description,
        }


def violations_document(violations: Sequence[Violation]) -> Document:
    """Write the file; where there are no violations the container writes none at all."""
    return {"violations": [violation.document() for violation in violations]}


def read_violations(document: object) -> tuple[Violation, ...]:
    """Read a parsed constraint_violations.json, whoever wrote it."""
    items = document.get("violations") if isinstance(document, Mapping) else None
    if not isinstance(items, Sequence) or isinstance(items, str):
        raise DriftError(
            "violations: `violations` is missing: is this a constraint_violations.json?"
        )
    return tuple(read_violation(item) for item in items)


def read_violation(item: object) -> Violation:
    if not isinstance(item, Mapping):
        raise DriftError(f"violations: an item is {item!r}; it must be an object")

    def text(key: str) -> str | None:
        value = item.get(key)
        return None if value is None else str(value)

    return Violation(
        text("constraint_check_type") or "unknown",
        text("description") or "",
        text("feature_name"),
        text("metric_name"),
        text("facet"),
        text("facet_value"),
    )
