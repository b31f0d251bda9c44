"""Bytes to numpy arrays and predictions to bytes, as AWS's script containers do by default.

Follows sagemaker-containers 2.8 (its `encoders` module): csv becomes float64 with single rows
flattened to one dimension, json and npy keep their shape.
"""

import csv
import io
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .messages import CSV, JSON

NPY = "application/x-npy"
UTF8_TYPES = (JSON, CSV)


class UnsupportedFormatError(Exception):
    """A content type that this container does not know."""

    def __init__(self, content_type: object) -> None:
        super().__init__(
            f"Content type {content_type} is not supported by this framework.\n\n"
            "Please implement input_fn to to deserialize the request data or an output_fn to\n"
            "serialize the response. For more information, see the SageMaker Python SDK README."
        )


def decode(content: str | bytes, content_type: str) -> NDArray[Any]:
    """The array in `content`; UnsupportedFormatError for types but csv, json and npy."""
    if content_type == JSON:
        return np.array(json.loads(content))
    if content_type == CSV:
        return csv_to_array(content if isinstance(content, str) else content.decode())
    if content_type == NPY and isinstance(content, bytes):
        return np.asarray(np.load(io.BytesIO(content), allow_pickle=False))
    raise UnsupportedFormatError(content_type)


def csv_to_array(text: str) -> NDArray[Any]:
    """One row gives shape (n,), several (m, n); words stay words."""
    rows = list(csv.reader(io.StringIO(text), strict=True))
    array = np.array(rows).squeeze()
    try:
        return array.astype(float)
    except ValueError:
        return array


def encode(prediction: object, accept: str) -> bytes:
    """`prediction` as csv, json or npy; UnsupportedFormatError for other types."""
    if accept == JSON:
        return json.dumps(prediction, default=_plain).encode()
    if accept == CSV:
        return array_to_csv(prediction).encode()
    if accept == NPY:
        buffer = io.BytesIO()
        np.save(buffer, np.asarray(prediction))
        return buffer.getvalue()
    raise UnsupportedFormatError(accept)


def array_to_csv(prediction: object) -> str:
    """One line for each row; one column where there is one dimension."""
    array = np.array(prediction)
    stream = io.StringIO()
    rows = array.reshape(-1, 1) if array.ndim == 1 else array
    csv.writer(stream, lineterminator="\n", strict=True).writerows(rows)
    return stream.getvalue()


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
