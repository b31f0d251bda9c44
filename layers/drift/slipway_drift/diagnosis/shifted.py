"""Columns that hold what their neighbours held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slipway_drift.diagnosis.diagnosis import Diagnosis
from slipway_drift.diagnosis.scene import gap_between

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.diagnosis.scene import Scene

FEWEST: Final = 2
MOST: Final = 0.6  # of what violates
CAUSE: Final = "The columns are shifted by one"
PLACES: Final = {-1: "before", 1: "after"}


@dataclass(frozen=True, slots=True)
class Moved:
    """A column that fits a neighbour's baseline, at distances from it and from its own."""

    place: int
    there: float
    own: float


def shifted(scene: Scene) -> Iterator[Diagnosis]:
    """Tell of most suspects being like the baseline's column before, or after, their own."""
    for step in PLACES:
        found = moved(scene, step)
        if len(found) >= FEWEST and len(found) >= MOST * len(scene.suspects):
            yield told(scene, step, found)
            return


def moved(scene: Scene, step: int) -> list[Moved]:
    names = {feature.name for feature in scene.suspects}
    found = []
    for place, feature in enumerate(scene.features):
        if feature.name not in names or not 0 <= place + step < len(scene.features):
            continue
        neighbour = scene.features[place + step].baseline
        there = gap_between(neighbour, feature.current)
        own = gap_between(feature.baseline, feature.current)
        if scene.fits(there, feature.current, neighbour) and there < own / 2:
            found.append(Moved(place, there, own))
    return found


def told(scene: Scene, step: int, found: list[Moved]) -> Diagnosis:
    names = [feature.name for feature in scene.features]
    inside = [names[held.place] for held in found]
    # Where the row begins or ends something came in from outside, or took the answer's place.
    edge = names[0] if step < 0 else names[-1]
    columns = tuple(dict.fromkeys((*inside, edge)))
    first = found[0].place
    evidence = (
        f"{len(found)} of {len(scene.suspects)} columns that violate hold what the baseline has in "
        f"the column {PLACES[step]} (`{names[first]}` that of `{names[first + step]}`): at most "
        f"{max(held.there for held in found):.2g} apart from it, and at least "
        f"{min(held.own for held in found):.2g} from their own.{hint(scene, step)}"
    )
    return Diagnosis(CAUSE, columns, "", evidence, scene.explained(columns))


def hint(scene: Scene, step: int) -> str:
    if scene.answers_known or step > 0:
        return ""
    return (
        " Where the baseline's answers stand last, or it has none, say so: `outputs: last`, or "
        "`outputs: none`."
    )
