"""Linear Learner, PCA and K-Means against MXNet 1.9.1, on files that MXNet has written."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_local.images.slipway_container import kmeans, linear_learner, pca
from slipway_local.images.slipway_container.ndarrays import read_file

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
