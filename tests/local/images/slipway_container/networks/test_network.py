"""Networks; tests/frameworks holds them to MXNet itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from slipway_local.images.slipway_container.networks.network import Network
from slipway_local.images.slipway_container.networks.symbols import read_graph

if TYPE_CHECKING:
    from tests.local.images.conftest import MXNetFiles

ROWS = np.float32([[1, 2], [3, 4]])
WEIGHTS = {"weight": np.float32([[1, 0], [0, 1]]), "bias": np.float32([[-1, 1]])}


def network(graph: bytes, weights: dict[str, Any]) -> Network:
    read = read_graph(graph)
    return Network(read, weights, read.heads[0][0])


def evaluate(files: type[MXNetFiles], output: str, attributes: dict[str, str]) -> Any:  # noqa: ANN401
    graph = files.symbol(
        ("null", "data", (), {}),
        ("null", "weight", (), {}),
        ("dot", "dot0", ("data", "weight"), attributes),
        ("null", "bias", (), {}),
        ("broadcast_add", "add0", ("dot0", "bias"), {}),
        ("null", "label", (), {}),
        (output, "out", ("add0", "label") if output.endswith("Output") else ("add0",), {}),
    )
    return network(graph, WEIGHTS).evaluate(ROWS)


@pytest.mark.parametrize("output", ["LinearRegressionOutput", "MAERegressionOutput", "MakeLoss"])
def test_regressions_are_the_sum_itself(mxnet_files: type[MXNetFiles], output: str) -> None:
    assert evaluate(mxnet_files, output, {}).tolist() == [[0.0, 3.0], [2.0, 5.0]]


def test_a_transposed_weight(mxnet_files: type[MXNetFiles]) -> None:
    weights = {"weight": np.float32([[1, 10]]), "bias": np.float32([[0]])}
    graph = mxnet_files.symbol(
        ("null", "data", (), {}),
        ("null", "weight", (), {}),
        ("dot", "dot0", ("data", "weight"), {"transpose_b": "True"}),
    )
    assert network(graph, weights).evaluate(ROWS).tolist() == [[21.0], [43.0]]


def test_logistic_and_softmax(mxnet_files: type[MXNetFiles]) -> None:
    logistic = evaluate(mxnet_files, "LogisticRegressionOutput", {})
    assert logistic == pytest.approx(1 / (1 + np.exp(-np.float32([[0, 3], [2, 5]]))))
    softmax = evaluate(mxnet_files, "SoftmaxOutput", {})
    assert softmax == pytest.approx(np.exp([[0, 3], [2, 5]]) / (1 + np.exp(3)) / [[1], [np.exp(2)]])


def test_extreme_scores_stay_numbers(mxnet_files: type[MXNetFiles]) -> None:
    graph = mxnet_files.symbol(
        ("null", "data", (), {}), ("LogisticRegressionOutput", "out", ("data",), {})
    )
    scores = network(graph, {}).evaluate(np.float32([[-1e4, 0, 1e4]]))
    assert scores.tolist() == [[0.0, 0.5, 1.0]]


def test_what_is_not_known_is_said(mxnet_files: type[MXNetFiles]) -> None:
    with pytest.raises(ValueError, match="operator Custom"):
        evaluate(mxnet_files, "Custom", {})


def test_a_missing_weight_is_said(mxnet_files: type[MXNetFiles]) -> None:
    graph = mxnet_files.symbol(
        ("null", "data", (), {}), ("null", "w", (), {}), ("dot", "dot0", ("data", "w"), {})
    )
    with pytest.raises(ValueError, match="needs w, which the weights have not"):
        network(graph, {})
