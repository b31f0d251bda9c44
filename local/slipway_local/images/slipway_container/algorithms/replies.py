"""Predictions to bytes, as SageMaker's built-in algorithms answer them.

The "response formats" of each algorithm in SageMaker's developer guide. A type that they do not
know is answered with JSON, as the containers do (aws/sagemaker-python-sdk, issue 993).
"""

import json
import struct
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..messages import CSV, JSON, Response, media_type, with_charset
from .requests import JSON_LINES, RECORDIO

Part = float | list[float]
Prediction = Mapping[str, Part]

_MAGIC = 0xCED7230A
_FEATURES, _LABEL, _KEY, _VALUE = 1, 2, 1, 2
_FLOAT32_TENSOR, _INT32_TENSOR, _VALUES = 2, 7, 1


def reply(predictions: Sequence[Prediction], envelope: str, accept: str) -> Response:
    """The predictions in the wanted type, in a list named `envelope` where it is JSON."""
    kind = media_type(accept)[0]
    if kind == CSV:
        return Response(200, _csv(predictions), with_charset(CSV))
    if kind == JSON_LINES:
        lines = "".join(f"{json.dumps(each)}\n" for each in predictions)
        return Response(200, lines.encode(), JSON_LINES)
    if kind == RECORDIO:
        return Response(200, b"".join(map(_record, predictions)), RECORDIO)
    return Response(200, json.dumps({envelope: list(predictions)}).encode(), JSON)


def _csv(predictions: Sequence[Prediction]) -> bytes:
    """A line for each prediction: its parts in order, lists spread."""
    return "".join(
        ",".join(str(value) for part in each.values() for value in _listed(part)) + "\n"
        for each in predictions
    ).encode()


def _listed(part: Part) -> list[float]:
    return part if isinstance(part, list) else [part]


def _record(prediction: Prediction) -> bytes:
    """One RecordIO frame of one `Record` (see recordio.py): each part is a label of that name."""
    parts = ((name, _floats(part)) for name, part in prediction.items())
    return _framed(b"".join(_named(_LABEL, name, tensor) for name, tensor in parts))


def record_of(array: NDArray[np.float32]) -> bytes:
    """One RecordIO frame of one `Record` whose features are an array, `target`, and its `shape`."""
    sides = b"".join(map(_varint, array.shape))
    shape = _field(_INT32_TENSOR, _field(_VALUES, sides))
    target = _floats(array)
    return _framed(_named(_FEATURES, "shape", shape) + _named(_FEATURES, "target", target))


def _framed(record: bytes) -> bytes:
    return struct.pack("<II", _MAGIC, len(record)) + record + bytes(-len(record) % 4)


def _named(number: int, name: str, value: bytes) -> bytes:
    """An entry of a map of the record."""
    return _field(number, _field(_KEY, name.encode()) + _field(_VALUE, value))


def _floats(part: Part | NDArray[np.float32]) -> bytes:
    packed = np.atleast_1d(np.asarray(part, "<f4")).tobytes()
    return _field(_FLOAT32_TENSOR, _field(_VALUES, packed))


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    low, high = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(high) if high else bytes([low])
