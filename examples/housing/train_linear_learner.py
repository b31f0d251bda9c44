"""Least squares on the Boston housing data, saved as SageMaker's Linear Learner saves its models.

python train_linear_learner.py Boston.csv model_algo-1

A zip, stored: an MXNet module (a symbol and its parameters, in the format of MXNet's
src/ndarray/ndarray.cc) and the algorithm's own notes.
"""

import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np

NODES = (
    ("null", "data", ()),
    ("null", "fc0_weight", ()),
    ("dot", "dot0", (0, 1)),
    ("null", "fc0_bias", ()),
    ("broadcast_add", "broadcast_add0", (2, 3)),
    ("null", "out_label", ()),
    ("LinearRegressionOutput", "out", (4, 5)),
)


def main(data: Path, saved: Path) -> None:
    """Train on `data`, save to `saved`, and print what came of it."""
    table = np.loadtxt(data, delimiter=",", skiprows=1)
    features, price = np.insert(table[:, :-1], 0, 1, axis=1), table[:, -1]
    weights = np.linalg.lstsq(features, price, rcond=None)[0]
    save(saved, weights[1:, None], weights[None, :1])
    folds = np.random.default_rng(0).permutation(len(table)) % 10
    errors = [error(features, price, folds == fold) for fold in range(10)]
    told = {"library": f"numpy {np.__version__}, least squares", "rows": len(table)}
    sys.stdout.write(json.dumps({**told, "error": float(np.mean(errors))}))


def error(features: np.ndarray, price: np.ndarray, held: np.ndarray) -> float:
    """The root mean squared error on the rows that were held back."""
    weights = np.linalg.lstsq(features[~held], price[~held], rcond=None)[0]
    return float(np.sqrt(np.mean((features[held] @ weights - price[held]) ** 2)))


def save(saved: Path, weight: np.ndarray, bias: np.ndarray) -> None:
    """Write the zip."""
    nodes = [
        {"op": operator, "name": name, "inputs": [[source, 0, 0] for source in sources]}
        for operator, name, sources in NODES
    ]
    symbol = {
        "nodes": nodes,
        "arg_nodes": [number for number, node in enumerate(nodes) if node["op"] == "null"],
        "node_row_ptr": list(range(len(nodes) + 1)),
        "heads": [[len(nodes) - 1, 0, 0]],
        "attrs": {"mxnet_version": ["int", 10301]},
    }
    manifest = {"additional-params.json": "json", "mx-mod": "mxnet_module", "version": 1}
    notes = {"loss_type": "squared_loss", "predictor_type": "regressor", "threshold": None}
    with zipfile.ZipFile(saved, "w") as archive:
        arrays = {"arg:fc0_weight": weight, "arg:fc0_bias": bias}
        archive.writestr("mx-mod-0000.params", parameters(arrays))
        archive.writestr("mx-mod-symbol.json", json.dumps(symbol))
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("additional-params.json", json.dumps(notes))


def parameters(arrays: dict[str, np.ndarray]) -> bytes:
    """An MXNet NDArray file of 32-bit floats: arrays, then their names."""
    content = struct.pack("<QQQ", 0x112, 0, len(arrays))
    for array in arrays.values():
        header = struct.pack(f"<IiI{array.ndim}q", 0xF993FAC9, 0, array.ndim, *array.shape)
        content += header + struct.pack("<iii", 1, 0, 0) + array.astype("<f4").tobytes()
    content += struct.pack("<Q", len(arrays))
    for name in arrays:
        content += struct.pack("<Q", len(name)) + name.encode()
    return content


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
