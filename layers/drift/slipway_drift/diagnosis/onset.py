"""Since which minute: what changed at once, and not with the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slipway_drift.diagnosis.diagnosis import Diagnosis
from slipway_drift.diagnosis.emptied import SMALLEST, lost
from slipway_drift.diagnosis.traces import mean, trace_of, weight
from slipway_drift.statistics.slices import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slipway_drift.checks.check import FeatureCheck
    from slipway_drift.diagnosis.scene import Scene
    from slipway_drift.diagnosis.traces import Trace

GONE: Final = 0.95


def onsets(scene: Scene) -> Iterator[Diagnosis]:
    """Tell of the columns that changed in one minute, those that lost their values apart."""
    found: dict[tuple[str, str], list[tuple[FeatureCheck, Trace]]] = {}
    for feature in scene.suspects:
        trace = trace_of(feature, scene.slices, MINUTE)
        since = onset(trace) if trace else ""
        if trace and since:
            found.setdefault((cause_of(feature, trace, since), since), []).append((feature, trace))
    for (cause, since), held in found.items():
        yield told(scene, cause, since, held)


def onset(trace: Trace) -> str:
    """The minute from which on all is otherwise than before, where it was as in the baseline;
    "" where there is none."""
    cut = best_cut(trace)
    before, after = trace.points[:cut], trace.points[cut:]
    if not trace.moved(after, before) or not trace.clearly(after, before):
        return ""
    return trace.points[cut].name


def best_cut(trace: Trace) -> int:
    """Where what comes before and after are farthest apart, on the rows that there are."""
    total, whole = sum(p.total for p in trace.points), weight(trace.points)
    best, cut, rows, held = 0.0, 0, 0.0, 0.0
    for place, point in enumerate(trace.points[:-1], start=1):
        rows, held = rows + point.weight, held + point.total
        gap = held / rows - (total - held) / (whole - rows)
        apart = gap * gap * rows * (whole - rows)
        if apart > best:
            best, cut = apart, place
    return cut


def cause_of(feature: FeatureCheck, trace: Trace, since: str) -> str:
    after = [point for point in trace.points if point.name >= since]
    if lost(feature) > SMALLEST:
        return "No value any more" if mean(after) >= GONE else "Values are missing"
    return "A change from one minute to the next"


def told(
    scene: Scene, cause: str, since: str, held: Sequence[tuple[FeatureCheck, Trace]]
) -> Diagnosis:
    names = tuple(feature.name for feature, _ in held)
    feature, trace = held[0]
    before = [point for point in trace.points if point.name < since]
    after = [point for point in trace.points if point.name >= since]
    evidence = (
        f"Of `{feature.name}` the {trace.what} was {mean(before):.4g} until then, "
        f"{trace.base:.4g} in the baseline, and is {mean(after):.4g} in the "
        f"{weight(after):,.0f} rows since."
    )
    return Diagnosis(cause, names, as_time(since), evidence, scene.explained(names))


def as_time(minute: str) -> str:
    return f"{minute.replace('T', ' ')} UTC"
