"""What a transform job does: every object through the containers, in order, and out.

    objects ─► records ─► requests, MaxConcurrentTransforms at a time ─► answers in their order
                                        whole objects ─► <S3OutputPath>/<key>.out ◄─ at the end

What has been answered waits in a temporary file for the job's end: a job that is stopped leaves
nothing in S3.
"""

import gzip
import io
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway_local.sagemaker import sources
from slipway_local.sagemaker.batch.asking import Model
from slipway_local.sagemaker.batch.failures import ObjectFailed
from slipway_local.sagemaker.batch.joining import processing
from slipway_local.sagemaker.batch.parameters import Parameters, resolve
from slipway_local.sagemaker.batch.records import Record, pack, split
from slipway_local.sagemaker.serving import Server

_TIMEOUT, _RETRIES = 600, 3


@dataclass(frozen=True, slots=True)
class Store:
    """S3, and the job's data log."""

    find: Callable[[str], Sequence[str]]
    read: Callable[[str], bytes]
    put: Callable[..., None]
    log: Callable[[Sequence[str]], None]


@dataclass(slots=True)
class Object:
    """An object of the input, by its URL and its path below the prefix; what came of it."""

    url: str
    name: str
    answers: Path
    failure: ObjectFailed | None = None


Sent = tuple[Object, list[Record], Future[bytes]]


class Work:
    """The objects of a job, as CreateTransformJob takes it, and the containers that transform them.

    `stopped` says whether nobody waits for the job any more.
    """

    def __init__(
        self,
        body: Mapping[str, Any],
        servers: Sequence[Server],
        store: Store,
        stopped: Callable[[], bool],
    ) -> None:
        self._body, self._store, self._stopped = body, store, stopped
        self._processing = processing(body)
        self._model = _model(body, servers)

    def done(self, folder: Path) -> str:
        """Transform everything; the job's FailureReason, or nothing. Answers wait in `folder`.

        Raises ObjectFailed where there is nothing to transform.
        """
        parameters = resolve(self._body, self._model.servers[0])
        self._store.log([parameters.line()])
        objects = list(self._objects(folder))
        with ThreadPoolExecutor(parameters.concurrent, "transform") as threads:
            self._transform(objects, parameters, threads)
        if self._stopped():
            return ""
        for each in objects:
            self._upload(each)
        blames = [each.failure.blame for each in objects if each.failure]
        return f"{blames[0]}: See job logs for more information" if blames else ""

    def _objects(self, folder: Path) -> Iterator[Object]:
        source = self._body["TransformInput"]["DataSource"]["S3DataSource"]
        url = source["S3Uri"]
        if source["S3DataType"] == "ManifestFile":
            found = self._manifest(url)
        else:
            found = [(each, sources.below(url, each)) for each in self._store.find(url)]
        wanted = (pair for pair in found if not pair[0].endswith("/"))
        for number, (each, name) in enumerate(wanted):
            yield Object(each, name, folder / str(number))

    def _manifest(self, url: str) -> list[tuple[str, str]]:
        try:
            return list(sources.named(self._store.read(url), url))
        except (OSError, ValueError) as error:
            raise ObjectFailed(str(error)) from error

    def _transform(
        self, objects: Sequence[Object], parameters: Parameters, threads: ThreadPoolExecutor
    ) -> None:
        window: deque[Sent] = deque()
        for each, records in self._requests(objects, parameters):
            body = b"".join(record.sent for record in records)
            window.append((each, records, threads.submit(self._model.ask, body)))
            if len(window) >= parameters.concurrent:
                self._take(*window.popleft())
        while window:
            self._take(*window.popleft())

    def _requests(
        self, objects: Sequence[Object], parameters: Parameters
    ) -> Iterator[tuple[Object, list[Record]]]:
        """What is to be sent, object by object: of one that failed nothing more."""
        for each in objects:
            each.answers.touch()
            try:
                for records in self._batches(each, parameters):
                    if self._stopped() or each.failure:
                        break
                    yield each, records
            except ObjectFailed as failure:
                self._fail(each, failure)

    def _batches(self, each: Object, parameters: Parameters) -> Iterator[list[Record]]:
        kind = self._body["TransformInput"].get("SplitType", "None")
        single = parameters.single and kind != "None"
        try:
            with self._opened(each) as content:
                pieces = split(content, kind, bare=single)
                records = (self._processing.record(piece) for piece in pieces)
                yield from pack(records, single=single, limit=parameters.limit)
        except (EOFError, OSError, zlib.error) as error:
            raise ObjectFailed(f"Unable to read the object: {error}") from error

    def _opened(self, each: Object) -> io.BufferedIOBase:
        content = io.BytesIO(self._store.read(each.url))
        gzipped = self._body["TransformInput"].get("CompressionType", "None") == "Gzip"
        return gzip.GzipFile(fileobj=content) if gzipped else content

    def _take(self, each: Object, records: list[Record], sent: Future[bytes]) -> None:
        """Keep a request's answer, unless its object has failed."""
        try:
            answer = self._processing.output(records, sent.result())
        except ObjectFailed as failure:
            self._fail(each, failure)
            return
        with each.answers.open("ab") as file:
            file.write(self._assembled(answer))

    def _assembled(self, answer: bytes) -> bytes:
        """With a newline at its end, where answers are put together by lines and it has none."""
        by_line = self._body["TransformOutput"].get("AssembleWith", "None") == "Line"
        return answer + b"\n" if by_line and not answer.endswith(b"\n") else answer

    def _fail(self, each: Object, failure: ObjectFailed) -> None:
        if not each.failure and not self._stopped():
            each.failure = failure
            where = each.url.removeprefix("s3://")
            self._store.log([f"{where}: {line}" for line in failure.lines()])

    def _upload(self, each: Object) -> None:
        path = self._body["TransformOutput"]["S3OutputPath"].removeprefix("s3://").rstrip("/")
        bucket, _, key = f"{path}/{each.name}.out".partition("/")
        try:
            if not each.failure:
                self._store.put(bucket, key, each.answers.read_bytes())
        except OSError as error:
            self._fail(each, ObjectFailed(f"Unable to upload the output: {error}"))


def _model(body: Mapping[str, Any], servers: Sequence[Server]) -> Model:
    client = body.get("ModelClientConfig", {})
    source, output = body["TransformInput"], body["TransformOutput"]
    headers = {"Content-Type": source.get("ContentType"), "Accept": output.get("Accept")}
    return Model(
        servers,
        {name: value for name, value in headers.items() if value},
        client.get("InvocationsTimeoutInSeconds", _TIMEOUT),
        client.get("InvocationsMaxRetries", _RETRIES),
    )
