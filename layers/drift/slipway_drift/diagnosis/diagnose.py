"""All causes that are looked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from slipway_drift.checks.violations import Violation
from slipway_drift.diagnosis.constant import constant
from slipway_drift.diagnosis.diagnosis import Explanation
from slipway_drift.diagnosis.emptied import emptied
from slipway_drift.diagnosis.onset import onsets
from slipway_drift.diagnosis.partial_units import partial_units
from slipway_drift.diagnosis.replaced import replaced
from slipway_drift.diagnosis.shifted import CAUSE as SHIFTED
from slipway_drift.diagnosis.shifted import shifted
from slipway_drift.diagnosis.sources import sources
from slipway_drift.diagnosis.units import units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slipway_drift.checks.beyond import Judgement
    from slipway_drift.diagnosis.diagnosis import Diagnosis
    from slipway_drift.diagnosis.scene import Scene

# What would make all others look as if they were is looked for first.
CAUSES: Final[tuple[Callable[[Scene], Iterator[Diagnosis]], ...]] = (
    shifted,
    constant,
    onsets,
    emptied,
    replaced,
    units,
    partial_units,
)


def diagnose(scene: Scene) -> Explanation:
    """Name the causes of a window's findings, those that explain most first; each column has one
    cause, and perhaps one sender besides."""
    found: list[Diagnosis] = []
    for look in CAUSES:
        taken = {name for held in found for name in held.columns}
        found += [held for held in look(scene) if not taken.intersection(held.columns)]
    ranked = sorted((*found, *sources(scene)), key=lambda held: -held.explains)
    return Explanation(len(scene.findings), tuple(ranked))


def settle(judgement: Judgement, explanation: Explanation) -> Judgement:
    """Tell of columns that are shifted once: what each of them violates for that is no finding."""
    for held in explanation.causes:
        if held.cause == SHIFTED:
            order = Violation("column_order_check", f"{held.cause}. {held.evidence}", "Columns")
            violations, holding = (
                (order, *(v for v in found if v.feature not in held.columns))
                for found in (judgement.violations, judgement.holding)
            )
            return replace(judgement, violations=violations, holding=holding)
    return judgement
