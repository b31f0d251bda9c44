"""Categories that are called otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slipway_drift.checks.evidence import chance_of_either
from slipway_drift.diagnosis.diagnosis import Diagnosis
from slipway_drift.statistics.statistics_document import NULL_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slipway_drift.checks.check import FeatureCheck
    from slipway_drift.diagnosis.scene import Scene

LIKELY: Final = 0.001
FEWEST: Final = 10  # expected of a value before its absence means anything


def replaced(scene: Scene) -> Iterator[Diagnosis]:
    """Tell of a value that is gone where another came that is as frequent."""
    for feature in scene.suspects:
        pairs = renamed(feature)
        if not pairs:
            continue
        now, then = feature.current.literals.rows, sum(feature.baseline.categories.values())
        said = "; ".join(
            f"{new!r} ({feature.current.values.counts[new] / now:.1%}) is new, and {old!r} "
            f"({feature.baseline.categories[old] / then:.1%} in the baseline) is gone"
            for old, new in pairs.items()
        )
        names = (feature.name,)
        whole = "A category is" if len(pairs) == 1 else f"{len(pairs)} categories are"
        yield Diagnosis(f"{whole} called otherwise", names, "", f"{said}.", scene.explained(names))


def renamed(feature: FeatureCheck) -> Mapping[str, str]:
    """Each value that is gone with the new one in its place; nothing unless all pair, each with
    one alone."""
    known, values = feature.baseline.categories, feature.current.values
    if not known or not values.complete:
        return {}
    n, m = feature.current.literals.rows, sum(known.values())
    gone = [old for old in known if old not in values.counts and known[old] * n >= FEWEST * m]
    new = [value for value in values.counts if value not in known]
    found = {
        old: [value for value in new if is_likely(values.counts[value], n, known[old], m)]
        for old in gone
        if old != NULL_VALUE
    }
    pairs = {old: fitting[0] for old, fitting in found.items() if len(fitting) == 1}
    return pairs if len(set(pairs.values())) == len(pairs) == len(found) else {}


def is_likely(seen: int, n: int, known: int, m: int) -> bool:
    return chance_of_either(seen, n, known, m) > LIKELY
