"""Data capture: a sample of what goes through an endpoint, kept as JSON lines in S3.

    InvokeEndpoint ──note──► file being filled ──full, due, update or deletion──► put_object
                             (one a variant and hour)       by `tick`, not by a request

A request only leaves a reference behind: encoding and writing are done later, so capture neither
slows nor fails it. Only answered requests are captured. AWS does not say what becomes of those
that failed; the record has no member for a status, and so would show them as predictions.

Source: "Capture data from real-time endpoint" and a real endpoint's files. Serverless endpoints
have no data capture ("Feature exclusions").
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from slipway_local.sagemaker.events import iso

# AWS publishes neither; they bound the memory that waits for S3, as its disk does there.
MAX_RECORDS = 1000
MAX_WAITING = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Payload:
    """A body as it was observed."""

    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One answered request; `config` is the DataCaptureConfig it was captured under."""

    id: UUID
    time: float
    config: Mapping[str, Any]
    sent: Payload
    answered: Payload
    custom_attributes: str | None = None
    inference_id: str | None = None

    def size(self) -> int:
        return len(self.sent.body) + len(self.answered.body)


@dataclass(slots=True)
class File:
    """A capture file and when it is due in S3. `place` is its URL as far as the hour."""

    endpoint: str
    place: str
    id: UUID
    opened: float
    due: float
    exchanges: list[Exchange] = field(default_factory=list)

    def location(self) -> tuple[str, str]:
        """Bucket and key."""
        url = urlsplit(self.place, allow_fragments=False)
        opened = datetime.fromtimestamp(self.opened, UTC)
        name = f"{opened:%M-%S}-{opened.microsecond // 1000:03d}-{self.id}.jsonl"
        return url.netloc, f"{url.path.lstrip('/')}/{name}"

    def content(self) -> bytes:
        """One record a line."""
        return "".join(f"{record(exchange)}\n" for exchange in self.exchanges).encode()

    def size(self) -> int:
        return sum(exchange.size() for exchange in self.exchanges)


@dataclass(slots=True)
class Captures:
    """All that waits to be written."""

    filling: dict[str, File] = field(default_factory=dict)
    complete: list[File] = field(default_factory=list)
    waiting: int = 0

    def note(
        self, endpoint: str, variant: str, exchange: Exchange, due: float, random: Random
    ) -> None:
        """Keep an exchange, unless too much waits already."""
        if self.waiting + exchange.size() > MAX_WAITING:
            return
        place = _place(endpoint, variant, exchange)
        if place not in self.filling:
            self.filling[place] = File(endpoint, place, fresh_id(random), exchange.time, due)
        file = self.filling[place]
        file.exchanges.append(exchange)
        self.waiting += exchange.size()
        if len(file.exchanges) >= MAX_RECORDS:
            self._complete(file)

    def close(self, endpoint: str) -> None:
        """An endpoint was changed or deleted: its files are due."""
        for file in [file for file in self.filling.values() if file.endpoint == endpoint]:
            self._complete(file)

    def close_all(self) -> None:
        """All files are due."""
        for file in list(self.filling.values()):
            self._complete(file)

    def next_due(self) -> float | None:
        """When the next file is due."""
        files = (*self.filling.values(), *self.complete)
        return min((file.due for file in files), default=None)

    def take(self, now: float) -> Sequence[File]:
        """The files that are due, each once."""
        for file in [file for file in self.filling.values() if now >= file.due]:
            self._complete(file)
        taken = [file for file in self.complete if now >= file.due]
        self.complete = [file for file in self.complete if now < file.due]
        self.waiting -= sum(file.size() for file in taken)
        return taken

    def put_back(self, file: File, due: float) -> None:
        """A file that S3 did not take is tried again when it is due."""
        file.due = due
        self.complete.append(file)
        self.waiting += file.size()

    def _complete(self, file: File) -> None:
        file.due = file.opened
        self.complete.append(self.filling.pop(file.place))


def sampled(config: Mapping[str, Any], random: Random) -> bool:
    """Whether to capture a request; chance is asked only where capture is on."""
    if not config.get("EnableCapture", True):
        return False
    percentage: int = config["InitialSamplingPercentage"]
    return random.random() * 100 < percentage


def fresh_id(random: Random) -> UUID:
    """A version 4 UUID from the account's own source of chance."""
    return UUID(int=random.getrandbits(128), version=4)


def record(exchange: Exchange) -> str:
    """One line of a capture file, without its end."""
    modes = {option["CaptureMode"] for option in exchange.config["CaptureOptions"]}
    kinds = exchange.config.get("CaptureContentTypeHeader", {})
    data = {}
    if modes & {"Input", "InputAndOutput"}:
        data["endpointInput"] = _side(exchange.sent, "INPUT", kinds)
    if modes & {"Output", "InputAndOutput"}:
        data["endpointOutput"] = _side(exchange.answered, "OUTPUT", kinds)
    whole = {"captureData": data, "eventMetadata": _metadata(exchange), "eventVersion": "0"}
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False)


def _metadata(exchange: Exchange) -> dict[str, object]:
    metadata: dict[str, object] = {"eventId": str(exchange.id)}
    if exchange.custom_attributes is not None:
        metadata["customAttributes"] = [exchange.custom_attributes]
    if exchange.inference_id is not None:
        metadata["inferenceId"] = exchange.inference_id
    return {**metadata, "inferenceTime": iso(exchange.time)}


def _side(payload: Payload, mode: str, kinds: Mapping[str, Sequence[str]]) -> dict[str, str]:
    encoding, data = _encoded(payload, kinds)
    kind = payload.content_type
    return {"observedContentType": kind, "mode": mode, "data": data, "encoding": encoding}


def _encoded(payload: Payload, kinds: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Encoding and data: text only where the type is listed, and the bytes are text."""
    kind = payload.content_type.partition(";")[0].strip().lower()
    for encoding in ("CSV", "JSON"):
        listed = kinds.get(f"{encoding.capitalize()}ContentTypes", ())
        if kind in (name.lower() for name in listed):
            try:
                return encoding, payload.body.decode()
            except UnicodeDecodeError:
                break
    return "BASE64", base64.b64encode(payload.body).decode()


def _place(endpoint: str, variant: str, exchange: Exchange) -> str:
    base = exchange.config["DestinationS3Uri"].rstrip("/")
    hour = datetime.fromtimestamp(exchange.time, UTC)
    return f"{base}/{endpoint}/{variant}/{hour:%Y/%m/%d/%H}"
