"""DataProcessing: what of a record is sent, and what of it and of its answer is kept.

Source: "Associate Prediction Results with Input Records": a row of CSV is taken as an array.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slipway_local.sagemaker.batch.failures import ObjectFailed
from slipway_local.sagemaker.batch.paths import Path, PathRefused, parse
from slipway_local.sagemaker.batch.records import Record

CSV, JSON, JSON_LINES = FORMATS = ("text/csv", "application/json", "application/jsonlines")
_WORDS = {CSV: "CSV", JSON: "JSON", JSON_LINES: "JSON"}


@dataclass(frozen=True, slots=True)
class Processing:
    """What to do with records of the content type `taken` and answers of the type `given`.

    A path that is None is `$`. With `lines` an object has a record a line, else it is one.
    """

    taken: str
    given: str
    lines: bool
    input_path: Path | None = None
    output_path: Path | None = None
    joined: bool = False

    @property
    def idle(self) -> bool:
        """Whether records and answers pass as they are."""
        return self.input_path is None and self.output_path is None and not self.joined

    def record(self, given: bytes) -> Record:
        """Raises ObjectFailed."""
        if self.input_path is None:
            return Record(given, given)
        found = _selected(_read(given, self.taken, "input data"), self.input_path, "InputFilter")
        return Record(given, _written(found, self.taken) + (b"\n" if self.lines else b""))

    def output(self, records: Sequence[Record], answer: bytes) -> bytes:
        """What is kept of a request's records and of their answer. Raises ObjectFailed."""
        if self.output_path is None and not self.joined:
            return answer
        answers = self._answers(answer, len(records))
        if self.joined and len(answers) != len(records):
            raise ObjectFailed(
                "Fail to join data: mismatched line count between the input and the output"
            )
        kept = self._joined(records, answers) if self.joined else self._filtered(answers)
        return b"".join(line + b"\n" for line in kept) if self.lines else b"".join(kept)

    def _answers(self, answer: bytes, count: int) -> list[bytes]:
        alone = self.given != CSV and (count == 1 or not self.lines)
        return [answer] if alone else answer.splitlines()

    def _filtered(self, answers: Sequence[bytes]) -> Iterator[bytes]:
        for answer in answers:
            yield self._kept(_read(answer, self.given, "output from the algorithm"))

    def _joined(self, records: Sequence[Record], answers: Sequence[bytes]) -> Iterator[bytes]:
        for record, answer in zip(records, answers, strict=True):
            if self.given == CSV and self.output_path is None:
                yield record.given.rstrip(b"\r\n") + b"," + answer
                continue
            before = _read(record.given, self.taken, "input data")
            after = _read(answer, self.given, "output from the algorithm")
            yield self._kept(_together(before, after, self.given))

    def _kept(self, value: Any) -> bytes:  # noqa: ANN401  whatever JSON holds
        if self.output_path is not None:
            value = _selected(value, self.output_path, "OutputFilter")
        return _written(value, self.given)


def processing(body: Mapping[str, Any]) -> Processing:
    """What a request to CreateTransformJob asks for. Raises PathRefused."""
    asked, source = body.get("DataProcessing", {}), body["TransformInput"]
    taken = media_type(source.get("ContentType", ""))
    return Processing(
        taken,
        media_type(body["TransformOutput"].get("Accept", "")) or taken,
        source.get("SplitType", "None") == "Line",
        _path(asked.get("InputFilter", "$")),
        _path(asked.get("OutputFilter", "$")),
        asked.get("JoinSource", "None") == "Input",
    )


def media_type(header: str) -> str:
    """A content type without its parameters."""
    return header.partition(";")[0].strip().lower()


def _path(text: str) -> Path | None:
    return None if text in ("$", "") else parse(text)


def _read(data: bytes, kind: str, what: str) -> Any:  # noqa: ANN401
    try:
        text = data.decode()
        if kind != CSV:
            return json.loads(text)
        return next(csv.reader([text.rstrip("\r\n")], strict=True), [])
    except (ValueError, csv.Error) as error:
        raise ObjectFailed(f"Failed to parse {what} as {_WORDS[kind]}") from error


def _written(value: Any, kind: str) -> bytes:  # noqa: ANN401
    if kind != CSV:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(value if isinstance(value, list) else [value])
    return text.getvalue().encode()


def _selected(value: Any, path: Path, name: str) -> Any:  # noqa: ANN401
    try:
        return path.select(value)
    except PathRefused as error:
        raise ObjectFailed(f"Failed to apply {name}: {error}") from error


def _together(before: Any, after: Any, kind: str) -> Any:  # noqa: ANN401
    if kind == CSV:
        return [*before, *after]
    if isinstance(before, dict):
        return {**before, "SageMakerOutput": after}
    return {"SageMakerInput": before, "SageMakerOutput": after}
