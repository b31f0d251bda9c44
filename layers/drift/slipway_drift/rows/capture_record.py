"""One record of SageMaker's data capture.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html,
and files of real endpoints.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from slipway_drift.rows.json_rows import NotTabular, parse_json

# The inference id of what Slipway itself asks: a probe is no traffic.
PROBE: Final = "slipway-probe"
HOUR: Final = re.compile(r"/(\d{4}/\d{2}/\d{2}/\d{2})/[^/]+$")


@dataclass(frozen=True, slots=True)
class Body:
    """What went in or came out: the captured text, and how it is encoded."""

    data: str
    encoding: str
    content_type: str
    mode: str


@dataclass(frozen=True, slots=True)
class Record:
    """One invocation; a side that was not captured is None."""

    input: Body | None
    output: Body | None
    event_id: str
    inference_id: str | None
    inference_time: str
    custom_attributes: tuple[str, ...] = ()
    target_model: str | None = None

    @property
    def join_id(self) -> str:
        """What ground truth refers to: the inference id where there is one."""
        return self.inference_id or self.event_id


@dataclass(frozen=True, slots=True)
class CaptureKey:
    """Where a capture file lies: endpoint, variant, model (multi-model only), hour in UTC."""

    endpoint: str
    variant: str
    model: str | None
    hour: str


def parse_key(key: str, prefix: str = "") -> CaptureKey | None:
    """Read `{prefix}/{endpoint}/{variant}/[{model}/]yyyy/mm/dd/hh/{file}`; None if it is none."""
    found = HOUR.search(key)
    parts = key[: found.start()].removeprefix(prefix).strip("/").split("/") if found else []
    if not found or len(parts) < 2:
        return None
    return CaptureKey(parts[0], parts[1], "/".join(parts[2:]) or None, found.group(1))


def variant_and_model(path: str) -> tuple[str, str]:
    """Read both off the end of a path, `…/{variant}/[{model}.tar.gz/]yyyy/mm/dd/hh/{file}`.

    Unlike `parse_key` this needs no prefix; what the path does not say is empty.
    """
    found = HOUR.search(path)
    parts = path[: found.start()].strip("/").split("/") if found else []
    model = parts.pop() if parts and parts[-1].endswith(".tar.gz") else ""
    return (parts[-1] if parts else "", model)


def parse_record(line: bytes | str) -> Record:
    """Read one line of a capture file; NotTabular says why it is none."""
    held = parse_json(line)
    data = held.get("captureData") if isinstance(held, Mapping) else None
    if not isinstance(held, Mapping) or not isinstance(data, Mapping):
        raise NotTabular("not a capture record: captureData is missing")
    about = held.get("eventMetadata")
    about = about if isinstance(about, Mapping) else {}
    custom = about.get("customAttributes")
    return Record(
        body(data.get("endpointInput")),
        body(data.get("endpointOutput") or data.get("batchTransformOutput")),
        str(about.get("eventId") or ""),
        optional(about.get("inferenceId")),
        str(about.get("inferenceTime") or ""),
        tuple(str(value) for value in custom) if isinstance(custom, list) else (),
        optional(about.get("targetModel")),
    )


def body(held: Any) -> Body | None:  # noqa: ANN401 - any JSON may stand here
    if held is None:
        return None
    if not isinstance(held, Mapping) or not isinstance(held.get("data"), str):
        raise NotTabular("not a capture record: data is missing")
    return Body(
        str(held["data"]),
        str(held.get("encoding") or "BASE64").upper(),
        str(held.get("observedContentType") or ""),
        str(held.get("mode") or ""),
    )


def optional(value: object) -> str | None:
    return None if value is None or value == "" else str(value)
