"""Request bodies to XGBoost matrices, as sagemaker-xgboost-container reads them."""

import csv
from collections.abc import Callable
from typing import Any

import numpy as np
import xgboost  # type: ignore[import-not-found]  # the image has it
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # the image has it

from ..messages import media_type
from ..recordio import read_records

CSV = "csv"
LIBSVM = "libsvm"
RECORDIO = "recordio-protobuf"

_TYPES = {
    "csv": CSV,
    "text/csv": CSV,
    "libsvm": LIBSVM,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "recordio-protobuf": RECORDIO,
    "application/x-recordio-protobuf": RECORDIO,
}

Matrix = Any  # xgboost ships no types before 2.1


def content_kind(header: str | None) -> str:
    """csv, libsvm or recordio-protobuf; libsvm where no type is given. ValueError for others."""
    if header is None:
        return LIBSVM
    kind, parameters = media_type(header)
    if kind not in _TYPES:
        raise ValueError(
            f"{header} is not an accepted ContentType: csv, libsvm, parquet, recordio-protobuf, "
            "text/csv, text/libsvm, text/x-libsvm, application/x-parquet, "
            "application/x-recordio-protobuf."
        )
    if _TYPES[kind] == CSV and parameters.get("label_size", "1") != "1":
        raise ValueError(
            f"{header} is not an accepted csv ContentType. "
            "Optional parameter label_size must be equal to 1"
        )
    return _TYPES[kind]


def csv_matrix(body: bytes) -> Matrix:
    """Rows of numbers; an empty field is a missing value; the separator is guessed."""
    lines = body.decode().split("\n")
    guess = csv.Sniffer().sniff(lines[0][:512]).delimiter
    separator = "," if guess.isalnum() else guess
    rows = [[field or "nan" for field in line.split(separator)] for line in lines]
    return xgboost.DMatrix(np.array(rows).astype(float))


def libsvm_matrix(body: bytes) -> Matrix:
    """Rows of `index:value`; indices that never are 0 count from 1."""
    rows = [
        [item.split(":")[:2] for item in line.split(" ") if ":" in item]
        for line in body.decode().split("\n")
    ]
    indices = np.array([int(index) for row in rows for index, _ in row], dtype=int)
    values = np.array([float(value) for row in rows for _, value in row])
    numbers = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    if indices.size and indices.min() >= 1:
        indices -= 1
    return xgboost.DMatrix(csr_matrix((values, (numbers, indices))))


def recordio_matrix(body: bytes) -> Matrix:
    """The records' features, one row each; sparse where any record is."""
    rows = read_records(body)
    if all(row.keys is None for row in rows):
        return xgboost.DMatrix(np.vstack([row.values for row in rows]))
    keys = [np.arange(row.width) if row.keys is None else row.keys for row in rows]
    numbers = np.repeat(np.arange(len(rows)), [len(each) for each in keys])
    values = np.concatenate([row.values for row in rows])
    shape = (len(rows), max(row.width for row in rows))
    return xgboost.DMatrix(csr_matrix((values, (numbers, np.concatenate(keys))), shape=shape))


READERS: dict[str, Callable[[bytes], Matrix]] = {
    CSV: csv_matrix,
    LIBSVM: libsvm_matrix,
    RECORDIO: recordio_matrix,
}
