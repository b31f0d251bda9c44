"""The ports that are not SageMaker, in memory, with the semantics of the real ones."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from io import BytesIO
from math import inf
from typing import BinaryIO

from slipway.domain import naming
from slipway.domain.alarms import Alarm, AlarmState, Sighting
from slipway.domain.desired import ONLY, Artifact, Uploads
from slipway.domain.errors import Conflict
from slipway.domain.judging.seen import Seen
from slipway.domain.news import is_late
from slipway.domain.record import Record
from slipway.domain.steps import Announce
from slipway.domain.watch import CAPTURES, Schedule, Window
from slipway.engine import Files, Measurement
from slipway.ports import Moment
from slipway.watch_ports import Span

from tests.simulation.machine import Machine
from tests.simulation.scheduler import Scheduler

ANSWERS = "async/"


class MemoryLedger:
    """Implements ports.Ledger."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._history: dict[str, dict[tuple[float, str], Moment]] = defaultdict(dict)

    def deployments(self) -> list[str]:
        return sorted(self._records)

    def load(self, deployment: str) -> Record:
        return self._records.get(deployment) or Record(deployment)

    def save(self, record: Record) -> Record:
        stored = self._records.get(record.deployment)
        if stored is not None and stored.version != record.version:
            raise Conflict(f"{record.deployment}: written by somebody else")
        saved = record.next_version()
        self._records[record.deployment] = saved
        return saved

    def note(self, deployment: str, moment: Moment) -> None:
        self._history[deployment][moment.at, moment.what] = moment

    def history(self, deployment: str) -> list[Moment]:
        moments = self._history[deployment]
        return [moments[key] for key in sorted(moments)]

    def forget(self, record: Record, at: float) -> None:
        assert at
        self._history.pop(record.deployment, None)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one object."""

    id: str
    uploaded_at: float
    content: bytes


class MemoryBucket:
    """Implements ports.Uploaded over a versioned bucket; times are whole seconds, as S3's are."""

    def __init__(self, name: str, scheduler: Scheduler) -> None:
        self.name = name
        self._count = 0
        self.pinned: dict[str, bytes] = {}
        self.ever_pinned: dict[str, bytes] = {}
        self.answers: dict[str, tuple[str, bytes]] = {}
        self._objects: dict[str, list[Version]] = defaultdict(list)
        self._scheduler = scheduler

    def upload(self, key: str, content: bytes, seconds: float = 0.0) -> Artifact:
        """What was uploaded in so many seconds. Of a key that is current which began last."""
        now = int(self._scheduler.now)
        self._count += 1
        version = Version(f"{self._count}", float(int(now - seconds)), content)
        self._objects[key] = sorted(
            [*self._objects[key], version], key=lambda found: found.uploaded_at
        )
        return replace(self._artifact(key, version), uploaded_at=float(now))

    def uploads(self) -> list[str]:
        """The keys of all that was uploaded."""
        return sorted(self._objects)

    def versions(self, key: str) -> list[Version]:
        """What was uploaded to a key, oldest first."""
        return self._objects.get(key, [])

    def deployments(self) -> list[str]:
        return sorted({key.split("/")[1] for key in self._objects if key.startswith("models/")})

    def newest(
        self,
        deployment: str,
        parts: Collection[str] = (ONLY,),
        arrived: Collection[Artifact] = (),
    ) -> Uploads:
        prefix = naming.prefix_of(deployment)
        found = {key: v[-1] for key, v in self._objects.items() if key.startswith(prefix)}
        manifest = found.pop(f"{prefix}{naming.MANIFEST}", None)
        data = {k: v for k, v in found.items() if naming.BASELINE.fullmatch(k.removeprefix(prefix))}
        asked = {k: v for k, v in found.items() if naming.REQUEST.fullmatch(k.removeprefix(prefix))}
        models = {key: found[key] for key in found.keys() - data.keys() - asked.keys()}
        told = {each.key: each for each in arrived}
        lasts = {part: self._newest(_below(models, deployment, part), told) for part in parts}
        return Uploads(
            {part: last for part, last in lasts.items() if last},
            manifest.id if manifest else None,
            self._newest(data, told),
            self._newest(asked, told),
        )

    def _newest(
        self, found: Mapping[str, Version], told: Mapping[str, Artifact]
    ) -> Artifact | None:
        each = (self._finished(key, version, told.get(key)) for key, version in found.items())
        return max(each, key=lambda artifact: (artifact.uploaded_at, artifact.key), default=None)

    def _finished(self, key: str, version: Version, told: Artifact | None) -> Artifact:
        current = self._artifact(key, version)
        return told if told and is_late(told.uploaded_at, current.uploaded_at) else current

    def manifest(self, deployment: str, version: str) -> bytes:
        versions = self._objects[f"{naming.prefix_of(deployment)}{naming.MANIFEST}"]
        return next(found.content for found in versions if found.id == version)

    def content(self, artifact: Artifact) -> bytes:
        versions = self._objects[artifact.key]
        return next(found.content for found in versions if found.id == artifact.version_id)

    def read(self, artifact: Artifact) -> Iterable[bytes]:
        return [self.content(artifact)]

    def pin(self, artifact: Artifact, key: str) -> None:
        self.put(key, self.content(artifact))

    def put(self, key: str, content: bytes) -> None:
        self.ever_pinned[key] = self.pinned.setdefault(key, content)

    def holds(self, key: str) -> bool:
        return key in self.pinned or key in self.answers

    def written(self, key: str) -> tuple[str, bytes] | None:
        return self.answers.get(key)

    def answer(self, _bucket: str, key: str, body: bytes, kind: str = "") -> None:
        """An asynchronous endpoint writes what it answers."""
        if key.startswith(ANSWERS):
            self.answers[key] = kind, body

    def asked(self, url: str) -> bytes:
        """What an asynchronous endpoint reads that it is asked."""
        return self.pinned[url.removeprefix(f"s3://{self.name}/")]

    def held_its_digest(self, key: str) -> bool:
        """Whether the bytes at a pinned key are those that the key was derived from, or were until
        somebody deleted them."""
        content = self.ever_pinned.get(key)
        return content is not None and f"/{sha256(content).hexdigest()}/" in key

    def remove(self, prefix: str, before: float) -> None:
        for key in [key for key in self._objects if key.startswith(prefix)]:
            kept = [found for found in self._objects[key] if found.uploaded_at >= before]
            if kept:
                self._objects[key] = kept
            else:
                del self._objects[key]
        for kept in (self.pinned, self.answers):
            for key in [key for key in kept if key.startswith(prefix)]:
                del kept[key]

    def _artifact(self, key: str, version: Version) -> Artifact:
        size = len(version.content)
        return Artifact(self.name, key, version.id, version.uploaded_at, size)


