"""What the engine takes and gives, in plain types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slipway_drift.checks.beyond import State
    from slipway_drift.metrics import Metric

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Shard:
    """One shard of a window: its mergeable profile, its `rejected.jsonl`, how many rows it has."""

    profile: bytes
    rejected: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What a window amounts to, the files that say so, and the metrics to publish."""

    state: State
    files: Files
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold; `feature` is empty where it is of no single one."""

    feature: str
    check: str
    description: str
