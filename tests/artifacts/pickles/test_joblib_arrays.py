"""joblib's arrays are stepped over where joblib reads them, and nowhere else."""

from __future__ import annotations

import pickle
import struct

import pytest
from slipway.artifacts import Verdict, examine
from slipway.artifacts.archives.reader import reader_of

STRUCK = b"cposix\nsystem\n(X\x04\x00\x00\x00truetR"


def word(text: str) -> bytes:
    return b"\x8c" + bytes([len(text)]) + text.encode()


def dtype(code: str = "f8", item: int = -1, flags: int = 0, *, again: bytes = b"") -> bytes:
    make = b"cnumpy\ndtype\n" + word(code) + b"\x89\x88\x87R"
    size = b"J" + struct.pack("<i", item)
    state = b"(K\x03" + word("<") + b"NNN" + size + size + b"K" + bytes([flags]) + b"tb"
    return make + state + again


def wrapper(
    element: bytes,
    *,
    shape: bytes = b"K\x03\x85",
    padded: bool = True,
    order: str = "C",
    package: str = "joblib",
) -> bytes:
    fields = word("subclass") + b"cnumpy\nndarray\n" + word("shape") + shape
    fields += word("order") + word(order) + word("dtype") + element + word("allow_mmap") + b"\x88"
    if padded:
        fields += word("numpy_array_alignment_bytes") + b"K\x10"
    module = f"{package}.numpy_pickle"
    return word(module) + word("NumpyArrayWrapper") + b"\x93)\x81}(" + fields + b"ub"


def judge(*parts: bytes) -> Verdict:
    return examine(reader_of(b"\x80\x04" + b"".join(parts)))


PADDING = b"\x04" + b"\xff" * 4


@pytest.mark.parametrize("package", ["joblib", "sklearn.externals.joblib"])
def test_a_padded_array_is_stepped_over(package: str) -> None:
    assert judge(wrapper(dtype(), package=package), PADDING, bytes(24), b".").offences == ()


@pytest.mark.parametrize(
    ("code", "item", "size"),
    [("f4", -1, 4), ("i8", -1, 8), ("b1", -1, 1), ("c16", -1, 16), ("U5", 20, 20), ("S3", 3, 3)],
)
def test_the_size_follows_the_dtype(code: str, item: int, size: int) -> None:
    good = judge(wrapper(dtype(code, item)), PADDING, bytes(3 * size), b".")
    assert good.safe
    assert good.arrays == 1
    assert not judge(wrapper(dtype(code, item)), PADDING, bytes(3 * size + 1), b".").safe


def test_arrays_of_joblib_before_1_2_have_no_padding() -> None:
    assert judge(wrapper(dtype(), padded=False), bytes(24), b".").safe


def test_an_array_of_objects_is_a_pickle_and_judged() -> None:
    objects = dtype("O8", -1, 63)
    assert judge(wrapper(objects), pickle.dumps(["a", 1]), b".").safe
    assert not judge(wrapper(objects), b"\x80\x04" + STRUCK + b".", b".").safe


def test_elements_that_work_as_opcodes_are_refused() -> None:
    elements = (b"0" + STRUCK + b".").ljust(48, b"N")
    verdict = judge(wrapper(dtype(), shape=b"K\x06\x85", padded=False), elements, b".")
    assert [offence.what for offence in verdict.offences] == [
        "an array whose elements work as pickle opcodes"
    ]


def test_opcodes_after_an_array_that_swallows_them_are_found() -> None:
    """The bytes after a short array run on for a loader that is not joblib."""
    text = b"X\x04\x00\x00\x00abcd0" + STRUCK + b"."
    verdict = judge(wrapper(dtype("S1", 1), padded=False), text[:3], text[3:])
    assert not verdict.safe


def test_an_array_within_a_frame_is_refused() -> None:
    body = wrapper(dtype()) + PADDING + bytes(24) + b"."
    frame = b"\x95" + struct.pack("<Q", len(body))
    assert not judge(frame, body).safe
    described = wrapper(dtype())
    frame = b"\x95" + struct.pack("<Q", len(described))
    assert judge(frame, described, PADDING, bytes(24), b".").safe


AMBIGUOUS = {
    "dtype built twice": wrapper(dtype(again=b"(K\x03tb")),
    "dtype that contradicts its size": wrapper(dtype("U5", 4)),
    "dtype without elements": wrapper(dtype("S0", 0)),
    "objects that deny it": wrapper(dtype("O8", -1, 0)),
    "numbers that claim objects": wrapper(dtype("f8", -1, 63)),
    "unknown dtype": wrapper(dtype("q9")),
    "dtype that is a name": wrapper(word("f8")),
    "negative side": wrapper(dtype(), shape=b"J\xff\xff\xff\xff\x85"),
    "huge side": wrapper(dtype(), shape=b"\x8a\x09" + b"\xff" * 8 + b"\x00\x85"),
    "shape that is a list": wrapper(dtype(), shape=b"]"),
    "other order": wrapper(dtype(), order="K"),
    "built twice": wrapper(dtype()) + b"}b",
    "state in slots": wrapper(dtype())[:-1] + b"N\x86b",
    "padding too long": wrapper(dtype()) + b"\x40",
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_numpy_or_joblib_would_not_write_is_refused(name: str) -> None:
    assert not judge(AMBIGUOUS[name], PADDING, bytes(200), b".").safe


def test_objects_nested_too_deep_end() -> None:
    layers = b"".join(b"\x80\x04" + wrapper(dtype("O8", -1, 63)) for _ in range(60))
    assert not judge(layers).safe
