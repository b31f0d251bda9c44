"""What a run answered, as data capture has it: so it is held against a baseline as what an
endpoint was asked is.

Source of the format: "Capture data", SageMaker developer guide.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from slipway.domain import naming
from slipway.domain.batch import JobStatus, Run, Split, Transform
from slipway.domain.desired import VARIANT
from slipway.domain.plan.batch import complete
from slipway.domain.watch import CAPTURES, Window
from slipway.looking import Look
from slipway.ports import Ports

ROWS = 100  # of a record
MOST_BYTES = 32 << 20  # of a run are kept
MOST_OBJECTS = 500  # likewise: each is two requests
HOUR = 3600


def record(ports: Ports, found: Look, run: Run) -> None:
    """Keep what a run read and answered, as far as the manifest asks for it and rows pair."""
    policy, made = found.case.desired.policy, found.case.made_of(run.config)
    how = complete(made.transform, run.first) if made and made.transform else None
    if not policy.capture_percentage or how is None or not _pairs(run, how):
        return
    step = max(1, round(100 / policy.capture_percentage))
    at = datetime.fromtimestamp(ports.clock(), UTC)
    hour = Window.before(ports.clock() + HOUR, 1).folders[0]
    endpoint = naming.endpoint_name(ports.site, found.record.deployment)
    name = f"run-{run.number}.jsonl"
    records = (
        _record(how, f"run-{run.number}-{number}", at, *rows)
        for number, rows in enumerate(
            ports.batches.pairs(run.input, run.output, rows=ROWS, objects=MOST_OBJECTS)
        )
        if number % step == 0
    )
    content = b"".join(_bounded(records))
    ports.monitored.write(f"{CAPTURES}{endpoint}/{VARIANT}/{hour}/", {name: content})


def _pairs(run: Run, how: Transform) -> bool:
    """Whether each line of the output is the model's own answer to that line of the input."""
    filtered = how.input_filter or how.join or how.output_filter or how.compression
    lines = how.split == Split.LINE and how.assemble == Split.LINE
    known = run.objects > 0 and run.rows_in == run.rows_out
    return run.status == JobStatus.COMPLETED and known and lines and not filtered


def _bounded(records: Iterator[bytes]) -> Iterator[bytes]:
    room = MOST_BYTES
    for each in records:
        room -= len(each)
        if room < 0:
            return
        yield each


def _record(
    how: Transform, event: str, at: datetime, asked: Sequence[str], answered: Sequence[str]
) -> bytes:
    sides = {
        "endpointInput": _side(how.content_type, "INPUT", asked),
        "endpointOutput": _side(how.accept, "OUTPUT", answered),
    }
    about = {"eventId": event, "inferenceTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    line = {"captureData": sides, "eventMetadata": about, "eventVersion": "0"}
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def _side(kind: str | None, mode: str, rows: Sequence[str]) -> dict[str, str]:
    encoding = "CSV" if kind == "text/csv" else "JSON"
    told = {"observedContentType": kind or "text/csv", "mode": mode, "encoding": encoding}
    return {**told, "data": "\n".join(rows)}
