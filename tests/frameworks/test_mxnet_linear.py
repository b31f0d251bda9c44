"""The built-in algorithms on rows against MXNet 1.9.1, on files that MXNet has written."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_local.images.slipway_container.algorithms import (
    factorization_machines,
    kmeans,
    linear_learner,
    pca,
)
from slipway_local.images.slipway_container.networks.ndarrays import read_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.local.images.conftest import Inside, MXNetFiles

MODULES = """
import mxnet as mx, numpy as np
rng = np.random.default_rng(5)
rows = rng.normal(0, 3, (256, 13)).astype("float32")
np.save("rows.npy", rows)
for output, classes in [("Linear", 1), ("Logistic", 1), ("Softmax", 5)]:
    total = mx.sym.broadcast_add(
        mx.sym.dot(mx.sym.var("data"), mx.sym.var("fc0_weight", shape=(13, classes))),
        mx.sym.var("fc0_bias", shape=(1, classes)),
    )
    ending = output + ("Output" if output == "Softmax" else "RegressionOutput")
    network = getattr(mx.sym, ending)(total, name="out")
    module = mx.mod.Module(network, label_names=["out_label"])
    label = (256,) if output == "Softmax" else (256, 1)
    module.bind([("data", rows.shape)], [("out_label", label)], for_training=False)
    weights = {
        "fc0_weight": mx.nd.array(rng.normal(0, 1, (13, classes))),
        "fc0_bias": mx.nd.array(rng.normal(0, 1, (1, classes))),
    }
    module.set_params(weights, {})
    module.save_checkpoint(output + "-mx-mod", 0)
    answer = module.predict(mx.io.NDArrayIter(rows, None, 256)).asnumpy()
    np.save(output + ".npy", answer)
"""
ARRAYS = """
import mxnet as mx, numpy as np
rng = np.random.default_rng(6)
rows, mean = rng.normal(0, 3, (64, 9)).astype("float32"), mx.nd.array(rng.normal(0, 1, (1, 9)))
v, s, centres = (mx.nd.array(rng.normal(0, 1, shape)) for shape in [(9, 4), (4,), (7, 9)])
mx.nd.save("pca", {"mean": mean, "v": v, "s": s})
mx.nd.save("kmeans", [centres])
data = mx.nd.array(rows)
projections = mx.nd.dot(data - mean, v)
distances = mx.nd.norm(data.expand_dims(1) - centres.expand_dims(0), axis=2)
np.savez("answers.npz", rows=rows, projections=projections.asnumpy(), distances=distances.asnumpy())
for name in ["float32", "float64", "float16", "uint8", "int32", "int64"]:
    values = np.arange(24).reshape(2, 3, 4).astype(name)
    mx.nd.save(name, {"arg:a": mx.nd.array(values, dtype=name), "aux:b": mx.nd.array([1.5])})
"""
# Rows and weights are sparse, as in MXNet's example/sparse/factorization_machine.
MACHINES = """
import mxnet as mx, numpy as np
rng = np.random.default_rng(7)
rows = (rng.normal(0, 1, (64, 40)) * (rng.random((64, 40)) < 0.2)).astype("float32")
np.save("rows.npy", rows)
data = mx.sym.var("data", stype="csr")
v = mx.sym.var("v", shape=(40, 6), stype="row_sparse")
w1 = mx.sym.var("w1_weight", shape=(40, 1), stype="row_sparse")
linear = mx.sym.broadcast_add(mx.sym.dot(data, w1), mx.sym.var("w0_weight", shape=(1,)))
squares = mx.sym.dot(mx.sym.square(data), mx.sym._internal._square_sum(v, axis=1, keepdims=True))
pairs = mx.sym.sum(mx.sym.square(mx.sym.dot(data, v)), axis=1, keepdims=True)
total = linear + 0.5 * (pairs - squares)
for output in ["Linear", "Logistic"]:
    network = getattr(mx.sym, output + "RegressionOutput")(total, name="out")
    module = mx.mod.Module(network, label_names=["out_label"])
    module.bind([("data", rows.shape)], [("out_label", (64, 1))], for_training=False)
    weights = {
        "v": mx.nd.array(rng.normal(0, 0.5, (40, 6))).tostype("row_sparse"),
        "w1_weight": mx.nd.array(rng.normal(0, 1, (40, 1))).tostype("row_sparse"),
        "w0_weight": mx.nd.array([0.25]),
    }
    module.set_params(weights, {})
    network.save(output + "-symbol.json")
    mx.nd.save(output + "-params", {"arg:" + name: value for name, value in weights.items()})
    batch = mx.io.DataBatch([mx.nd.array(rows).tostype("csr")])
    module.forward(batch, is_train=False)
    np.save(output + ".npy", module.get_outputs()[0].asnumpy())
