"""DataProcessing: what of a record is sent, and what of it and of its answer is kept.

Source: "Associate Prediction Results with Input Records": a row of CSV is taken as an array.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slipway_local.sagemaker.batch.failures import ObjectFailed
from slipway_local.sagemaker.batch.paths import Path, PathRefused, parse
from slipway_local.sagemaker.batch.records import Record

CSV, JSON, JSON_LINES = FORMATS = ("text/csv", "application/json", "application/jsonlines")
_WORDS = {CSV: "CSV", JSON: "JSON", JSON_LINES: "JSON"}

csv.field_size_limit(100 * 1024 * 1024)  # a text may fill the largest request


@dataclass(frozen=True, slots=True)
class Processing:
    """What to do with records of the content type `taken` and answers of the type `given`.

    A path that is None is `$`. With `lines` there is one to a line; else an object is one, and so
    is the answer to it.
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
        rows = [_read(row, self.taken, "input data") for row in self._rows(given)]
        sent = [
            _written(_selected(row, self.input_path, "InputFilter"), self.taken) for row in rows
        ]
        return Record(given, self._together(sent))

    def output(self, records: Sequence[Record], answer: bytes) -> bytes:
        """What is kept of a request's records and of their answer. Raises ObjectFailed."""
        if self.output_path is None and not self.joined:
            return answer
        rows = [row for record in records for row in self._rows(record.given)]
        alone = self.given != CSV and len(rows) == 1
        answers = [answer] if alone else self._rows(answer)
        if self.joined and len(answers) != len(rows):
            raise ObjectFailed(
                "Fail to join data: mismatched line count between the input and the output"
            )
        return self._together(
            self._joined(rows, answers) if self.joined else self._filtered(answers)
        )

    def _rows(self, data: bytes) -> list[bytes]:
        """Without their ends; nothing else that may end a line does."""
        if not self.lines:
            return [data]
        rows = data.removesuffix(b"\n").split(b"\n") if data else []
        return [row.removesuffix(b"\r") for row in rows]

    def _together(self, rows: Iterable[bytes]) -> bytes:
        return b"".join(row + b"\n" for row in rows) if self.lines else b"".join(rows)

    def _filtered(self, answers: Sequence[bytes]) -> Iterator[bytes]:
        for answer in answers:
            yield self._kept(_read(answer, self.given, "output from the algorithm"))

    def _joined(self, rows: Sequence[bytes], answers: Sequence[bytes]) -> Iterator[bytes]:
        for row, answer in zip(rows, answers, strict=True):
            if self.given == CSV and self.output_path is None:
                yield row + b"," + answer
                continue
            before = _read(row, self.taken, "input data")
            after = _read(answer, self.given, "output from the algorithm")
            yield self._kept(_joined(before, after, self.given))

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
        source.get("SplitType", "None") == "Line" or taken == JSON_LINES,
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
        return next(csv.reader([text], strict=True), [])
    except (RecursionError, ValueError, csv.Error) as error:
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


def _joined(before: Any, after: Any, kind: str) -> Any:  # noqa: ANN401
    if kind == CSV:
        return [*before, *after]
    if isinstance(before, dict):
        return {**before, "SageMakerOutput": after}
    return {"SageMakerInput": before, "SageMakerOutput": after}
