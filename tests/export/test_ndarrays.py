"""NDArray files with their elements; the reader of the images is the other opinion."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from slipway_export.model import ExportRefused
from slipway_export.ndarrays import read_arrays

from tests.local.images.conftest import MXNetFiles
from tests.local.images.slipway_container.networks.test_ndarrays import COLUMNS, ROWS

ARRAYS = {
    "arg:weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "aux:mean": np.array([1.5, -2.5]),
    "half": np.float16([[0.5]]),
    "bytes": np.array([[[0], [255]]], np.uint8),
    "words": np.array([-7], np.int32),
    "long": np.array([1 << 40], np.int64),
}


def test_elements_and_names() -> None:
    found = read_arrays(MXNetFiles.arrays(ARRAYS))
    assert list(found) == ["weight", "mean", "half", "bytes", "words", "long"]
    for read, written in zip(found.values(), ARRAYS.values(), strict=True):
        assert read.dtype == written.dtype
        assert np.array_equal(read, written)


def test_a_list_is_numbered() -> None:
    found = read_arrays(MXNetFiles.arrays([np.float32([[1, 2]]), np.float32([3])]))
    assert {name: array.tolist() for name, array in found.items()} == {"0": [[1, 2]], "1": [3]}


def test_the_first_version_has_no_storage_type() -> None:
    array = struct.pack("<IIqiiif", 0xF993FAC8, 1, 1, 1, 0, 0, 2.5)
    content = struct.pack("<QQQ", 0x112, 0, 1) + array + struct.pack("<Q", 0)
    assert read_arrays(content)["0"].tolist() == [2.5]


def test_every_cut_is_refused() -> None:
    whole = MXNetFiles.arrays({"a": np.float32([1, 2]), "b": np.float32([[3]])})
    for size in range(len(whole)):
        with pytest.raises(ExportRefused):
            read_arrays(whole[:size])


@pytest.mark.parametrize(
    ("place", "change", "said"),
    [
        (0, "<Q", "does not begin"),
        (24, "<I", "unknown version"),
        (28, "<i", "sparse"),
        (32, "<I", "ends early"),  # dimensions
        (52, "<i", "element type 99"),
    ],
)
def test_what_is_no_such_file(place: int, change: str, said: str) -> None:
    content = bytearray(MXNetFiles.arrays([np.float32([1])]))
    struct.pack_into(change, content, place, 99)
    with pytest.raises(ExportRefused, match=said):
        read_arrays(bytes(content))


def test_two_arrays_of_one_name() -> None:
    content = MXNetFiles.arrays({"arg:a": np.float32([1]), "aux:a": np.float32([2])})
    with pytest.raises(ExportRefused, match="2 arrays"):
        read_arrays(content)


def test_a_claim_of_many_elements_takes_no_memory() -> None:
    content = bytearray(MXNetFiles.arrays([np.float32([1])]))
    struct.pack_into("<q", content, 36, 1 << 60)
    with pytest.raises(ExportRefused, match="ends early"):
        read_arrays(bytes(content))


def test_rows_that_are_there_are_put_in_their_places() -> None:
    assert read_arrays(ROWS)["v"].tolist() == [[0, 0], [1, 2], [0, 0], [3, 4], [0, 0]]
    broken = bytearray(ROWS)
    broken[ROWS.index(bytes([3, 0, 0, 0, 0, 0, 0, 0, 1]))] = 9
    with pytest.raises(ExportRefused, match="rows that it does not have"):
        read_arrays(bytes(broken))
    with pytest.raises(ExportRefused, match="sparse in columns"):
        read_arrays(COLUMNS)
