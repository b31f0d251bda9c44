"""What batch deployments need, in memory: files that arrive, jobs that answer them, and timers."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

from slipway.batch_ports import Frozen, TransformJob
from slipway.domain import naming
from slipway.domain.batch import Arrived, Job, JobStatus, Timer, is_list
from slipway.domain.errors import Refused
from slipway.domain.rows import Part, Rows, counted, whole

from tests.simulation.fakes import MemoryBucket

BAD = b"bad"  # a record that no model answers


class MemoryBatches:
    """Implements batch_ports.Batches over a bucket: what is uploaded is its objects, and what runs
    write is among its answers."""

    def __init__(self, bucket: MemoryBucket) -> None:
        self._bucket = bucket

    def arrived(self, deployment: str, seen: str) -> Arrived | None:
        new = self._news(deployment, seen)
        return Arrived(naming.digest(dict(new)), len(new), min(new)) if new else None

    def freeze(self, deployment: str, number: int, seen: str) -> Frozen | None:
        new, folder = self._news(deployment, seen), f"batches/{deployment}/runs/{number}/"
        if not new:
            return None
        listing = json.dumps(self._listing(deployment)).encode()
        self.keep(f"{folder}seen.json", listing)
        top = f"s3://{self._bucket.name}/batches/{deployment}/in/"
        self.keep(f"{folder}input.manifest", json.dumps([{"prefix": top}, *sorted(new)]).encode())
        uri = f"s3://{self._bucket.name}/{folder}input.manifest"
        return Frozen(uri, f"{folder}seen.json", len(new), min(new))

    def names(self, uri: str) -> list[str]:
        if is_list(uri):
            if not self.content(self._key(uri)):
                raise Refused(f"{uri} is gone")
            return [str(name) for name in json.loads(self.content(self._key(uri)))[1:]]
        top = self._key(self.top(uri))
        return [k.removeprefix(top) for k in self._keys() if k.startswith(self._key(uri))]

    def top(self, uri: str) -> str:
        if is_list(uri):
            return str(json.loads(self.content(self._key(uri)))[0]["prefix"])
        return uri if uri.endswith("/") else f"{uri.rpartition('/')[0]}/"

    def written(self, uri: str) -> dict[str, int]:
        top, answers = self._key(uri), self._bucket.answers
        found = {key: len(body) for key, (_, body) in answers.items() if key.startswith(top)}
        return {k.removeprefix(top): size for k, size in found.items() if k.endswith(".out")}

    def rows(self, uri: str, names: Sequence[str], *, most: int, part: Part = whole) -> Rows | None:
        top = self._key(self.top(uri))
        bodies = [self.content(f"{top}{name}") for name in names]
        found = (counted([body], part) for body in bodies)
        return reduce(Rows.and_, found, Rows()) if sum(map(len, bodies)) < most else None

    def pairs(
        self, uri: str, output: str, *, rows: int, objects: int
    ) -> Iterator[tuple[list[str], list[str]]]:
        top, written = self._key(self.top(uri)), self.written(output)
        for name in self.names(uri)[:objects]:
            if f"{name}.out" in written:
                asked = self.content(f"{top}{name}").decode().splitlines()
                answered = self.content(f"{self._key(output)}{name}.out").decode().splitlines()
                for start in range(0, len(asked), rows):
                    yield asked[start : start + rows], answered[start : start + rows]

    def head(self, deployment: str, most: int, key: str = "") -> tuple[str, bytes] | None:
        found = [k for k in self._keys() if k.startswith(f"batches/{deployment}/in/")]
        last = key if key in found else max(found, default=None)
        return (last, self.content(last)[:most]) if last else None

    def keep(self, key: str, content: bytes) -> None:
        self._bucket.answers[key] = "", content

    def remove(self, uri: str) -> None:
        for key in [k for k in self._bucket.answers if k.startswith(self._key(uri))]:
            del self._bucket.answers[key]

    def content(self, key: str) -> bytes:
        """What is at a key, uploaded or written; nothing where nothing is."""
        uploaded = self._bucket.versions(key)
        return uploaded[-1].content if uploaded else self._bucket.answers.get(key, ("", b""))[1]

    def _keys(self) -> list[str]:
        return [*self._bucket.uploads(), *self._bucket.answers]

    def _key(self, uri: str) -> str:
        return uri.removeprefix(f"s3://{self._bucket.name}/")

    def _listing(self, deployment: str) -> dict[str, str]:
        top = f"batches/{deployment}/in/"
        keys = [key for key in self._bucket.uploads() if key.startswith(top)]
        return {key.removeprefix(top): self._bucket.versions(key)[-1].id for key in keys}

    def _news(self, deployment: str, seen: str) -> Mapping[str, str]:
        known = json.loads(self.content(seen)) if seen else {}
        return {n: v for n, v in self._listing(deployment).items() if known.get(n) != v}


@dataclass
class MemoryTransforms:
    """Implements batch_ports.Transforms: each job answers `row` for a row once it is finished, but
    for objects with a bad record; of a model among the `broken` none."""

    batches: MemoryBatches
    begun: Callable[[str], None] = lambda _: None
    row: Callable[[bytes], bytes] = lambda _: b"0.5\n"
    made: dict[str, TransformJob] = field(default_factory=dict)
    over: dict[str, Job] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)  # of the next jobs, whatever they read

    def find(self, name: str) -> Job | None:
        return self.over.get(name, Job(JobStatus.IN_PROGRESS)) if name in self.made else None

    def create(self, job: TransformJob) -> None:
        if job.name not in self.made:
            self.made[job.name] = job
            self.begun(job.name)

    def stop(self, name: str) -> None:
        self.over.setdefault(name, Job(JobStatus.STOPPED, ended=1.0))

    def told(self, name: str) -> list[str]:
        if not self.over[name].failure:
            return []
        return ["bucket/x: Bad HTTP status received from algorithm: 500", "Message:", "no number"]

    def finish(self, name: str) -> None:
        """Let a job come to its end."""
        if name in self.over:
            return
        if self.failures:
            self.over[name] = Job(JobStatus.FAILED, self.failures.pop(0), 61.0, 1.0)
            return
        job = self.made[name]
        read = self.batches.names(job.input)
        answered = [self._answer(job, each) for each in read]
        failure = "" if all(answered) else "AlgorithmError: See job logs for more information"
        status = JobStatus.FAILED if failure else JobStatus.COMPLETED
        self.over[name] = Job(status, failure, 61.0, 1.0)

    def _answer(self, job: TransformJob, name: str) -> bool:
        top = self.batches.top(job.input)
        content = self.batches.content(f"{top}{name}".split("/", 3)[3])
        if BAD in content or job.model in self.broken:
            return False
        answered = b"".join(map(self.row, content.splitlines()))
        self.batches.keep(f"{job.output}{name}.out".split("/", 3)[3], answered)
        return True


@dataclass
class MemoryTimers:
    """Implements batch_ports.Timers."""

    made: dict[str, Timer] = field(default_factory=dict)

    def find(self, name: str) -> Timer | None:
        return self.made.get(name)

    def put(self, timer: Timer) -> None:
        self.made[timer.name] = timer

    def delete(self, name: str) -> None:
        self.made.pop(name, None)
