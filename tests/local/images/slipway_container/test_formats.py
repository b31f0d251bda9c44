"""Default decoding and encoding, against what sagemaker-containers 2.8 does."""

import io

import numpy as np
import pytest
from slipway_local.images.slipway_container import formats
from slipway_local.images.slipway_container.formats import UnsupportedFormatError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,2,3", [1.0, 2.0, 3.0]),  # one row is one-dimensional
        ("1,2,3\n", [1.0, 2.0, 3.0]),
        ("1,2\n3,4", [[1.0, 2.0], [3.0, 4.0]]),
        ("1\n2\n3", [1.0, 2.0, 3.0]),
        ('"a,b",c', ["a,b", "c"]),
    ],
)
def test_csv(text: str, expected: list[object]) -> None:
    array = formats.decode(text, "text/csv")
    assert array.tolist() == expected


def test_json_and_npy_keep_their_shape() -> None:
    assert formats.decode("[[1, 2]]", "application/json").tolist() == [[1, 2]]
    buffer = io.BytesIO()
    np.save(buffer, np.eye(2, dtype=np.float32))
    array = formats.decode(buffer.getvalue(), "application/x-npy")
    assert (array.dtype.name, array.shape) == ("float32", (2, 2))


def test_a_pickle_in_npy_is_not_loaded() -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        formats.decode(buffer.getvalue(), "application/x-npy")


@pytest.mark.parametrize(
    ("prediction", "accept", "expected"),
    [
        (np.array([1.5, 2.0]), "application/json", b"[1.5, 2.0]"),
        ({"scores": np.array([1]), "best": np.int64(1)}, "application/json", None),
        (np.array([1.5, 2.0]), "text/csv", b"1.5\n2.0\n"),
        (np.array([[1, 2], [3, 4]]), "text/csv", b"1,2\n3,4\n"),
        ([1.5], "text/csv", b"1.5\n"),
        (np.array(["a,b"]), "text/csv", b'"a,b"\n'),
    ],
)
def test_encoding(prediction: object, accept: str, expected: bytes | None) -> None:
    wanted = expected or b'{"scores": [1], "best": 1}'
    assert formats.encode(prediction, accept) == wanted


def test_npy_comes_back() -> None:
    encoded = formats.encode(np.eye(3), "application/x-npy")
    assert np.array_equal(np.load(io.BytesIO(encoded)), np.eye(3))


def test_other_types_are_refused() -> None:
    for kind in ("text/csv; charset=utf-8", "text/plain", "application/x-npz"):
        with pytest.raises(UnsupportedFormatError, match=f"Content type {kind} is not supported"):
            formats.decode(b"1", kind)
        with pytest.raises(UnsupportedFormatError):
            formats.encode([1], kind)


def test_what_json_cannot_say_is_an_error() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        formats.encode([object()], "application/json")
