"""Join predictions with the ground truth that came later.

Ground-truth lines: https://docs.aws.amazon.com/sagemaker/latest/dg/
model-monitor-model-quality-merge.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from slipway_drift.rows.batches import reject
from slipway_drift.rows.capture_bodies import rows_of
from slipway_drift.rows.capture_record import body, parse_record
from slipway_drift.rows.json_rows import NotTabular, numbered_lines, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slipway_drift.rows.batches import Rejection
    from slipway_drift.rows.capture_bodies import Cells
    from slipway_drift.rows.json_rows import Row


@dataclass(frozen=True, slots=True)
class Judged:
    """One prediction beside the truth; `probability` is that of the positive class."""

    label: str
    prediction: str
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Attributes:
    """Where prediction, probability and label stand: a position (`"0"`) or a JSON key.

    None takes the first cell; a `probability` alone predicts 1 from `threshold` on.
    """

    inference: str | None = None
    probability: str | None = None
    ground_truth: str | None = None
    threshold: float = 0.5


def join(
    captures: Iterable[IO[bytes]], truths: Iterable[IO[bytes]], attributes: Attributes
) -> tuple[list[Judged], list[Rejection]]:
    """Pair the records that share an inference id (else an event id); return those that cannot.

    A capture without truth yet is no rejection: it is left out. Of two truths for one id the
    last counts.
    """
    rejections: list[Rejection] = []
    labels: dict[str, list[str]] = {}
    for stream in truths:
        for number, line in numbered_lines(stream):
            try:
                event, found = read_truth(line, attributes)
                labels[event] = found
            except NotTabular as error:
                rejections.append(reject(str(error), f"ground truth {number}", repr(line)))
    rows: list[Judged] = []
    for stream in captures:
        for number, line in numbered_lines(stream):
            try:
                rows += judged(line, labels, attributes)
            except NotTabular as error:
                rejections.append(reject(str(error), f"capture {number}", repr(line)))
    return rows, rejections


def read_truth(line: bytes, attributes: Attributes) -> tuple[str, list[str]]:
    held = parse_json(line)
    about = held.get("eventMetadata") if isinstance(held, Mapping) else None
    if not isinstance(held, Mapping) or not isinstance(about, Mapping) or not about.get("eventId"):
        raise NotTabular("not a ground-truth record: eventMetadata.eventId is missing")
    found = body(held.get("groundTruthData"))
    if found is None:
        raise NotTabular("not a ground-truth record: groundTruthData is missing")
    return str(about["eventId"]), [pick(row, attributes.ground_truth) for row in rows_of(found)]


def judged(line: bytes, labels: Mapping[str, list[str]], attributes: Attributes) -> list[Judged]:
    record = parse_record(line)
    truth = labels.get(record.join_id)
    if truth is None:
        return []
    if record.output is None:
        raise NotTabular("the output was not captured")
    said = rows_of(record.output)
    if len(said) != len(truth):
        raise NotTabular("prediction and ground truth have different numbers of rows")
    return [judge_row(said[i], label, attributes) for i, label in enumerate(truth)]


def judge_row(row: Row | Cells, label: str, attributes: Attributes) -> Judged:
    if attributes.probability is None:
        return Judged(label, pick(row, attributes.inference))
    text = pick(row, attributes.probability)
    try:
        probability = float(text)
    except ValueError as error:
        raise NotTabular(f"the probability {text[:40]!r} is no number") from error
    if attributes.inference is None:
        return Judged(label, str(int(probability >= attributes.threshold)), probability)
    return Judged(label, pick(row, attributes.inference), probability)


def thresholded(rows: Sequence[Judged], threshold: float) -> list[Judged] | None:
    """Read answers to labels 0 and 1 that are scores as such, 1 from `threshold` on; None where
    they are labels themselves, or none of both."""
    if any(row.probability is not None for row in rows):
        return None
    scores = [as_score(row.prediction) for row in rows]
    labels = all(score in (0.0, 1.0) for score in scores)
    if labels or any(score is None for score in scores):
        return None
    return [
        Judged(row.label, str(int(score >= threshold)), score)
        for row, score in zip(rows, scores, strict=True)
        if score is not None
    ]


def as_score(text: str) -> float | None:
    """A number between 0 and 1; None where the text is none."""
    try:
        score = float(text)
    except ValueError:
        return None
    return score if 0.0 <= score <= 1.0 else None


def pick(row: Row | Cells, attribute: str | None) -> str:
    """Take the cell under a key or at a position."""
    cells = dict(enumerate(row.values() if isinstance(row, dict) else row))
    found = row.get(attribute) if isinstance(row, dict) and attribute else None
    if found is None and (attribute is None or attribute.isdecimal()):
        found = cells.get(int(attribute or 0))
    if found is None:
        raise NotTabular(f"the attribute {attribute or '0'!r} is missing")
    return found
