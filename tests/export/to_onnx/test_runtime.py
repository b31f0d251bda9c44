"""onnxruntime's failures become refusals."""

from __future__ import annotations

import numpy as np
import pytest
from slipway_export.model import ExportRefused
from slipway_export.to_onnx.graphs import GraphWriter
from slipway_export.to_onnx.runtime import opened

from tests.export.to_onnx.conftest import load


def test_outputs_by_name() -> None:
    graph = GraphWriter()
    rows = graph.input("x", (2,))
    graph.output(rows, "same", (2,))
    graph.output(graph.add("Neg", rows), "turned", (2,))
    answer = opened(graph.written(load({"model.bin": b"none"})))
    found = answer(np.float32([[1, 2]]))
    assert {name: each.tolist() for name, each in found.items()} == {
        "same": [[1, 2]],
        "turned": [[-1, -2]],
    }
    with pytest.raises(ExportRefused, match="does not run the export"):
        answer(np.float32([[1, 2, 3]]))


def test_what_is_no_file() -> None:
    with pytest.raises(ExportRefused, match="does not run the export"):
        opened(b"none")
