"""What watching needs of the world: schedules, alarms, captures, what scales, what is counted."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import BinaryIO, Protocol

from slipway.domain.alarms import Alarm, Sighting
from slipway.domain.desired import Artifact
from slipway.domain.judging.seen import Seen
from slipway.domain.scaling import Scaled
from slipway.domain.watch import Schedule, Window
from slipway.engine import Files, Measurement


class Schedules(Protocol):
    """What checks for drift, of one runner."""

    def find(self, name: str) -> Schedule | None: ...

    def put(self, schedule: Schedule) -> None:
        """Make the schedule, or make the one of its name what it says."""
        ...

    def delete(self, name: str) -> None: ...


class Alarms(Protocol):
    """Alarms, Slipway's own and others."""

    def find(self, names: Collection[str]) -> tuple[Sighting, ...]:
        """Those of the names that are there."""
        ...

    def rang(self, names: Collection[str], since: float) -> dict[str, str]:
        """Why each of the names last began to ring since then, in epoch seconds, that did."""
        ...

    def put(self, alarm: Alarm) -> None: ...

    def delete(self, name: str) -> None: ...


class Scalings(Protocol):
    """What Application Auto Scaling scales."""

    def find(self, endpoint: str, variant: str) -> Scaled | None:
        """What is registered of a variant; of an impossible value where it is not as `put` makes
        it."""
        ...

    def put(self, scaled: Scaled) -> None:
        """Register the variant with its policies, or make them what it says."""
        ...

    def delete(self, endpoint: str, variant: str) -> None:
        """Deregister the variant, and delete what followed it."""
        ...


class Checks(Protocol):
    """Checks for drift as executions of a state machine."""

    def start(self, schedule: Schedule, at: float) -> str:
        """Check the window that has ended at `at`, in epoch seconds; the execution."""
        ...


class Monitored(Protocol):
    """Captured requests, baselines and reports, in the bucket."""

    def captures(self, endpoint: str, window: Window) -> list[tuple[str, int]]:
        """Keys and sizes of the capture files of a window, sorted."""
        ...

    def latest(self, endpoint: str, most: int) -> list[str]:
        """The keys of the last capture files of an endpoint, oldest first."""
        ...

    def open(self, keys: Iterable[str]) -> Iterator[tuple[str, BinaryIO]]:
        """Each key with a stream of its bytes, to `read` from, one after the other; those that are
        gone are left out."""
        ...

    def data(self, data: Artifact) -> BinaryIO:
        """Exactly this version of the uploaded baseline data, to read and to seek in."""
        ...

    def read(self, folder: str, names: Sequence[str]) -> Files:
        """Those of the files that are in the folder. Raises Refused for one above 64 MiB."""
        ...

    def present(self, folder: str) -> set[str]:
        """The names of the files in the folder."""
        ...

    def windows(self, history: str, name: str, until: str, most: int) -> list[str]:
        """The folders of the last windows before the folder `until` that hold a file `name`,
        oldest first."""
        ...

    def write(self, folder: str, files: Files) -> None:
        """Write the files in their order."""
        ...

    def remove(self, folder: str, names: Iterable[str]) -> None: ...


Span = tuple[float, float]


class Traffic(Protocol):
    """What the variants of an endpoint did with their requests, as the service counts it. A span
    is of epoch seconds, without its end."""

    def complete(self, now: float) -> float:
        """Up to when everything is counted."""
        ...

    def latencies(
        self, endpoint: str, variant: str, until: float, quantiles: Sequence[float]
    ) -> tuple[float, ...]:
        """How long a variant took in the hour before, in microseconds, for each of the quantiles;
        nothing where it was not asked."""
        ...

    def seen(self, endpoint: str, variant: str, span: Span, limits: Sequence[float]) -> Seen:
        """What a variant was asked, and how many of its answers took longer than each limit."""
        ...


class Measurements(Protocol):
    """Where metrics of windows go."""

    def put(
        self, endpoint: str, schedule: str, at: float, metrics: Sequence[Measurement]
    ) -> None: ...
