"""PCA as ONNX: rows less the mean, times the components, in the file's order: the largest last."""

from typing import Final

import numpy as np

from slipway_export.model import Export, ExportRefused, Model
from slipway_export.ndarrays import read_arrays
from slipway_export.to_onnx.graphs import GraphWriter
from slipway_export.to_onnx.proofs import noise, prove
from slipway_export.to_onnx.runtime import opened

_ROWS: Final = 64


def convert(model: Model) -> Export:
    """`data` (rows, features) to `projection` (rows, components)."""
    arrays = read_arrays(model.content)
    if not {"mean", "v"} <= arrays.keys():
        raise ExportRefused(f"it is no PCA: its arrays are {sorted(arrays)}, not mean, s and v")
    mean, components = arrays["mean"].reshape(1, -1), arrays["v"]
    if components.ndim != 2 or mean.shape[1] != len(components):
        raise ExportRefused(f"mean and v do not fit: {mean.shape} and {components.shape}")
    graph = GraphWriter()
    centred = graph.add("Sub", graph.input("data", mean.shape[1:]), graph.constant(mean, "mean"))
    projection = graph.add("MatMul", centred, graph.constant(components, "v"))
    graph.output(projection, "projection", components.shape[1:])
    content = graph.written(model)
    rows = (mean + (1 + np.abs(mean)) * noise(_ROWS, mean.size)).astype(np.float32)
    expected = {"projection": np.einsum("nd,dk->nk", np.float64(rows) - mean, components)}
    return Export({"model.onnx": content}, prove(rows, expected, opened(content)))