def _below(found: Mapping[str, Version], deployment: str, part: str) -> dict[str, Version]:
    prefix = naming.prefix_of(deployment, part)
    return {key: version for key, version in found.items() if key.startswith(prefix)}


class MemoryExecutions:
    """Implements ports.Executions over a Machine. As AWS says of DescribeExecution, its answer is
    eventually consistent: `stale` says when it is an older one."""

    def __init__(self, machine: Machine, stale: Callable[[], float]) -> None:
        self._machine = machine
        self._stale = stale

    def start(self, deployment: str, name: str) -> None:
        while name in self._machine.executions and not self._machine.is_running(name):
            name = f"{name}-again"
        self._machine.start(name, {"deployment": deployment})

    def is_running(self, execution: str) -> bool:
        return self._machine.was_running(execution, ago=self._stale())

    def wake(self, token: str) -> bool:
        return self._machine.wake(token)


class MemoryAnnouncements:
    """Implements ports.Announcements; keeps what was told of which generation, in order."""

    def __init__(self, ledger: MemoryLedger, hear: Callable[[Announce], None]) -> None:
        self.told: list[tuple[int, Announce]] = []
        self.news: list[tuple[str, str]] = []
        self._ledger = ledger
        self._hear = hear

    def tell(self, deployment: str, announce: Announce) -> None:
        desired = self._ledger.load(deployment).desired
        self.told.append((desired.generation if desired else 0, announce))
        self._hear(announce)

    def tell_news(self, deployment: str, what: str, subject: str, message: str) -> None:
        assert deployment, what
        self.news.append((subject, message))


@dataclass(frozen=True, slots=True)
class MemoryLogs:
    """Implements ports.Logs: the endpoints of which something is kept."""

    kept: set[str] = field(default_factory=set)

    def delete(self, endpoint: str) -> None:
        self.kept.discard(endpoint)


class MemorySchedules:
    """Implements ports.Schedules."""

    def __init__(self) -> None:
        self.made: dict[str, Schedule] = {}

    def find(self, name: str) -> Schedule | None:
        return self.made.get(name)

    def put(self, schedule: Schedule) -> None:
        self.made[schedule.name] = schedule

    def delete(self, name: str) -> None:
        self.made.pop(name, None)


