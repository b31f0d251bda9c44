"""sagemaker-sparkml-serving: MLeap bundles, with the schema of the request or of the endpoint.

Follows sagemaker-sparkml-serving-container's ServingController and its helpers: one CSV row a
request, columns by the schema, CSV out unless JSON lines are wanted.
"""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from ..failures import ContainerMisconfigured
from ..messages import CSV, JSON, Request, Response, media_type
from ..settings import Settings
from .bundles import Row, Stage, read_bundle
from .java_text import java_text

Schema = Mapping[str, Any]

_LINES, _TEXT_LINES = "application/jsonlines", "application/jsonlines;data=text"
_WHOLE = ("int", "long", "short", "byte")


class SparkML:
    """Serves the bundle at the top of the model's folder."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stages: list[Stage] = []

    def load(self) -> None:
        """Read the bundle; ContainerMisconfigured where it is none that is known here."""
        try:
            self._stages = read_bundle(self._settings.model_folder)
        except (OSError, KeyError, ValueError) as error:
            raise ContainerMisconfigured(f"the bundle cannot be loaded: {error}") from error

    def invoke(self, request: Request) -> Response:
        """415 for other types than CSV, JSON and JSON lines; 400 for what does not fit."""
        kind = media_type(request.content_type or "")[0]
        if kind not in (CSV, JSON, _LINES):
            return Response(415, b"")
        try:
            accept = self._accepted(request)
            return self._answer(kind, request.body.decode(), accept)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            return Response(400, str(error).encode(), "text/plain;charset=UTF-8")

    def _accepted(self, request: Request) -> str:
        accept = request.accept or self._settings.default_accept(CSV)
        if accept not in (CSV, _LINES, _TEXT_LINES):
            raise ValueError("Accept value passed via request or environment variable is not valid")
        return accept

    def _answer(self, kind: str, body: str, accept: str) -> Response:
        documents = [json.loads(line) for line in body.splitlines()] if kind == _LINES else []
        if kind == CSV:
            schema = self._schema(None)
            text = self._one(next(csv.reader(io.StringIO(body))), schema, accept)
        elif kind == JSON:
            document = json.loads(body)
            text = self._one(document["data"], self._schema(document.get("schema")), accept)
        else:
            schema = self._schema(documents[0].get("schema"))
            rows = [row for each in documents for row in _rows(each["data"])]
            answers = (f"[{self._one(row, schema, accept)}]" for row in rows)
            text = f"[{', '.join(answers)}]"
        return Response(200, text.encode(), CSV if accept == CSV else _LINES)

    def _schema(self, given: Schema | None) -> Schema:
        told = self._settings.variables.get("SAGEMAKER_SPARKML_SCHEMA")
        if given is None and told is None:
            raise ValueError(
                "Input schema has to be provided either via environment variable or via the request"
            )
        return given if given is not None else dict(json.loads(told or "{}"))

    def _one(self, data: list[Any], schema: Schema, accept: str) -> str:
        row: Row = {
            column["name"]: typed(data[place], column)
            for place, column in enumerate(schema["input"])
        }
        for stage in self._stages:
            stage.transform(row)
        output = schema["output"]
        if output["name"] not in row:
            raise ValueError(f"the pipeline writes no column {output['name']}")
        return written(row[output["name"]], output, accept)

    def execution_parameters(self) -> Response:
        """One thread, a record at a time, at most five megabytes."""
        parameters = {
            "MaxConcurrentTransforms": 1,
            "BatchStrategy": "SINGLE_RECORD",
            "MaxPayloadInMB": 5,
        }
        return Response(200, json.dumps(parameters).encode())


def _rows(data: list[Any]) -> list[list[Any]]:
    """A line's rows: of a list of lists each is a row."""
    return data if data and all(isinstance(each, list) for each in data) else [data]


def typed(value: Any, column: Schema) -> Any:  # noqa: ANN401 - as the schema says
    """A value as its column's type; a vector or an array element by element."""
    kind = column["type"]
    if column.get("struct") in ("vector", "array"):
        if not isinstance(value, list):
            raise ValueError(f"Input val is not a list but struct passed is {column['struct']}")
        return [_typed(each, kind) for each in value]
    return _typed(value, kind)


def _typed(value: Any, kind: str) -> Any:  # noqa: ANN401 - as the schema says
    if kind in _WHOLE:
        return int(str(value))
    if kind in ("float", "double"):
        return float(value)
    if kind == "boolean":
        return str(value).lower() == "true"
    if kind == "string":
        return str(value)
    raise ValueError("Given type is not supported")


def written(value: Any, output: Schema, accept: str) -> str:  # noqa: ANN401 - a column's value
    """An output column as CSV or JSON lines."""
    if output.get("struct", "basic") == "basic":
        if isinstance(value, list):
            raise ValueError(f"{output['name']} is a vector: say so in the schema's output")
        return java_text(int(value) if output["type"] in _WHOLE else value)
    if accept == _LINES:
        return json.dumps({"features": value}, separators=(",", ":"))
    texts = map(java_text, value)
    return ",".join(texts) if accept == CSV else json.dumps({"source": " ".join(texts)})


def application(settings: Settings) -> SparkML:
    """The server of this image."""
    return SparkML(settings)
