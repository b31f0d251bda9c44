"""Factorization Machines on files as it writes them; tests/frameworks compares with MXNet."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from slipway_local.images.slipway_container.algorithms.factorization_machines import application
from slipway_local.images.slipway_container.failures import ContainerMisconfigured

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.images.conftest import Inside, MXNetFiles

JSON, PROTOBUF = "application/json", "application/x-recordio-protobuf"
# w0 = 0.5, w1 = (1, 2, 3), v = ((1, 0), (2, 1), (0, 1)): of x0 + x1 + x2 = 1 + 1 + 0 the score is
# 0.5 + 1 + 2 + <v0, v1> = 5.5
V, W1, W0 = np.float32([[1, 0], [2, 1], [0, 1]]), np.float32([[1], [2], [3]]), np.float32([0.5])


@pytest.fixture
def model(mxnet_files: type[MXNetFiles]) -> Callable[..., bytes]:
    """A model_algo-1, with other arrays, meta.json or output where they are given."""

    def make(
        arrays: dict[str, Any] | None = None,
        predictor: str | None = "regressor",
        output: str = "LinearRegressionOutput",
    ) -> bytes:
        symbol = mxnet_files.symbol(("null", "data", (), {}), (output, "out", ("data",), {}))
        arrays = arrays or {"arg:v": V, "arg:w1_weight": W1, "arg:w0_weight": W0}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("symbol.json", symbol)
            archive.writestr("params", mxnet_files.arrays(arrays))
            if predictor:
                meta = {"training_parameters": {"predictor_type": predictor}}
                archive.writestr("meta.json", json.dumps(meta))
        return buffer.getvalue()

    return make


def ask(served: Inside, *rows: list[float]) -> Any:  # noqa: ANN401 - JSON
    body = json.dumps({"instances": [{"features": row} for row in rows]}).encode()
    return json.loads(served.ask(body, JSON).body)


def test_regression(inside: Callable[..., Inside], model: Callable[..., bytes]) -> None:
    served = inside(application, {"model_algo-1": model()})
    assert ask(served, [1, 1, 0], [0, 0, 0], [2, 0, 0]) == {
        "predictions": [{"score": 5.5}, {"score": 0.5}, {"score": 2.5}]
    }


def test_a_dense_model_lies_across(
    inside: Callable[..., Inside], model: Callable[..., bytes]
) -> None:
    arrays = {
        "arg:v": V.T,
        "arg:Linear_Plus_Bias_weight": W1.T,
        "arg:Linear_Plus_Bias_bias": W0,
    }
    served = inside(application, {"model_algo-1": model(arrays)})
    assert ask(served, [1, 1, 0])["predictions"] == [{"score": 5.5}]


@pytest.mark.parametrize("predictor", ["binary_classifier", None])
def test_classification(
    inside: Callable[..., Inside], model: Callable[..., bytes], predictor: str | None
) -> None:
    content = model(predictor=predictor, output="LogisticRegressionOutput")
    served = inside(application, {"model_algo-1": content})
    first, second = ask(served, [1, 1, 0], [-1, 0, 0])["predictions"]
    assert first == {"score": pytest.approx(0.9959299), "predicted_label": 1.0}
    assert second == {"score": pytest.approx(0.3775407), "predicted_label": 0.0}


def test_sparse_rows_and_records(
    inside: Callable[..., Inside], model: Callable[..., bytes]
) -> None:
    served = inside(application, {"model_algo-1": model()})
    features = {"keys": [0, 1], "shape": [3], "values": [1, 1]}
    body = json.dumps({"instances": [{"data": {"features": features}}]}).encode()
    answer = served.ask(body, JSON, PROTOBUF)
    assert answer.content_type == PROTOBUF
    assert struct.pack("<f", 5.5) in answer.body


def test_other_requests_are_refused(
    inside: Callable[..., Inside], model: Callable[..., bytes]
) -> None:
    served = inside(application, {"model_algo-1": model()})
    assert served.ask(b"1,1,0", "text/csv").status == 415
    assert served.ask(b'{"instances": [{"features": [1]}]}', JSON).status == 400


def test_other_models_are_refused(
    inside: Callable[..., Inside], model: Callable[..., bytes]
) -> None:
    wrong = {"arg:v": V, "arg:w1_weight": W1[:2], "arg:w0_weight": W0}
    for content, said in [
        (model(wrong), "it is no factorization machine"),
        (model({"arg:v": V}), "Linear_Plus_Bias_weight"),
        (model(predictor=None, output="MakeLoss"), "whether it classifies"),
        (b"hello", "it is no zip"),
    ]:
        with pytest.raises(ContainerMisconfigured, match=said):
            inside(application, {"model_algo-1": content})
