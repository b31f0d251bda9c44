"""Predictions meet the truth under the id they share."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slipway_drift.quality.ground_truth import Attributes, Judged, join

if TYPE_CHECKING:
    from collections.abc import Callable


def truth(event: str, data: str) -> bytes:
    held = {
        "groundTruthData": {"data": data, "encoding": "CSV"},
        "eventMetadata": {"eventId": event},
        "eventVersion": "0",
    }
    return json.dumps(held).encode() + b"\n"


def joined(
    captures: bytes, truths: bytes, attributes: Attributes | None = None
) -> tuple[list[Judged], list[str]]:
    rows, rejections = join(
        [io.BytesIO(captures)], [io.BytesIO(truths)], attributes or Attributes()
    )
    return rows, [rejection.reason for rejection in rejections]


def test_the_inference_id_counts_before_the_event_id(captured: Callable[..., bytes]) -> None:
    lines = captured("x", "1", inferenceId="i-1") + captured("x", "0", eventId="e-2")
    truths = truth("i-1", "1") + truth("e-2", "1") + truth("e-1", "7")
    assert joined(lines, truths) == ([Judged("1", "1"), Judged("1", "0")], [])


def test_what_has_no_truth_yet_is_left_out_and_the_last_truth_counts(
    captured: Callable[..., bytes],
) -> None:
    lines = captured("x", "1", eventId="late") + captured("x", "1")
    assert joined(lines, truth("e-1", "0") + truth("e-1", "1")) == ([Judged("1", "1")], [])


def test_several_rows_of_one_event(captured: Callable[..., bytes]) -> None:
    rows, _ = joined(captured("x\ny", "0\n1"), truth("e-1", "1\n1"))
    assert rows == [Judged("1", "0"), Judged("1", "1")]


@pytest.mark.parametrize(
    ("attributes", "row"),
    [
        (Attributes(inference="1"), Judged("1", "0.8")),
        (Attributes(probability="1", threshold=0.9), Judged("1", "0", 0.8)),
        (Attributes(inference="0", probability="1"), Judged("1", "no", 0.8)),
    ],
)
def test_attributes_say_where_to_look(
    captured: Callable[..., bytes], attributes: Attributes, row: Judged
) -> None:
    assert joined(captured("x", "no,0.8"), truth("e-1", "1"), attributes) == ([row], [])


def test_attributes_name_json_keys(captured: Callable[..., bytes]) -> None:
    line = captured("x", '{"label": "a", "p": 0.7}', encodings=("CSV", "JSON"))
    assert joined(line, truth("e-1", "b"), Attributes("label", "p"))[0] == [Judged("b", "a", 0.7)]


def test_what_cannot_be_joined_is_told(captured: Callable[..., bytes]) -> None:
    lines = captured("x", None) + captured("x", "1\n2") + captured("x", "abc") + b"{}\n"
    rows, reasons = joined(lines, truth("e-1", "1") + b"{}\n", Attributes(probability="0"))
    assert rows == []
    assert reasons == [
        "not a ground-truth record: eventMetadata.eventId is missing",
        "the output was not captured",
        "prediction and ground truth have different numbers of rows",
        "the probability 'abc' is no number",
        "not a capture record: captureData is missing",
    ]
    _, reasons = joined(captured("x", "1"), truth("e-1", "1"), Attributes(inference="score"))
    assert reasons == ["the attribute 'score' is missing"]


keys = st.sampled_from(["groundTruthData", "eventMetadata", "captureData", "eventId", "data"])
held = st.recursive(
    st.none() | st.text(max_size=4) | st.just("e-1"),
    lambda inner: st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
lines = st.lists(st.binary(max_size=12) | held.map(lambda value: json.dumps(value).encode()))


@given(lines, lines)
@settings(max_examples=100, deadline=None)
def test_any_lines_are_pairs_or_told_rejections(said: list[bytes], told: list[bytes]) -> None:
    pairs, reasons = joined(b"\n".join(said), b"\n".join(told))
    assert len(pairs) + len(reasons) <= sum(len(line.split(b"\n")) for line in (*said, *told))
    assert all(reasons)
