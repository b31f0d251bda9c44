"""Captured invocations become rows: outputs first, then inputs."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slipway.domain import probed
from slipway_drift.errors import DriftError
from slipway_drift.rows.capture import read_capture, read_capture_by_model
from slipway_drift.rows.capture_record import PROBE
from slipway_drift.statistics.profile import Profile, profile

if TYPE_CHECKING:
    from collections.abc import Callable

JSON_SIDES = {"encodings": ("JSON", "JSON"), "types": ("application/json", "application/json")}


def of(*lines: bytes) -> Profile:
    return profile(read_capture(io.BytesIO(b"".join(lines))))


def rows_of(*lines: bytes) -> list[dict[str, str | None]]:
    batches = read_capture(io.BytesIO(b"".join(lines)))
    return [row for batch in batches for row in batch.frame.rows(named=True)]


def test_a_real_endpoints_capture(real_capture: bytes) -> None:
    held = of(real_capture)
    assert (held.item_count, len(held.columns), held.rejections) == (3, 70, {})
    first, second = held.columns[:2]
    assert (first.name, first.output, first.literals.inferred_type) == (
        "output_0", True, "Fractional",
    )  # fmt: skip
    assert (second.name, second.output, second.numbers.moments.max) == ("input_0", False, 132.0)


def test_csv_rows_pad_with_null_and_trailing_newlines_are_none(
    captured: Callable[..., bytes],
) -> None:
    assert rows_of(captured("1,2\n", "0.5\n"), captured("3", "0.7")) == [
        {"output_0": "0.5", "input_0": "1", "input_1": "2"},
        {"output_0": "0.7", "input_0": "3", "input_1": None},
    ]


def test_several_records_in_one_body(captured: Callable[..., bytes]) -> None:
    rows = rows_of(captured('1,"a,b"\n2,c', "0.1\n0.2"))
    assert [(row["output_0"], row["input_1"]) for row in rows] == [("0.1", "a,b"), ("0.2", "c")]


def test_sides_of_different_lengths_are_rejected(captured: Callable[..., bytes]) -> None:
    held = of(captured("1\n2", "0.1"))
    assert held.rejections == {"input and output have different numbers of rows": 1}


def test_json_objects_pair_by_name_predictions_first(captured: Callable[..., bytes]) -> None:
    line = captured('{"z": 1, "a": 2.0}', '{"score": 0.5, "a": "x"}', **JSON_SIDES)
    held = of(line)
    assert held.by_name
    assert [(c.name, c.output) for c in held.columns] == [
        ("a", True), ("score", True), ("input.a", False), ("z", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "rows"),
    [
        ("0.5", [{"output_0": "0.5"}]),
        ("[0.5, 0.7]", [{"output_0": "0.5"}, {"output_0": "0.7"}]),
        ("[[1, 2]]", [{"output_0": "1", "output_1": "2"}]),
        ('{"predictions": [[0.1], [0.9]]}', [{"output_0": "0.1"}, {"output_0": "0.9"}]),
        ('{"predictions": [{"s": 1}, {"s": 2}]}', [{"s": "1"}, {"s": "2"}]),
        ('[{"s": 1}]', [{"s": "1"}]),
    ],
)  # fmt: skip
def test_json_in_the_shapes_servers_answer_with(
    captured: Callable[..., bytes], said: str, rows: list[dict[str, str]]
) -> None:
    line = captured(None, said, encodings=("CSV", "JSON"))
    assert rows_of(line) == rows


NAMES = ("p", "a", "b", "c")
ROWS = [{"p": "0.5", "a": "1", "b": "2.5", "c": "x"}, {"p": "0.25", "a": "3", "b": "4.5", "c": "y"}]
CELLS = '[1, 2.5, "x"], [3, 4.5, "y"]'
RECORDS = '{"a": 1, "b": 2.5, "c": "x"}, {"a": 3, "b": 4.5, "c": "y"}'
SPLIT = f'{{"columns": ["a", "b", "c"], "index": [0, 1], "data": [{CELLS}]}}'
LINE = "\n"
NESTED = '{{"data": {{"features": {{"values": [{}, "{}"]}}}}}}'
FEATURES = '{"features": [1, 2.5, "x"]}\n{"features": [3, 4.5, "y"]}'
COLUMNS = '{"a": [1, 3], "b": [2.5, 4.5], "c": ["x", "y"]}'


GIVEN = {
    "csv": ("1,2.5,x\n3,4.5,y\n", "CSV"),
    "quoted": ('1,2.5,"x"\r\n3,4.5,"y"', "CSV"),
    "header": ("a,b,c\n1,2.5,x\n3,4.5,y", "CSV"),
    "header in another order": ("c,a,b\nx,1,2.5\ny,3,4.5", "CSV"),
    "lists": (f"[{CELLS}]", "JSON"),
    "records": (f"[{RECORDS}]", "JSON"),
    "instances": (f'{{"instances": [{CELLS}]}}', "JSON"),
    "instances of records": (f'{{"instances": [{RECORDS}]}}', "JSON"),
    "with a signature": (f'{{"signature_name": "s", "instances": [{RECORDS}]}}', "JSON"),
    "inputs": (f'{{"inputs": [{CELLS}]}}', "JSON"),
    "columns": (f'{{"inputs": {COLUMNS}}}', "JSON"),
    "tensors": ('{"inputs": {"a": [[1], [3]], "b": [[2.5], [4.5]], "c": [["x"], ["y"]]}}', "JSON"),
    "dataframe_records": (f'{{"dataframe_records": [{RECORDS}]}}', "JSON"),
    "dataframe_split": (f'{{"dataframe_split": {SPLIT}}}', "JSON"),
    "split": (SPLIT, "JSON"),
    "data": (f'{{"data": [{CELLS}]}}', "JSON"),
    "features": (f'{{"instances": [{FEATURES.replace(LINE, ", ")}]}}', "JSON"),
    "values": (
        f'{{"instances": [{", ".join(map(NESTED.format, ("1, 2.5", "3, 4.5"), "xy"))}]}}',
        "JSON",
    ),
    "lines of features": (FEATURES, "JSON"),
    "lines of records": ('{"a": 1, "b": 2.5, "c": "x"}\n{"a": 3, "b": 4.5, "c": "y"}\n', "JSON"),
}
ANSWERS = {
    "lines": ("0.5\n0.25", "CSV"),
    "one line": ("0.5,0.25\n", "CSV"),
    "list": ("[0.5, 0.25]", "JSON"),
    "predictions": ('{"predictions": [0.5, 0.25]}', "JSON"),
    "lists": ('{"predictions": [[0.5], [0.25]]}', "JSON"),
    "outputs": ('{"outputs": [0.5, 0.25]}', "JSON"),
    "scores": ('{"predictions": [{"score": 0.5}, {"score": 0.25}]}', "JSON"),
    "lines of scores": ('{"score": 0.5}\n{"score": 0.25}', "JSON"),
}


@pytest.mark.parametrize("shape", GIVEN)
@pytest.mark.parametrize("way", ANSWERS)
def test_a_body_of_any_shape_holds_the_same_rows(
    shape: str, way: str, captured: Callable[..., bytes]
) -> None:
    (given, kind), (answer, encoding) = GIVEN[shape], ANSWERS[way]
    line = captured(given, answer, encodings=(kind, encoding))
    (batch,) = (b for b in read_capture(io.BytesIO(line)) if len(b.frame))
    assert batch.rejections == ()
    assert batch.named(NAMES).frame.select(NAMES).to_dicts() == ROWS
    assert (batch.records, batch.outputs) == (1, 1)


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        pytest.param(
            '{"predictions": [{"score": 0.5, "predicted_label": 1}]}',
            ["p", "predicted_label"],
            id="a label",
        ),
        pytest.param(
            '{"predictions": [{"closest_cluster": 2, "distance_to_cluster": 0.5}]}',
            ["p", "distance_to_cluster"],
            id="a cluster",
        ),
        pytest.param('{"predictions": [{"score": [0.1, 0.9]}]}', ["p", "score_1"], id="scores"),
    ],
)
def test_what_a_reply_says_beside_its_answer_moves_no_input(
    answer: str, names: list[str], captured: Callable[..., bytes]
) -> None:
    line = captured("1,2.5,x", answer, encodings=("CSV", "JSON"))
    (batch,) = read_capture(io.BytesIO(line))
    columns = batch.named(NAMES).frame.columns
    assert (columns[: len(names)], batch.outputs) == (names, len(names))


def test_what_slipway_asks_is_no_traffic(captured: Callable[..., bytes]) -> None:
    lines = captured("1,2", "3", inferenceId=PROBE), captured("4,5", "6", inferenceId="theirs")
    assert rows_of(*lines) == [{"output_0": "6", "input_0": "4", "input_1": "5"}]
    assert PROBE == probed.PROBE


def test_inputs_without_a_reply_stay_inputs(captured: Callable[..., bytes]) -> None:
    record = json.loads(captured("1,2.5,x", "0.5"))
    del record["captureData"]["endpointOutput"]
    (batch,) = read_capture(io.BytesIO(json.dumps(record).encode()))
    assert batch.named(NAMES).frame.columns == ["a", "b", "c"]


def test_csv_in_and_json_out_stand_side_by_side(captured: Callable[..., bytes]) -> None:
    line = captured("1,2", '{"label": "x", "score": 0.5}', encodings=("CSV", "JSON"))
    held = of(line)
    assert not held.by_name
    assert [c.name for c in held.columns] == ["label", "score", "input_0", "input_1"]


def test_base64_is_read_where_its_type_is_known(captured: Callable[..., bytes]) -> None:
    data = base64.b64encode(b"1,2").decode()
    line = captured(data, "0.5", encodings=("BASE64", "CSV"), types=("text/csv", "text/csv"))
    assert rows_of(line) == [{"output_0": "0.5", "input_0": "1", "input_1": "2"}]
    for kind, content in (("application/x-npy", data), ("text/csv", "!!")):
        held = of(captured(content, "1", encodings=("BASE64", "CSV"), types=(kind, "text/csv")))
        assert [reason.endswith("use a preprocessor") for reason in held.rejections] == [True]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{}", "not a capture record: captureData is missing"),
        (b'{"captureData": {}}', "neither input nor output was captured"),
        (b'{"captureData": {"endpointInput": {}}}', "not a capture record: data is missing"),
        (b"not json", "not JSON"),
    ],
)
def test_what_is_no_record_is_rejected(line: bytes, reason: str) -> None:
    assert of(line).rejections == {reason: 1}


def test_models_of_a_multi_model_endpoint_are_told_apart(captured: Callable[..., bytes]) -> None:
    lines = captured("1", "2", targetModel="a.tar.gz") + captured("3", "4", targetModel="b.tar.gz")
    batches = read_capture_by_model(io.BytesIO(lines))
    assert {model: batch.frame["input_0"].to_list() for model, batch in batches} == {
        "a.tar.gz": ["1"], "b.tar.gz": ["3"],
    }  # fmt: skip


def test_what_is_rejected_is_rejected_of_its_model(captured: Callable[..., bytes]) -> None:
    lines = captured("1", "2", targetModel="a") + captured("1\n2", "3", targetModel="b") + b"no\n"
    batches = read_capture_by_model(io.BytesIO(lines))
    assert {m: (len(b.frame), [r.reason for r in b.rejections]) for m, b in batches} == {
        "a": (1, ["not JSON"]), "b": (0, ["input and output have different numbers of rows"]),
    }  # fmt: skip


def test_shards_of_different_width_merge_predictions_first(
    captured: Callable[..., bytes],
) -> None:
    merged = of(captured("1", "0.5")).merge(of(captured("1,2", "0.5,0.6")))
    assert [c.name for c in merged.columns] == ["output_0", "output_1", "input_0", "input_1"]


def test_a_shard_of_nothing_but_rejections_changes_no_order(
    captured: Callable[..., bytes],
) -> None:
    row, nothing = of(captured(",".join("1" * 12), "0.5")), of(b"not json\n")
    for merged in (row.merge(nothing), nothing.merge(row)):
        assert not merged.by_name
        assert [c.name for c in merged.columns] == ["output_0", *(f"input_{i}" for i in range(12))]


values = st.none() | st.integers() | st.text(max_size=5) | st.just("1,2") | st.just('{"a": 1}')
sides = values | st.fixed_dictionaries(
    {"data": values, "encoding": st.sampled_from(["CSV", "JSON", "BASE64", "X"]) | values}
)
both = st.fixed_dictionaries({}, optional={"endpointInput": sides, "endpointOutput": sides})
records = st.fixed_dictionaries(
    {"captureData": both | values},
    optional={"eventMetadata": values | st.fixed_dictionaries({"eventId": values})},
)  # fmt: skip


@given(st.lists(records.map(lambda r: json.dumps(r).encode()) | st.binary(max_size=30), max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_lines_are_rows_or_counted_rejections(lines: list[bytes]) -> None:
    content = b"\n".join(lines)
    try:
        held = of(content)
    except DriftError:
        return
    given_lines = sum(1 for line in content.split(b"\n") if line.strip())
    assert sum(held.rejections.values()) <= given_lines
    if not held.item_count:
        assert sum(held.rejections.values()) + len(empty_bodies(lines)) >= given_lines
    assert all(column.literals.rows == held.item_count for column in held.columns)


def empty_bodies(lines: list[bytes]) -> list[bytes]:
    """The records whose bodies are there but hold no rows."""
    return [line for line in lines if b'"data"' in line]
