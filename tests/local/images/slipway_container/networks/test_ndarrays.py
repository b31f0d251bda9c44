"""MXNet's NDArray files; tests/frameworks reads what MXNet itself has written."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_local.images.slipway_container.networks.ndarrays import read_arrays

if TYPE_CHECKING:
    from tests.local.images.conftest import MXNetFiles

# mx.nd.save("…", [mx.nd.array([[0], [1], [2]])]) by MXNet 1.9.1
WRITTEN = bytes.fromhex(
    "12010000000000000000000000000000010000000000000"
    "0c9fa93f90000000002000000030000000000000001000000000000000100000000000000"
    "00000000000000000000803f000000400000000000000000"
)


def test_a_list_as_mxnet_writes_it(mxnet_files: type[MXNetFiles]) -> None:
    [(name, array)] = read_arrays(WRITTEN).items()
    assert (name, array.tolist()) == ("0", [[0.0], [1.0], [2.0]])
    assert mxnet_files.arrays([np.float32([[0], [1], [2]])]) == WRITTEN


# mx.nd.sparse.row_sparse_array(([[1, 2], [3, 4]], [1, 3]), shape=(5, 2)) as "arg:v", by MXNet 1.9.1
ROWS = bytes.fromhex(
    "120100000000000000000000000000000100000000000000c9fa93f901000000020000000200000000000000020000"
    "00000000000200000005000000000000000200000000000000010000000000000000000000060000000100000002000"
    "000000000000000803f0000004000004040000080400100000000000000030000000000000001000000000000000500"
    "0000000000006172673a76"
)
COLUMNS = bytes.fromhex(
    "120100000000000000000000000000000100000000000000c9fa93f902000000010000000000000000000000020000"
    "0002000000000000000200000000000000010000000000000000000000060000000100000003000000000000000600"
    "00000100000002000000000000000000004000004040000000000000000001000000000000000200000000000000010"
    "000000000000000000000000000000100000000000000010000000000000063"
)


def test_rows_that_are_there_are_put_in_their_places() -> None:
    assert read_arrays(ROWS)["v"].tolist() == [[0, 0], [1, 2], [0, 0], [3, 4], [0, 0]]
    broken = bytearray(ROWS)
    broken[ROWS.index(bytes([3, 0, 0, 0, 0, 0, 0, 0, 1]))] = 9
    with pytest.raises(ValueError, match="rows that it does not have"):
        read_arrays(bytes(broken))
    with pytest.raises(ValueError, match="sparse in columns"):
        read_arrays(COLUMNS)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "uint8", "int32", "int64"])
def test_every_type(mxnet_files: type[MXNetFiles], dtype: str) -> None:
    array = np.arange(6).reshape(1, 2, 3).astype(dtype)
    [read] = read_arrays(mxnet_files.arrays([array])).values()
    assert (read.dtype, read.shape) == (array.dtype, array.shape)
    assert (read == array).all()


def test_names_lose_their_prefix(mxnet_files: type[MXNetFiles]) -> None:
    arrays = {"arg:weight": np.float32([1]), "aux:mean": np.float32([2]), "v": np.float32([3])}
    read = read_arrays(mxnet_files.arrays(arrays))
    assert {name: array.tolist() for name, array in read.items()} == {
        "weight": [1.0],
        "mean": [2.0],
        "v": [3.0],
    }


def test_version_one_has_no_storage_type() -> None:
    content = struct.pack("<QQQ", 0x112, 0, 1) + struct.pack("<IIq", 0xF993FAC8, 1, 1)
    content += struct.pack("<iiif", 1, 0, 0, 7.5) + struct.pack("<Q", 0)
    assert read_arrays(content)["0"].tolist() == [7.5]


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (0, 0, "does not begin with 0x112"),
        (24, 0, "unknown version"),
        (28, 1, "rows of another shape"),
        (28, 2, "sparse in columns"),
        (32, 255, "255 dimensions"),
        (36, 200, "ends early"),
        (43, 255, "unknown type or shape"),
        (60, 99, "unknown type or shape"),
    ],
)
def test_other_bytes_are_refused(place: int, value: int, said: str) -> None:
    broken = bytearray(WRITTEN)
    broken[place] = value
    with pytest.raises(ValueError, match=said):
        read_arrays(bytes(broken))


def test_cut_files_are_refused() -> None:
    for length in range(len(WRITTEN)):
        with pytest.raises(ValueError, match=r"early|0x112"):
            read_arrays(WRITTEN[:length])
