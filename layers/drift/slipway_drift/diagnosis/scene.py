"""What a diagnosis looks at: the window's statistics beside the baseline's, and what violates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from slipway_drift.checks.check import counted
from slipway_drift.checks.evidence import chance_of_gap
from slipway_drift.checks.limits import Limits
from slipway_drift.checks.shift import gaps

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from slipway_drift.checks.check import FeatureCheck
    from slipway_drift.checks.violations import Violation
    from slipway_drift.statistics.column import Column
    from slipway_drift.statistics.sketch import Floats
    from slipway_drift.statistics.slices import Slices
    from slipway_drift.statistics.statistics_document import FeatureStatistics

    Weighted = tuple[Floats, Floats]

NOTHING_ALIKE: Final = 1.0
LIKELY: Final = 0.001


@dataclass(frozen=True, slots=True)
class Scene:
    """The features in the baseline's order, what holds the window, its rows by minute and sender,
    and whether the baseline says which of its columns are answers."""

    features: tuple[FeatureCheck, ...]
    findings: tuple[Violation, ...]
    limits: Limits = field(default_factory=Limits)
    slices: Slices = field(default_factory=dict)
    answers_known: bool = True

    @property
    def suspects(self) -> tuple[FeatureCheck, ...]:
        """The features that violate."""
        names = {finding.feature for finding in self.findings}
        return tuple(feature for feature in self.features if feature.name in names)

    def explained(self, names: Collection[str]) -> int:
        """How many findings are of these features."""
        return sum(finding.feature in names for finding in self.findings)

    def fits(self, gap: float, current: Column, known: FeatureStatistics) -> bool:
        """Say whether so large a distance is none: small, or no wonder on the rows that there
        are."""
        n, m = max(1, current.literals.present), max(1, known.present)
        small = min(self.limits.ks / 2, 0.1)
        return gap <= small or (gap <= 2 * small and chance_of_gap(gap, n, m) > LIKELY)


def gap_between(known: FeatureStatistics, current: Column) -> float:
    """How far apart a column and a feature of the baseline are, be it its own or not, 0 to 1."""
    if known.sketch and known.sketch.weight and current.is_numeric:
        return numeric_gap(known.sketch.weighted(), current)
    if known.categories and current.values.complete and not current.is_numeric:
        return share_gap(known.categories, counted(current))
    return NOTHING_ALIKE


def numeric_gap(known: Weighted, current: Column) -> float:
    seen = current.numbers.sketch
    return gaps(known, seen.weighted())[0] if seen.weight else NOTHING_ALIKE


def share_gap(known: Mapping[str, int], seen: Mapping[str, int]) -> float:
    n, m = sum(known.values()), sum(seen.values())
    if not n or not m:
        return NOTHING_ALIKE
    return max(abs(known.get(v, 0) / n - seen.get(v, 0) / m) for v in {*known, *seen})
