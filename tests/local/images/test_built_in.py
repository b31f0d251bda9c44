"""The built-in algorithms end to end: archive, environment, process, answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from slipway_local.sagemaker.serving import Health

if TYPE_CHECKING:
    from tests.local.images.conftest import Dock, MXNetFiles

ACCOUNT = "382416733822.dkr.ecr.us-east-1.amazonaws.com"


def test_a_linear_learner_is_served(dock: Dock, mxnet_files: type[MXNetFiles]) -> None:
    model = mxnet_files.linear_learner([[1], [2]], [0.5], predictor_type="regressor")
    server = dock.start({"model_algo-1": model}, f"{ACCOUNT}/linear-learner:1")
    assert (server.health(), server.failure()) == (Health.READY, "")
    reply = dock.ask(server, b"1,2", "text/csv", "text/csv")
    assert (reply.status, reply.body) == (200, b"5.5\n")
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert dock.ask(server, b"1", "text/csv").status == 400


def test_pca_and_kmeans_share_its_environment(dock: Dock, mxnet_files: type[MXNetFiles]) -> None:
    centres = mxnet_files.arrays([np.float32([[1, 2]])])
    server = dock.start({"model_algo-1": centres}, f"{ACCOUNT}/kmeans:1")
    assert json.loads(dock.ask(server, b"1,2", "text/csv").body)["predictions"]
    wrong = dock.start({"model_algo-1": centres}, f"{ACCOUNT}/pca:1")
    assert wrong.health() is Health.FAILED
    assert "model_algo-1 cannot be loaded: it is no PCA" in wrong.failure()
