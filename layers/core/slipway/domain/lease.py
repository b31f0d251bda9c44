"""Who may act on a deployment, and what its owner has begun."""

from dataclasses import dataclass

from slipway.domain.desired import Artifact


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may act: one execution, with a number that grows with each owner.

    `touched_at` is when the owner last began to act and `quiet_until` when the calls of the owner
    before it can have landed; both in epoch seconds.
    """

    owner: str
    fence: int
    touched_at: float
    quiet_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Readings:
    """How many releases began to inspect the artifact, the last under `fence`; most need one."""

    artifact: Artifact
    count: int
    fence: int
