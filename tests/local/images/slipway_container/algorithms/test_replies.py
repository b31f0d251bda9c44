"""What the built-in algorithms answer."""

import json

import numpy as np
import pytest
from slipway_local.images.slipway_container.algorithms.replies import Prediction, record_of, reply
from slipway_local.images.slipway_container.recordio import read_records

from tests.local.images.slipway_container.test_recordio import field, floats, frame, varint

LABELLED: list[Prediction] = [
    {"score": [0.25, 0.75], "predicted_label": 1},
    {"score": [0.5, 0.5], "predicted_label": 0},
]


@pytest.mark.parametrize("accept", ["application/json", "APPLICATION/JSON; verbose=true", "a/b"])
def test_json_and_whatever_is_not_known(accept: str) -> None:
    answer = reply(LABELLED, "predictions", accept)
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert json.loads(answer.body) == {"predictions": LABELLED}


def test_a_line_for_each_row() -> None:
    answer = reply(LABELLED, "predictions", "application/jsonlines")
    assert answer.content_type == "application/jsonlines"
    assert list(map(json.loads, answer.body.splitlines())) == LABELLED
    answer = reply(LABELLED, "predictions", "text/csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.body == b"0.25,0.75,1\n0.5,0.5,0\n"


def test_records_carry_labels() -> None:
    """A label of a record is a feature once its field number is changed to that of features."""
    wide: Prediction = {"values": [float(number) for number in range(100)]}
    answer = reply([{"values": 0.25}, wide], "predictions", "application/x-recordio-protobuf")
    assert answer.content_type == "application/x-recordio-protobuf"
    first_length = 4 * (answer.body[4] + 3 & ~3) // 4
    body = bytearray(answer.body)
    for start in (8, 8 + first_length + 8):
        assert body[start] == 0x12
        body[start] = 0x0A
    one, other = read_records(bytes(body))
    assert (one.values.tolist(), other.values.tolist()) == ([0.25], list(map(float, range(100))))


def test_an_array_is_a_record_of_its_elements_and_its_shape() -> None:
    array = np.arange(600, dtype=np.float32).reshape(1, 2, 300)
    sides = field(1, varint(1) + varint(2) + varint(300))
    shape = field(1, field(1, b"shape") + field(2, field(7, sides)))
    target = field(1, field(1, b"target") + field(2, field(2, floats(*range(600)))))
    assert record_of(array) == frame(shape + target)
