"""By whom: all of it comes from one client, or one variant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slipway_drift.diagnosis.diagnosis import Diagnosis
from slipway_drift.diagnosis.traces import mean, trace_of
from slipway_drift.statistics.slices import CLIENT, VARIANT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.checks.check import FeatureCheck
    from slipway_drift.diagnosis.scene import Scene
    from slipway_drift.diagnosis.traces import Point, Trace

UNNAMED: Final = "that does not name itself"


def sources(scene: Scene) -> Iterator[Diagnosis]:
    """Tell of the columns that are otherwise in the rows of one sender alone."""
    for kind in (CLIENT, VARIANT):
        found: dict[str, list[tuple[FeatureCheck, Trace]]] = {}
        for feature in scene.suspects:
            trace = trace_of(feature, scene.slices, kind)
            culprit = only_one(trace) if trace else None
            if trace and culprit is not None:
                found.setdefault(culprit.name, []).append((feature, trace))
        for name, held in found.items():
            yield told(scene, kind, name, held)


def only_one(trace: Trace) -> Point | None:
    """The point without which all others are as in the baseline; None where there is none."""
    for point in trace.points:
        others = [other for other in trace.points if other is not point]
        if trace.moved([point], others) and trace.clearly([point], others):
            return point
    return None


def told(scene: Scene, kind: str, name: str, held: list[tuple[FeatureCheck, Trace]]) -> Diagnosis:
    names = tuple(feature.name for feature, _ in held)
    feature, trace = held[0]
    mine = [point for point in trace.points if point.name == name]
    others = [point for point in trace.points if point.name != name]
    evidence = (
        f"Of `{feature.name}` the {trace.what} is {mean(mine):.4g} in the rows of this {kind}, "
        f"{mean(others):.4g} in all others, and {trace.base:.4g} in the baseline."
    )
    cause = f"One {kind} sends all of it: {name or UNNAMED}"
    return Diagnosis(cause, names, "", evidence, scene.explained(names))