"""


@pytest.fixture(scope="module")
def machines(mxnet: Callable[[str], Path]) -> Path:
    """Factorization machines with sparse weights, the rows they were asked for, the answers."""
    return mxnet(MACHINES)


@pytest.fixture(scope="module")
def modules(mxnet: Callable[[str], Path]) -> Path:
    """Three modules, the rows they were asked for, and MXNet's answers."""
    return mxnet(MODULES)


@pytest.fixture(scope="module")
def arrays(mxnet: Callable[[str], Path]) -> Path:
    """NDArray files, and what MXNet computes of them."""
    return mxnet(ARRAYS)


def packed(folder: Path, output: str, predictor: str) -> bytes:
    """A Linear Learner of one of the modules."""
    members = {
        "mx-mod-symbol.json": (folder / f"{output}-mx-mod-symbol.json").read_bytes(),
        "mx-mod-0000.params": (folder / f"{output}-mx-mod-0000.params").read_bytes(),
        "additional-params.json": json.dumps({"predictor_type": predictor}).encode(),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def as_csv(rows: np.ndarray) -> bytes:
    return "\n".join(",".join(map(repr, row)) for row in rows.tolist()).encode()


@pytest.mark.parametrize(
    ("output", "predictor"),
    [
        ("Linear", "regressor"),
        ("Logistic", "binary_classifier"),
        ("Softmax", "multiclass_classifier"),
    ],
)
def test_linear_learner(
    inside: Callable[..., Inside],
    modules: Path,
    figures: Callable[..., None],
    output: str,
    predictor: str,
) -> None:
    model = packed(modules, output, predictor)
    served = inside(linear_learner.application, {"model_algo-1": model})
    answer = json.loads(served.ask(as_csv(np.load(modules / "rows.npy"))).body)["predictions"]
    expected = np.load(modules / f"{output}.npy")
    scores = np.array([each["score"] for each in answer]).reshape(expected.shape)
    error = float(np.abs(scores - expected).max())
    figures(**{f"linear learner, {predictor}, largest difference": error})
    assert error <= 1e-5
    if predictor == "multiclass_classifier":
        assert [each["predicted_label"] for each in answer] == expected.argmax(axis=1).tolist()


@pytest.mark.parametrize("output", ["Linear", "Logistic"])
def test_factorization_machines(
    inside: Callable[..., Inside], machines: Path, figures: Callable[..., None], output: str
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(machines / f"{output}-symbol.json", "symbol.json")
        archive.write(machines / f"{output}-params", "params")
    served = inside(factorization_machines.application, {"model_algo-1": buffer.getvalue()})
    rows = [{"features": row} for row in np.load(machines / "rows.npy").tolist()]
    body = json.dumps({"instances": rows}).encode()
    answer = json.loads(served.ask(body, "application/json").body)["predictions"]
    expected = np.load(machines / f"{output}.npy").reshape(-1)
    error = float(np.abs([each["score"] for each in answer] - expected).max())
    figures(**{f"factorization machine, {output}, largest difference": error})
    assert expected.std() > 0.1
    assert error <= 1e-5
    assert ("predicted_label" in answer[0]) == (output == "Logistic")


def test_pca(inside: Callable[..., Inside], arrays: Path, figures: Callable[..., None]) -> None:
    answers = np.load(arrays / "answers.npz")
    served = inside(pca.application, {"model_algo-1": (arrays / "pca").read_bytes()})
    answer = json.loads(served.ask(as_csv(answers["rows"])).body)["projections"]
    projections = np.array([each["projection"] for each in answer])
    error = float(np.abs(projections - answers["projections"]).max())
    figures(**{"pca, largest difference": error})
    assert error <= 1e-5


def test_kmeans(inside: Callable[..., Inside], arrays: Path, figures: Callable[..., None]) -> None:
    answers = np.load(arrays / "answers.npz")
    served = inside(kmeans.application, {"model_algo-1": (arrays / "kmeans").read_bytes()})
    answer = json.loads(served.ask(as_csv(answers["rows"])).body)["predictions"]
    nearest = answers["distances"].argmin(axis=1)
    assert [each["closest_cluster"] for each in answer] == nearest.tolist()
    distances = np.array([each["distance_to_cluster"] for each in answer])
    error = float(np.abs(distances - answers["distances"].min(axis=1)).max())
    figures(**{"kmeans, largest difference": error})
    assert error <= 1e-5


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "uint8", "int32", "int64"])
def test_ndarray_files_are_read_and_written_alike(
    arrays: Path, mxnet_files: type[MXNetFiles], dtype: str
) -> None:
    read = read_file(arrays / dtype)
    assert (read["a"] == np.arange(24).reshape(2, 3, 4)).all()
    assert (str(read["a"].dtype), read["b"].tolist()) == (dtype, [1.5])
    written = mxnet_files.arrays({"arg:a": read["a"], "aux:b": read["b"]})
    assert written == (arrays / dtype).read_bytes()
