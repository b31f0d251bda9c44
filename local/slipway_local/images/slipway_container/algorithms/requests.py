"""Request bodies to rows of features, as SageMaker's built-in algorithms read them.

The formats of "Common data formats for inference" in SageMaker's developer guide: CSV without a
header, JSON with `instances`, JSON lines, and RecordIO-protobuf; dense or sparse.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import CSV, JSON, media_type
from ..recordio import Row, read_records

JSON_LINES = "application/jsonlines"
RECORDIO = "application/x-recordio-protobuf"

Matrix = NDArray[np.float32]


class UnsupportedContentType(Exception):
    """A content type that these algorithms do not read."""


class MalformedBody(ValueError):
    """A body that holds no rows of the model's features; the message says where."""


def read_matrix(body: bytes, content_type: str | None, features: int) -> Matrix:
    """The rows of a body, shape (rows, features), float32.

    Raises UnsupportedContentType, and MalformedBody where the body cannot be read, is empty, or
    has rows of another width.
    """
    kind, parameters = media_type(content_type or CSV)
    if kind not in _READERS:
        raise UnsupportedContentType(f"content-type {content_type} not supported")
    try:
        rows = _READERS[kind](body, parameters, features)
    except (TypeError, ValueError, OverflowError) as error:
        raise MalformedBody(str(error)) from error
    for number, row in enumerate(rows):
        if row.shape != (features,):
            raise MalformedBody(f"row {number} has {row.size} features, the model has {features}")
    if not rows:
        raise MalformedBody("the body has no rows")
    return np.vstack(rows)


def _csv(body: bytes, parameters: Mapping[str, str], _: int) -> list[Matrix]:
    labels = int(parameters.get("label_size", "0"))
    lines = (line for line in body.decode().splitlines() if line.strip())
    return [_dense(line.split(",")[labels:]) for line in lines]


def _json(body: bytes, _: Mapping[str, str], features: int) -> list[Matrix]:
    document = json.loads(body)
    if not isinstance(document, dict) or not isinstance(document.get("instances"), list):
        raise MalformedBody('the body is no object with a list of "instances"')
    return [_instance(each, features) for each in document["instances"]]


def _json_lines(body: bytes, _: Mapping[str, str], features: int) -> list[Matrix]:
    lines = (line for line in body.decode().splitlines() if line.strip())
    return [_instance(json.loads(line), features) for line in lines]


def _instance(instance: object, features: int) -> Matrix:
    """`{"features": …}`, or the same below `data`; a list, or values with keys and shape."""
    inside = instance.get("data", instance) if isinstance(instance, dict) else None
    given = inside.get("features") if isinstance(inside, dict) else None
    tensor = {"values": given} if isinstance(given, list) else given
    if not isinstance(tensor, dict) or not isinstance(tensor.get("values"), list):
        raise MalformedBody('an instance has no "features"')
    values = _dense(tensor["values"])
    keys = tensor.get("keys")
    if not keys:
        return values
    return _scattered(values, np.asarray(keys, np.int64), _width(tensor.get("shape"), features))


def _width(shape: object, otherwise: int) -> int:
    return int(shape[0]) if isinstance(shape, list) and shape else otherwise


def _recordio(body: bytes, _: Mapping[str, str], features: int) -> list[Matrix]:
    return [_recorded(row, features) for row in read_records(body)]


def _recorded(row: Row, features: int) -> Matrix:
    if row.keys is None:
        return row.values
    width = features if row.width <= features else row.width
    return _scattered(row.values, row.keys, width)


def _dense(values: Iterable[Any]) -> Matrix:
    return np.array([float(value) for value in values], np.float32)


def _scattered(values: Matrix, keys: NDArray[np.int64], width: int) -> Matrix:
    """A dense row of a sparse one."""
    if keys.shape != values.shape or keys.min() < 0 or keys.max() >= width:
        raise MalformedBody("a sparse row's keys do not fit its values and shape")
    row = np.zeros(width, np.float32)
    row[keys] = values
    return row


_READERS: dict[str, Callable[[bytes, Mapping[str, str], int], list[Matrix]]] = {
    CSV: _csv,
    JSON: _json,
    JSON_LINES: _json_lines,
    RECORDIO: _recordio,
}
