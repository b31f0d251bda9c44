"""The traffic of variants, as it is and as it is wanted."""

from collections.abc import Iterable, Mapping
from math import isclose

from slipway.domain.plan.endpoint import CANDIDATE

SAME = 1e-6  # SageMaker keeps weights as 32-bit numbers


def split(names: Iterable[str], share: float) -> dict[str, float]:
    """The weights that give the candidate so many percent, and what it is beside the rest."""
    return {name: float(share if name == CANDIDATE else 100 - share) for name in names}


def is_as(found: Mapping[str, float], wanted: Mapping[str, float]) -> bool:
    """Whether each variant has the weight that is wanted."""
    pairs = ((found.get(name, 0.0), weight) for name, weight in wanted.items())
    return all(isclose(weight, other, rel_tol=SAME) for weight, other in pairs)


def shares(weights: Mapping[str, float]) -> str:
    """The weights in words."""
    return ", ".join(f"{name} {weight:g}" for name, weight in weights.items())
