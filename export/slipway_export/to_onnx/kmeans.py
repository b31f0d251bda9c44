"""K-Means as ONNX: the nearest centre of each row, and how far it is."""

from typing import Final

import numpy as np

from slipway_export.model import Array, Export, ExportRefused, Model
from slipway_export.ndarrays import read_arrays
from slipway_export.to_onnx.graphs import GraphWriter
from slipway_export.to_onnx.proofs import Outputs, noise, prove
from slipway_export.to_onnx.runtime import opened

_ROWS: Final = 64


def convert(model: Model) -> Export:
    """`data` (rows, features) to `closest_cluster` and `distance_to_cluster`, one a row."""
    arrays = list(read_arrays(model.content).values())
    if len(arrays) != 1 or arrays[0].ndim != 2 or not arrays[0].size:
        shapes = [array.shape for array in arrays]
        raise ExportRefused(
            f"it is no K-Means: its arrays are {shapes}, not one of (clusters, features)"
        )
    centres = arrays[0]
    content = _written(centres, model)
    middles = centres[np.arange(_ROWS) % len(centres)]
    rows = (middles + centres.std() * noise(*middles.shape)).astype(np.float32)
    proof = prove(rows, _nearest(centres, rows), opened(content))
    return Export({"model.onnx": content}, proof)


def _written(centres: Array, model: Model) -> bytes:
    """Differences are squared one by one: the product of matrices would be less exact."""
    graph = GraphWriter()
    rows = graph.input("data", centres.shape[1:])
    each = graph.add("Unsqueeze", rows, graph.constant([1], "axes", np.int64))
    apart = graph.add("Sub", each, graph.constant(centres, "centres"))
    squares = graph.add("Mul", apart, apart)
    sums = graph.add("ReduceSum", squares, graph.constant([2], "axes", np.int64), keepdims=0)
    nearest = graph.add("ArgMin", sums, axis=1, keepdims=0)
    distance = graph.add("Sqrt", graph.add("ReduceMin", sums, axes=[1], keepdims=0))
    graph.output(nearest, "closest_cluster", (), np.int64)
    graph.output(distance, "distance_to_cluster", ())
    return graph.written(model)


def _nearest(centres: Array, rows: Array) -> Outputs:
    distances = np.stack([np.linalg.norm(np.float64(row) - centres, axis=1) for row in rows])
    return {
        "closest_cluster": distances.argmin(axis=1),
        "distance_to_cluster": distances.min(axis=1),
    }