class MemoryAlarms:
    """Implements ports.Alarms: those that were made, and `others`. One that nobody has let ring
    is OK; `reasons` are why each last began to."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.made: dict[str, Alarm] = {}
        self.others: dict[str, Sighting] = {}
        self.states: dict[str, AlarmState] = {}
        self.since: dict[str, float] = {}
        self._clock = clock
        self.reasons: dict[str, str] = {}
        self.lost_at = -inf

    def find(self, names: Collection[str]) -> tuple[Sighting, ...]:
        own = {n: Sighting(n, AlarmState.OK, alarm=alarm) for n, alarm in self.made.items()}
        there = {**self.others, **own}
        return tuple(
            replace(
                there[name],
                state=self.states.get(name, there[name].state),
                since=self.since.get(name, 0.0),
                reason=self.reasons.get(name, "as it was"),
            )
            for name in sorted(names)
            if name in there
        )

    def rang(self, names: Collection[str], since: float) -> dict[str, str]:
        assert since
        return {name: self.reasons[name] for name in sorted(names) if name in self.reasons}

    def change(self, name: str, state: AlarmState, reason: str = "2 of the last 3") -> None:
        """Let an alarm be in a state from now on."""
        if self.states.get(name, AlarmState.OK) != state:
            self.since[name] = self._clock()
        self.states[name] = state
        if state == AlarmState.ALARM:
            self.reasons[name] = reason

    def rings(self, name: str) -> bool:
        """Whether it is there, and rings."""
        return any(seen.rings for seen in self.find([name]))

    def put(self, alarm: Alarm) -> None:
        self.made[alarm.name] = alarm

    def delete(self, name: str) -> None:
        self.made.pop(name, None)


@dataclass
class MemoryChecks:
    """Implements ports.Checks: what was started, and for when."""

    started: list[tuple[Schedule, float]] = field(default_factory=list)

    def start(self, schedule: Schedule, at: float) -> str:
        self.started.append((schedule, at))
        return f"check-{len(self.started)}"


class MemoryMonitored:
    """Implements ports.Monitored; `files` by their keys, in the order of their writing."""

    def __init__(self, bucket: MemoryBucket) -> None:
        self.files: dict[str, bytes] = {}
        self._bucket = bucket

    def captures(self, endpoint: str, window: Window) -> list[tuple[str, int]]:
        found = (key for key in self.files if key.startswith(f"{CAPTURES}{endpoint}/"))
        hours = [f"/{hour}/" for hour in window.folders]
        kept = (key for key in found if any(hour in key for hour in hours))
        return sorted((key, len(self.files[key])) for key in kept)

    def latest(self, endpoint: str, most: int) -> list[str]:
        return sorted(key for key in self.files if key.startswith(f"{CAPTURES}{endpoint}/"))[-most:]

    def open(self, keys: Iterable[str]) -> Iterator[tuple[str, BinaryIO]]:
        return ((key, BytesIO(self.files[key])) for key in keys)

    def data(self, data: Artifact) -> BinaryIO:
        return BytesIO(self._bucket.content(data))

    def read(self, folder: str, names: Sequence[str]) -> Files:
        keys = {name: f"{folder}{name}" for name in names}
        return {name: self.files[key] for name, key in keys.items() if key in self.files}

    def present(self, folder: str) -> set[str]:
        return {key.removeprefix(folder) for key in self.files if key.startswith(folder)}

    def windows(self, history: str, name: str, until: str, most: int) -> list[str]:
        found = (key.removesuffix(name) for key in self.files if key.endswith(f"/{name}"))
        earlier = sorted(f for f in found if f.startswith(history) and f < until)
        return earlier[-most:]

    def write(self, folder: str, files: Files) -> None:
        self.files.update({f"{folder}{name}": content for name, content in files.items()})

    def remove(self, folder: str, names: Iterable[str]) -> None:
        for name in names:
            self.files.pop(f"{folder}{name}", None)


@dataclass
class MemoryMeasurements:
    """Implements ports.Measurements: what was measured, by endpoint, schedule and moment."""

    put_at: list[tuple[str, str, float, Sequence[Measurement]]] = field(default_factory=list)

    def put(self, endpoint: str, schedule: str, at: float, metrics: Sequence[Measurement]) -> None:
        self.put_at.append((endpoint, schedule, at, metrics))


class MemoryTraffic:
    """Implements ports.Traffic over what serves now: ten requests a second among the variants, as
    they are weighed, of which as many fail as what serves them lets fail.

    `serving` tells the share of a variant, and what of its requests fail.
    """

    def __init__(self, serving: Callable[[str], tuple[float, float]] | None = None) -> None:
        self._serving = serving or (lambda _: (0.0, 0.0))

    def complete(self, now: float) -> float:
        return now - 120.0

    def latencies(
        self, endpoint: str, variant: str, until: float, quantiles: Sequence[float]
    ) -> tuple[float, ...]:
        assert endpoint, variant
        assert until
        return tuple(1000.0 * (1.0 + quantile) for quantile in quantiles)

    def seen(self, endpoint: str, variant: str, span: Span, limits: Sequence[float]) -> Seen:
        assert endpoint
        share, failing = self._serving(variant)
        requests = round(10 * (span[1] - span[0]) * share)
        slow = tuple(requests * part // 100 for part in (50, 10, 1)[: len(limits)])
        return Seen(requests, round(requests * failing), slow=slow)


@dataclass
class MemoryStarts:
    """Implements ports.Starts: what was started, by its token, which starts it once."""

    started: dict[str, tuple[str, Mapping[str, object]]] = field(default_factory=dict)
    asked: int = 0

    def start(self, name: str, token: str, document: Mapping[str, object]) -> None:
        self.asked += 1
        self.started.setdefault(token, (name, document))


@dataclass
class MemoryBus:
    """Implements ports.Bus: the events that were put."""

    events: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    def put(self, detail_type: str, detail: Mapping[str, object]) -> None:
        self.events.append((detail_type, detail))
