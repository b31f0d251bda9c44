"""Slipway's own checks, beside Model Monitor's: they never change what its files say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from slipway_drift.checks.check import counted
from slipway_drift.checks.own import CHECKS, own_violations
from slipway_drift.checks.repeats import distinct_rows
from slipway_drift.checks.shift import Shift, categorical_shift, numeric_shift
from slipway_drift.checks.violations import GENERAL_CHECKS, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.checks.check import Check, FeatureCheck
    from slipway_drift.checks.constraints import Constraints
    from slipway_drift.statistics.profile import Profile

HOURS_A_YEAR: Final = 8760

State = Literal["no data", "too little data", "no drift", "violations"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What Slipway's own checks allow: how large a change matters, and how sure it must be.

    `minimum_rows`: fewer are too few to judge. `ks` and `psi`: the largest distance and stability
    index. `outside`, `nulls`, `unseen`, `mistyped`: the share of values that may leave the
    baseline's range, be missing beyond its share, be unknown to it, or be no numbers where it has
    numbers. `level`: how likely a window of the baseline's own distribution may violate, over all
    features and checks together. `model_monitor`: Model Monitor's checks judge the window instead.
    """

    minimum_rows: int = 30
    ks: float = 0.1
    psi: float = 0.25
    outside: float = 0.01
    nulls: float = 0.01
    unseen: float = 0.01
    mistyped: float = 0.01
    level: float = 1 / HOURS_A_YEAR
    model_monitor: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """The state of a window, Slipway's own violations, those that count, each feature's shift."""

    state: State
    violations: tuple[Violation, ...]
    shifts: tuple[Shift | None, ...]
    holding: tuple[Violation, ...] = ()


def judge(check: Check, current: Profile, constraints: Constraints, limits: Limits) -> Judgement:
    """Apply Slipway's own checks, and say what the window amounts to."""
    if not current.item_count:
        return Judgement("no data", (), ())
    rows = distinct_rows(check)
    weight = rows / current.item_count
    shifts = tuple(shift_of(feature, weight) for feature in check.features)
    own = tuple(order_violations(current, constraints))
    if rows < limits.minimum_rows:
        few = Violation("sample_size_check", too_few(rows, current.item_count, limits), "Rows")
        return Judgement("too little data", (*own, few), shifts, (*own, few))
    level = limits.level / (len(CHECKS) * max(1, len(check.features)))
    for feature, shift in zip(check.features, shifts, strict=True):
        if constraints.evaluates(feature.constraints):
            own += tuple(own_violations(feature, shift, limits, level, weight))
    held = holding(check, own, limits)
    return Judgement("violations" if held else "no drift", own, shifts, held)


def holding(check: Check, own: tuple[Violation, ...], limits: Limits) -> tuple[Violation, ...]:
    """What makes a window one of violations; that columns are missing or too many needs no test."""
    if limits.model_monitor:
        return check.violations
    return (*(held for held in check.violations if held.check in GENERAL_CHECKS), *own)


def too_few(distinct: int, rows: int, limits: Limits) -> str:
    repeated = f", {distinct} distinct among them" if distinct < rows else ""
    return f"The window has {rows} rows{repeated}; {limits.minimum_rows} are needed."


def shift_of(feature: FeatureCheck, weight: float) -> Shift | None:
    if feature.baseline.sketch:
        return numeric_shift(feature.baseline, feature.current.numbers.sketch, weight)
    if feature.baseline.categories and feature.current.values.complete:
        return categorical_shift(feature.baseline.categories, counted(feature.current), weight)
    return None


def order_violations(current: Profile, constraints: Constraints) -> Iterator[Violation]:
    """Tell of named columns in another order: they are compared by position all the same."""
    names = [column.name for column in current.columns]
    if (
        not current.by_name
        and set(names) == set(constraints.names)
        and names != list(constraints.names)
    ):
        text = "The columns are the baseline's in another order, and are compared by position."
        yield Violation("column_order_check", text, "Columns")
