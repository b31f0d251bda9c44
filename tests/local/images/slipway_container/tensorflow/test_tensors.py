"""TensorFlow Serving's REST bodies, by its documentation of the REST API."""

import json
from typing import Any

import numpy as np
import pytest
from slipway_local.images.slipway_container.tensorflow.tensors import (
    InvalidArgument,
    read_document,
    read_examples,
    read_predict,
    signature_of,
    write_predict,
)

FLOATS = {"x": np.dtype("float32")}
WORDS = {"w": np.dtype(object)}
BOTH = FLOATS | WORDS


def arrays(document: dict[str, Any], inputs: dict[str, np.dtype[Any]]) -> dict[str, Any]:
    asked = read_predict(document, inputs).arrays
    assert {name: array.dtype for name, array in asked.items()} == inputs
    return {name: array.tolist() for name, array in asked.items()}


@pytest.mark.parametrize(
    ("document", "inputs", "expected"),
    [
        ({"instances": [1, 2.5]}, FLOATS, {"x": [1.0, 2.5]}),
        ({"instances": [[1], [2]]}, FLOATS, {"x": [[1.0], [2.0]]}),
        ({"instances": [{"x": [1]}, {"x": [2]}]}, FLOATS, {"x": [[1.0], [2.0]]}),
        ({"inputs": 3}, FLOATS, {"x": 3.0}),
        ({"inputs": {"x": [3]}}, FLOATS, {"x": [3.0]}),
        ({"instances": [{"b64": "/w=="}, "a"]}, WORDS, {"w": [b"\xff", b"a"]}),
        ({"inputs": {"w": ["é"], "x": [1]}}, BOTH, {"x": [1.0], "w": ["é".encode()]}),
        (
            {"instances": [{"x": 1, "w": {"b64": "AAE="}}, {"x": 2, "w": "a\0"}]},
            BOTH,
            {"x": [1.0, 2.0], "w": [b"\0\1", b"a\0"]},
        ),
    ],
)
def test_rows_and_columns(
    document: dict[str, Any], inputs: dict[str, np.dtype[Any]], expected: dict[str, Any]
) -> None:
    assert arrays(document, inputs) == expected


@pytest.mark.parametrize(
    ("document", "inputs", "said"),
    [
        ({}, FLOATS, "either 'instances' or 'inputs'"),
        ({"instances": [1], "inputs": [1]}, FLOATS, "either 'instances' or 'inputs'"),
        ({"instances": []}, FLOATS, "not empty"),
        ({"instances": 1}, FLOATS, "must be a list"),
        ({"instances": [1]}, BOTH, "named: w, x"),
        ({"inputs": {"x": 1}}, BOTH, "named: w, x"),
        ({"instances": [{"y": 1}]}, FLOATS, "named: x"),
        ({"instances": [{"x": 1}, {}]}, FLOATS, "same inputs"),
        ({"instances": ["1"]}, FLOATS, '"1".* is not of expected type: float32'),
        ({"instances": [True]}, FLOATS, "true.* is not of expected type: float32"),
        ({"instances": [1.5]}, {"x": np.dtype("int32")}, "expected type: int32"),
        ({"instances": [1]}, {"x": np.dtype("bool")}, "expected type: bool"),
        ({"instances": [[1], [1, 2]]}, FLOATS, "no tensor"),
        ({"instances": [1]}, WORDS, "expected type: string"),
        ({"instances": [{"b64": "?"}]}, WORDS, "base64"),
    ],
)
def test_what_does_not_fit_is_refused(
    document: dict[str, Any], inputs: dict[str, np.dtype[Any]], said: str
) -> None:
    with pytest.raises(InvalidArgument, match=said):
        read_predict(document, inputs)


def test_documents_are_objects() -> None:
    assert signature_of(read_document('{"signature_name": "a"}')) == "a"
    assert signature_of(read_document("{}")) == "serving_default"
    for body in ("[]", "{"):
        with pytest.raises(InvalidArgument, match="JSON"):
            read_document(body)


def test_answers() -> None:
    one = {"y": np.float32([[0.1], [2]])}
    assert write_predict(one, rows=True) == '{\n    "predictions": [[0.1], [2.0]]\n}'
    assert json.loads(write_predict(one, rows=False)) == {"outputs": [[0.1], [2.0]]}
    two = {"y": np.int64([1, 2]), "raw_bytes": np.array([b"\xff", b"a"], dtype=object)}
    assert json.loads(write_predict(two, rows=True)) == {
        "predictions": [
            {"y": 1, "raw_bytes": {"b64": "/w=="}},
            {"y": 2, "raw_bytes": {"b64": "YQ=="}},
        ]
    }
    columns = json.loads(write_predict(two, rows=False))
    assert columns == {"outputs": {"y": [1, 2], "raw_bytes": [{"b64": "/w=="}, {"b64": "YQ=="}]}}
    assert json.loads(write_predict({"s": np.array([b"hi"])}, rows=True)) == {"predictions": ["hi"]}


def test_rows_need_outputs_of_one_length() -> None:
    for outputs in ({"a": np.zeros(2), "b": np.zeros(3)}, {"a": np.zeros(2), "b": np.zeros(())}):
        with pytest.raises(InvalidArgument, match="same number of rows"):
            write_predict(outputs, rows=True)


def test_examples_share_their_context() -> None:
    document = {
        "context": {"c": "fr"},
        "examples": [{"x": 1.0}, {"x": [1, 2], "b": {"b64": "AA=="}}],
    }
    assert read_examples(document) == [
        {"c": [b"fr"], "x": [1.0]},
        {"c": [b"fr"], "x": [1, 2], "b": [b"\0"]},
    ]
    for wrong in (
        {},
        {"examples": [1]},
        {"examples": [{"x": [1, "a"]}]},
        {"examples": [{"x": None}]},
    ):
        with pytest.raises(InvalidArgument):
            read_examples(wrong)
