"""ONNX files as they are written, and as others leave them."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import helper
from slipway_export.model import ExportRefused
from slipway_export.to_onnx.graphs import GraphWriter, adopted

from tests.export.to_onnx.conftest import load, run

MODEL = load({"model.bin": b"none"})


def doubled() -> GraphWriter:
    graph = GraphWriter()
    graph.output(graph.add("Mul", graph.input("x", (2,)), graph.constant(2)), "y", (2,))
    return graph


def test_a_graph_computes() -> None:
    assert run(doubled().written(MODEL), [[1, 2], [3, 4]])["y"].tolist() == [[2, 4], [6, 8]]


def test_names_are_told_apart() -> None:
    graph = GraphWriter()
    rows = graph.input("same", (1,))
    total = graph.add("Add", rows, graph.constant(1, "same"))
    graph.output(graph.add("Add", total, graph.constant(10, "same")), "same", (1,))
    assert run(graph.written(MODEL), [[5]]) == {"same_4": [[16]]}


def test_what_nobody_reads_is_left_out() -> None:
    graph = doubled()
    graph.constant(np.zeros(1000), "unused")
    assert len(graph.written(MODEL)) < 500


def test_a_graph_that_contradicts_itself_is_refused() -> None:
    graph = GraphWriter()
    graph.output(graph.add("Relu", graph.input("x", (2,))), "y", (3, 4))
    with pytest.raises(ExportRefused, match="no valid ONNX graph"):
        graph.written(MODEL)


def test_an_adopted_file_says_where_it_comes_from() -> None:
    file = adopted(doubled().written(load({"other": b"bytes"})), MODEL)
    told = {each.key: each.value for each in onnx.load_model_from_string(file).metadata_props}
    assert told == {"source_kind": "unknown", "source_sha256": MODEL.inspection.sha256}


def referring() -> bytes:
    """A file whose weights are said to lie in another file."""
    model = onnx.load_model_from_string(doubled().written(MODEL))
    (tensor,) = model.graph.initializer
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")
    return bytes(model.SerializeToString())


def nested() -> bytes:
    """The same, inside a branch."""
    inner = onnx.load_model_from_string(referring()).graph
    node = helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)
    sides = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [None, 2])
    condition = helper.make_tensor_value_info("c", onnx.TensorProto.BOOL, [])
    return bytes(
        helper.make_model(helper.make_graph([node], "g", [condition], [sides])).SerializeToString()
    )


@pytest.mark.parametrize("content", [referring(), nested()])
def test_a_file_that_reads_others_is_not_adopted(content: bytes) -> None:
    with pytest.raises(ExportRefused, match="refers to other files"):
        adopted(content, MODEL)


@pytest.mark.parametrize("content", [b"", b"text", b"\x08\x07\x3a\xff"])
def test_what_is_no_file_is_not_adopted(content: bytes) -> None:
    with pytest.raises(ExportRefused, match="its conversion left"):
        adopted(content, MODEL)
