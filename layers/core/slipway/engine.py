"""What Slipway needs of the drift engine. slipway_drift.engine implements it; the functions that
carry the engine's layer hand it in."""

from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO, Protocol

Files = Mapping[str, bytes]

STATISTICS = "statistics.json"
CONSTRAINTS = "constraints.json"
VIOLATIONS = "constraint_violations.json"
OWN_VIOLATIONS = "slipway_violations.json"
SUMMARY = "slipway_drift.json"
ABOUT = "slipway_baseline.json"
REJECTED = "rejected.jsonl"
REPORT = "report.html"
BASELINE = (STATISTICS, CONSTRAINTS)


class Measurement(Protocol):
    """One metric: a value, or what a set of values amounts to (then `value` is their sum)."""

    @property
    def name(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def sample_count(self) -> int | None: ...
    @property
    def minimum(self) -> float | None: ...
    @property
    def maximum(self) -> float | None: ...


class Shard(Protocol):
    """The profile of a part of a window, mergeable with those of the others."""

    @property
    def profile(self) -> bytes: ...
    @property
    def rejected(self) -> bytes: ...
    @property
    def rows(self) -> int: ...


class Checked(Protocol):
    """A window that was held against its baseline."""

    @property
    def state(self) -> str: ...
    @property
    def files(self) -> Files: ...
    @property
    def metrics(self) -> Sequence[Measurement]: ...


class Finding(Protocol):
    """One violation; `feature` is "" where it concerns no single column."""

    @property
    def feature(self) -> str: ...
    @property
    def check(self) -> str: ...
    @property
    def description(self) -> str: ...


class Engine(Protocol):
    """The drift engine, slipway_drift.engine; what it cannot use it refuses with a ValueError."""

    def baseline(
        self,
        stream: BinaryIO,
        name: str,
        *,
        header: bool,
        config: Mapping[str, object],
        outputs: Sequence[str],
    ) -> Files: ...

    def examined(self, baseline: Files) -> str:
        """What is wrong with the data, a line each; "" where nothing is."""
        ...

    def profile(self, captures: Iterable[tuple[str, BinaryIO]], baseline: Files) -> Shard: ...

    def check(
        self,
        shards: Iterable[bytes],
        baseline: Files,
        *,
        title: str,
        window: str,
        limits: Mapping[str, float],
    ) -> Checked: ...

    def findings(self, files: Files) -> Sequence[Finding]: ...

    def state(self, files: Files) -> str:
        """What the window amounts to: "no data", "too little data", "blind", "no drift" or
        "violations"."""
        ...

    def told(self, files: Files, since: str) -> str: ...

    def report(
        self, files: Files, baseline: Files, history: Iterable[bytes], *, title: str, window: str
    ) -> bytes: ...
