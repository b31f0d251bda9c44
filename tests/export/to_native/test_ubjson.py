"""UBJSON as XGBoost writes it."""

import struct

import numpy as np
import pytest
from slipway_export.model import ExportRefused
from slipway_export.to_native.ubjson import read_ubjson

TEXT = b"L" + struct.pack(">q", 2)


def test_every_kind_of_value() -> None:
    content = (
        b"{" + TEXT + b"aai\xff" + TEXT + b"bbU\xff" + TEXT + b"ccI\xff\xfe" + TEXT + b"ddl"
        b"\x00\x00\x00\x05" + TEXT + b"eed" + struct.pack(">f", 0.1) + TEXT + b"ffD"
    )
    content += struct.pack(">d", 0.1) + TEXT + b"ggS" + TEXT + "é".encode() + TEXT + b"hhT"
    content += TEXT + b"iiF" + TEXT + b"jjZ" + TEXT + b"kk[i\x01i\x02]" + TEXT + b"ll[#L"
    content += struct.pack(">q", 1) + b"i\x07}"
    assert read_ubjson(content) == {
        "aa": -1,
        "bb": 255,
        "cc": -2,
        "dd": 5,
        "ee": 0.1,
        "ff": 0.1,
        "gg": "é",
        "hh": True,
        "ii": False,
        "jj": None,
        "kk": [1, 2],
        "ll": [7],
    }


@pytest.mark.parametrize(
    ("tag", "layout", "values"),
    [("d", ">f4", [0.5, -1.5]), ("l", ">i4", [-1, 7]), ("L", ">i8", [1 << 40]), ("U", "u1", [200])],
)
def test_typed_arrays(tag: str, layout: str, values: list[float]) -> None:
    raw = np.array(values, layout)
    content = b"[$" + tag.encode() + b"#L" + struct.pack(">q", len(values)) + raw.tobytes()
    found = read_ubjson(content)
    assert found.tolist() == values
    assert found.dtype.isnative


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"i",
        b"Si\x01a",
        b"SL" + struct.pack(">q", -1),
        b"SL" + struct.pack(">q", 1 << 62),
        b"[#L" + struct.pack(">q", 1 << 40),
        b"[$d#L" + struct.pack(">q", 1 << 40),
        b"[$Z#L" + struct.pack(">q", 5),
        b"H",
        b"i\x01i\x01",
        b"[" * 5000,
        b"SL" + struct.pack(">q", 1) + b"\xff",
    ],
)
def test_what_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(ExportRefused):
        read_ubjson(content)
