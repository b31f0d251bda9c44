"""Slipway's own checks, beside Model Monitor's: they never change what its files say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slipway_drift.checks.check import counted
from slipway_drift.checks.labels import CHECK as LABELS
from slipway_drift.checks.labels import labels_violation
from slipway_drift.checks.own import CHECKS, own_violations
from slipway_drift.checks.repeats import distinct_rows
from slipway_drift.checks.shift import Shift, categorical_shift, numeric_shift
from slipway_drift.checks.violations import GENERAL_CHECKS, Violation
from slipway_drift.rows.pairing import position_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.checks.check import Check, FeatureCheck
    from slipway_drift.checks.constraints import Constraints
    from slipway_drift.checks.limits import Limits
    from slipway_drift.statistics.profile import Profile

State = Literal["no data", "too little data", "blind", "no drift", "violations"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The state of a window, Slipway's own violations, those that count, each feature's shift."""

    state: State
    violations: tuple[Violation, ...]
    shifts: tuple[Shift | None, ...]
    holding: tuple[Violation, ...] = ()


def judge(check: Check, current: Profile, constraints: Constraints, limits: Limits) -> Judgement:
    """Apply Slipway's own checks, and say what the window amounts to."""
    unseen = tuple(unreadable(current, limits))
    if unseen and not current.item_count:
        return Judgement("blind", unseen, (), unseen)
    if not current.item_count:
        return Judgement("no data", (), ())
    rows = distinct_rows(check)
    weight = rows / current.item_count
    shifts = tuple(shift_of(feature, weight) for feature in check.features)
    own = (*unseen, *order_violations(current, constraints))
    if rows < limits.minimum_rows:
        few = Violation("sample_size_check", too_few(rows, current.item_count, limits), "Rows")
        state: State = "blind" if unseen else "too little data"
        return Judgement(state, (*own, few), shifts, (*own, few))
    level = limits.level / (len(CHECKS) * max(1, len(check.features)))
    for feature, shift in zip(check.features, shifts, strict=True):
        if not constraints.evaluates(feature.constraints):
            continue
        labels = labels_violation(feature)
        found = own_violations(feature, shift, limits, level, weight)
        own += (labels,) if labels else tuple(found)
    held = holding(check, own, current, limits)
    state = "blind" if unseen else "violations" if held else "no drift"
    return Judgement(state, own, shifts, held)


def unreadable(current: Profile, limits: Limits) -> Iterator[Violation]:
    """Tell of more records that could not be read than may be: of what was in them nothing is
    known. A few among few are no evidence."""
    rejected = sum(current.rejections.values())
    records = current.records + rejected
    few = current.records > 0 and records < limits.minimum_rows
    if few or rejected <= limits.unreadable * records:
        return
    reason, _ = max(current.rejections.items(), key=lambda held: held[1])
    yield Violation(
        "unreadable_check",
        f"{rejected} of {records} records could not be read, most because: {reason}. What they "
        "say is not judged.",
        "Records",
    )


def holding(
    check: Check, own: tuple[Violation, ...], current: Profile, limits: Limits
) -> tuple[Violation, ...]:
    """What makes a window one of violations; that columns are missing or too many needs no test.
    What a reply says of its answer, under a name, is no column too many."""
    if limits.model_monitor:
        return check.violations
    features = {feature.name for feature in check.features}
    late = [column for column in current.columns if column.name not in features]
    said = late and all(column.output and position_of(column.name) < 0 for column in late)
    general = (held for held in check.violations if held.check in GENERAL_CHECKS)
    judging = (held for held in own if held.check != LABELS)
    return (*(held for held in general if not said or held.check != "extra_column_check"), *judging)


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
