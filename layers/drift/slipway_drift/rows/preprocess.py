"""Run a user's `preprocess_handler` over captured records, in a process of its own.

The child has no environment, an empty folder, and limits on its processor time, memory, files
and processes. It is a fence against mistakes and runaway scripts; it does not shut the network.
Contract: https://docs.aws.amazon.com/sagemaker/latest/dg/
model-monitor-pre-and-post-processing.html.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from slipway_drift.rows.json_rows import NotTabular, cell, clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slipway_drift.rows.capture import Pair
    from slipway_drift.rows.capture_record import Body, Record
    from slipway_drift.rows.json_rows import Row

SKIPPED: Final = "skipped by the preprocessor"
DIED: Final = "the preprocessor ended early"

CHILD: Final = """
import json, os, resource, sys
from types import SimpleNamespace

def limit(kind, most):
    soft, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))

settings = json.loads(sys.stdin.readline())
limit(resource.RLIMIT_CPU, settings["seconds"])
limit(resource.RLIMIT_AS, settings["memory"])
limit(resource.RLIMIT_FSIZE, 0)
limit(resource.RLIMIT_NOFILE, 64)
limit(resource.RLIMIT_CORE, 0)
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

class Logger:
    def __getattr__(self, name):
        return lambda *given: print(*given, file=sys.stderr)

class Thing(SimpleNamespace):
    def as_dict(self):
        return {k: v.as_dict() if isinstance(v, Thing) else v for k, v in vars(self).items()}

def thing(held):
    if not isinstance(held, dict):
        return held
    return Thing(**{key: thing(value) for key, value in held.items()})

space = {"__name__": "preprocessor"}
exec(compile(settings["script"], "preprocessor.py", "exec"), space)
handler = space["preprocess_handler"]
arguments = handler.__code__.co_argcount
for line in sys.stdin:
    try:
        record = thing(json.loads(line))
        result = handler(record) if arguments < 2 else handler(record, Logger())
        answer = json.dumps({"rows": result})
    except Exception as error:
        answer = json.dumps({"error": type(error).__name__ + ": " + str(error)[:200]})
    print(answer, file=answers, flush=True)
"""


@dataclass(frozen=True, slots=True)
class Preprocessor:
    """A script that defines `preprocess_handler(inference_record[, logger])`.

    Call it with records, as `read_capture(stream, Preprocessor(script))` does: each is answered
    with its rows, or with the reason why it is rejected. `seconds` (processor time, and twice
    that on the clock) and `memory` (bytes) hold for all records of one call together.
    """

    script: str
    seconds: int = 60
    memory: int = 1 << 30

    def __call__(self, records: Sequence[Record]) -> Iterator[list[Pair] | str]:
        if not records:
            return
        answers, complaint = self.run(records)
        for position in range(len(records)):
            if position < len(answers):
                yield judged(answers[position])
            else:
                yield f"{DIED}: {complaint}" if complaint else DIED

    def run(self, records: Sequence[Record]) -> tuple[list[str], str]:
        """Feed all records to one child; return its answers and its last words."""
        settings = {"script": self.script, "seconds": self.seconds, "memory": self.memory}
        lines = [json.dumps(settings), *(json.dumps(written(record)) for record in records)]
        with tempfile.TemporaryDirectory() as empty:
            try:
                done = subprocess.run(  # noqa: S603 - the command is our own interpreter
                    [sys.executable, "-I", "-S", "-c", CHILD],
                    input="\n".join([*lines, ""]),
                    capture_output=True,
                    text=True,
                    errors="replace",
                    cwd=empty,
                    env={},
                    timeout=2 * self.seconds,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return [], f"no answer within {2 * self.seconds} s"
        words = done.stderr.strip().splitlines()
        return done.stdout.splitlines(), words[-1] if done.returncode and words else ""


def written(record: Record) -> dict[str, object]:
    """Shape a record as Model Monitor hands it to a preprocessor."""
    return {
        "endpoint_input": body(record.input),
        "endpoint_output": body(record.output),
        "batch_transform_output": body(record.output),
        "ground_truth": None,
        "event_metadata": {
            "event_id": record.event_id,
            "event_time": record.inference_time,
            "custom_attribute": list(record.custom_attributes),
            "inference_id": record.inference_id,
        },
        "event_version": "0",
    }


def body(held: Body | None) -> dict[str, str] | None:
    if held is None:
        return None
    known = asdict(held)
    known["observedContentType"] = known.pop("content_type")
    return known


def judged(answer: str) -> list[Pair] | str:
    """Read one answer: a dict is a row, a list of dicts are rows, an empty one skips."""
    try:
        held = json.loads(answer)
    except ValueError:
        return DIED
    if "error" in held:
        return f"the preprocessor failed: {held['error']}"
    if not held["rows"]:
        return SKIPPED
    rows = held["rows"] if isinstance(held["rows"], list) else [held["rows"]]
    try:
        return [({}, row_of(row)) for row in rows]
    except NotTabular as error:
        return f"the preprocessor gave no flat row: {error}"


def row_of(row: object) -> Row:
    if not isinstance(row, dict):
        raise NotTabular(f"{type(row).__name__} instead of a dict")
    return {clean(key): cell(value) for key, value in row.items()}
