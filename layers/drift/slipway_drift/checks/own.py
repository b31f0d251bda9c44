"""One feature against Slipway's own limits: what is large enough to matter and surely no chance.

Each check has an effect, which its limit names, and evidence, which the level names. Both are said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slipway_drift.checks.evidence import chance_of_more
from slipway_drift.checks.precision import ROUNDING
from slipway_drift.checks.violations import Violation
from slipway_drift.statistics.statistics_document import NULL_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.checks.beyond import Limits
    from slipway_drift.checks.check import FeatureCheck
    from slipway_drift.checks.shift import Shift

NUMERIC: Final = ("Integral", "Fractional")
CHECKS: Final = ("drift", "stability", "range", "sign", "nulls", "values")


def own_violations(
    feature: FeatureCheck, shift: Shift | None, limits: Limits, level: float, weight: float
) -> Iterator[Violation]:
    """List what violates; a row weighs `weight` as evidence, and chance must be below `level`."""
    if shift:
        yield from shift_violations(feature, shift, limits, level)
    yield from sign_violations(feature, level, weight)
    yield from share_violations(feature, limits, level, weight)


def shift_violations(
    feature: FeatureCheck, shift: Shift, limits: Limits, level: float
) -> Iterator[Violation]:
    prefix = "prediction" if feature.role == "prediction" else "input"
    if shift.ks > limits.ks and shift.ks_chance < level:
        text = (
            f"The distribution moved by {shift.ks:.4g} (largest gap of shares); {limits.ks:g} is "
            f"allowed. {odds(shift.ks_chance)}"
        )
        yield Violation(f"{prefix}_drift_check", text, feature.name)
    elif shift.psi > limits.psi and shift.psi_chance < level:
        text = (
            f"The population stability index is {shift.psi:.4g}; {limits.psi:g} is allowed. "
            f"{odds(shift.psi_chance)}"
        )
        yield Violation(f"{prefix}_stability_check", text, feature.name)
    if shift.outside and shift.outside > limits.outside and shift.outside_chance < level:
        text = (
            f"{shift.outside:.2%} of values lie outside the baseline's range "
            f"[{feature.baseline.min:.17g}, {feature.baseline.max:.17g}]; {limits.outside:.2%} "
            f"may. {odds(shift.outside_chance)}"
        )
        yield Violation("range_check", text, feature.name)


def sign_violations(feature: FeatureCheck, level: float, weight: float) -> Iterator[Violation]:
    numbers = feature.current.numbers
    # What a model computes may miss nought by its rounding: no sign is lost there.
    nought = -ROUNDING * (feature.baseline.max or 0.0)
    if not feature.constraints.is_non_negative or not numbers.moments.min < nought:
        return
    items, weights = numbers.sketch.weighted()
    below = float(weights[items < nought].sum() / weights.sum())
    chance = chance_of_share(feature, below, 0, numbers.moments.count, weight)
    if chance < level:
        text = (
            f"The baseline has no negative values; {below:.2%} are negative now, the smallest is "
            f"{numbers.moments.min:g}. {odds(chance)}"
        )
        yield Violation("non_negative_check", text, feature.name)


def share_violations(
    feature: FeatureCheck, limits: Limits, level: float, weight: float
) -> Iterator[Violation]:
    counts, known = feature.current.literals, feature.baseline
    if counts.rows and known.completeness is not None:
        lost, before = counts.missing / counts.rows, 1.0 - known.completeness
        chance = chance_of_share(feature, lost, known.missing, counts.rows, weight)
        if lost - before > limits.nulls and chance < level:
            text = f"{lost:.2%} of values are missing, where {before:.2%} were. {odds(chance)}"
            yield Violation("null_check", text, feature.name)
    if not counts.present or not known.present:
        return
    check, share, before_count, limit, told = odd_values(feature, limits)
    chance = chance_of_share(feature, share, before_count, counts.present, weight)
    if share > limit and chance < level:
        yield Violation(check, f"{share:.2%} of values {told}. {odds(chance)}", feature.name)


def odd_values(feature: FeatureCheck, limits: Limits) -> tuple[str, float, int, float, str]:
    """The share of values of a kind that the baseline has hardly any of, and how many it has."""
    counts, values = feature.current.literals, feature.current.values
    if feature.baseline.inferred_type in NUMERIC:
        share = (counts.string + counts.boolean) / counts.present
        return "mistyped_check", share, 0, limits.mistyped, "are no numbers"
    known = feature.baseline.categories
    if not known or not values.complete:
        return "unseen_check", 0.0, 0, limits.unseen, ""
    unseen = {value: count for value, count in values.counts.items() if value not in known}
    # As many of the baseline's rows have a value that no other has: so often are new ones seen.
    once = sum(1 for value, count in known.items() if count == 1 and value != NULL_VALUE)
    most = max(unseen, key=lambda value: unseen[value], default="")
    told = f"are unknown to the baseline, most of them {most[:80]!r}"
    share = sum(unseen.values()) / counts.present
    return "unseen_check", share, once, limits.unseen, told


def chance_of_share(
    feature: FeatureCheck, share: float, before: int, rows: int, weight: float
) -> float:
    """How likely so large a share comes by chance, where the baseline had `before` of its rows."""
    known, weighed = feature.baseline.present + feature.baseline.missing, max(1, int(rows * weight))
    return chance_of_more(int(share * weighed + 1e-9), weighed, before, max(known, before))


def odds(chance: float) -> str:
    """A chance in words; what is certain for every purpose is not told to the last digit."""
    if chance < 1e-9:
        return "Chance alone does as much less than once in 1,000,000,000 windows."
    return f"Chance alone does as much at most once in {1 / chance:,.0f} windows."
