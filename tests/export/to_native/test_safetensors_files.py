"""safetensors files: written, read back, and malformed."""

import json

import pytest
from slipway_export.model import ExportRefused
from slipway_export.to_native.safetensors_files import Tensor, read, written

from tests.export.conftest import fixtures

TENSORS = {
    "bytes": Tensor("U8", (3,), b"abc"),
    "wide é": Tensor("F64", (1, 2), bytes(16)),
    "none": Tensor("BF16", (0, 4), b""),
}


def test_what_is_written_is_read_back() -> None:
    assert read(written(TENSORS)) == TENSORS


def test_wide_elements_come_first_so_that_all_are_aligned() -> None:
    content = written(TENSORS)
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    assert header["wide é"]["data_offsets"] == [0, 16]
    assert header["bytes"]["data_offsets"] == [16, 19]


def test_what_the_library_wrote_is_read() -> None:
    found = read(fixtures("torch-2.6.0")["expected.safetensors"])
    assert found["float64"].shape == (2, 3)
    assert found["bfloat16"].dtype == "BF16"


@pytest.mark.parametrize(
    "content", [b"", bytes(8), (2).to_bytes(8, "little") + b"[]", (9).to_bytes(8, "little") + b"{"]
)
def test_what_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(ExportRefused, match="malformed"):
        read(content)
