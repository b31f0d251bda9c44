"""A model that answers the same whatever it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_drift.diagnosis.diagnosis import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.diagnosis.scene import Scene
    from slipway_drift.statistics.column import Column


def constant(scene: Scene) -> Iterator[Diagnosis]:
    """Tell of an answer of one value where the baseline's has more."""
    for feature in scene.suspects:
        if feature.role != "prediction" or not feature.current.literals.present:
            continue
        known = feature.baseline
        varied = len(known.categories) > 1 or (known.sketch is not None and known.min != known.max)
        value = only_value(feature.current)
        if varied and value is not None:
            rows, names = feature.current.literals.present, (feature.name,)
            evidence = f"All {rows:,} answers are {value}; the baseline's vary."
            yield Diagnosis(
                "The model answers a constant", names, "", evidence, scene.explained(names)
            )


def only_value(column: Column) -> str | None:
    counts = column.values.counts
    return next(iter(counts)) if column.values.complete and len(counts) == 1 else None
