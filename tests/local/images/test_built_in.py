"""The built-in algorithms end to end: archive, environment, process, answer."""

from __future__ import annotations

import json
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_local.sagemaker.serving import Health

from tests.local.images.slipway_container.networks.test_segmentation_network import (
    network as segmentation_weights,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

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


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG of red, green and blue."""
    height, width, _ = pixels.shape
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines)),
        (b"IEND", b""),
    ]
    parts = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_pictures_are_classified(dock: Dock, mxnet_files: type[MXNetFiles]) -> None:
    """A network that weighs the mean of red against that of blue."""
    symbol = mxnet_files.symbol(
        ("null", "data", (), {}),
        ("Pooling", "pool", ("data",), {"global_pool": "True", "pool_type": "avg"}),
        ("Flatten", "flat", ("pool",), {}),
        ("null", "fc_weight", (), {}),
        ("null", "fc_bias", (), {}),
        ("FullyConnected", "fc", ("flat", "fc_weight", "fc_bias"), {"num_hidden": "2"}),
        ("null", "softmax_label", (), {}),
        ("SoftmaxOutput", "softmax", ("fc", "softmax_label"), {}),
    )
    weight = np.array([[0.01, 0, 0], [0, 0, 0.01]], np.float32)
    arrays = {"arg:fc_weight": weight, "arg:fc_bias": np.zeros(2, np.float32)}
    worse = {**arrays, "arg:fc_weight": weight * 0}
    shapes = [{"shape": [16, 3, 8, 8], "name": "data"}, {"shape": [16], "name": "softmax_label"}]
    files = {
        "image-classification-symbol.json": symbol,
        "image-classification-0001.params": mxnet_files.arrays(worse),
        "image-classification-0003.params": mxnet_files.arrays(arrays),
        "model-shapes.json": json.dumps(shapes).encode(),
    }
    server = dock.start(files, f"{ACCOUNT}/image-classification:1")
    assert (server.health(), server.failure()) == (Health.READY, "")
    red = np.zeros((5, 9, 3), np.uint8)
    red[..., 0] = 200
    reply = dock.ask(server, png(red), "image/png")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    assert json.loads(reply.body) == pytest.approx([0.880797, 0.119203], abs=1e-5)
    line = dock.ask(server, png(red), "application/x-image", "application/jsonlines").body
    assert json.loads(line) == {"prediction": json.loads(reply.body)}
    for kind in ("text/csv", "application/x-recordio"):  # RecordIO is for training alone
        assert dock.ask(server, b"1,2", kind).status == 415
    refused = dock.ask(server, b"no picture", "image/jpeg")
    assert (refused.status, refused.body) == (400, b"unable to evaluate payload provided")


def test_objects_are_detected(dock: Dock, mxnet_files: type[MXNetFiles]) -> None:
    """One anchor whose class is told by how red the picture is."""
    symbol = mxnet_files.symbol(
        ("null", "data", (), {}),
        ("Pooling", "pool", ("data",), {"global_pool": "True", "pool_type": "avg"}),
        ("null", "cls_weight", (), {}),
        ("Convolution", "cls", ("pool", "cls_weight"), {"kernel": "(1, 1)", "no_bias": "True"}),
        ("Reshape", "multibox_cls_pred", ("cls",), {"shape": "(0, -1, 1)"}),
        ("null", "loc_weight", (), {}),
        ("Convolution", "loc", ("pool", "loc_weight"), {"kernel": "(1, 1)", "no_bias": "True"}),
        ("Flatten", "multibox_loc_pred", ("loc",), {}),
        ("_contrib_MultiBoxPrior", "prior", ("pool",), {"sizes": "(0.5,)"}),
        ("null", "label", (), {}),
        ("_contrib_MultiBoxTarget", "target", ("prior", "label", "multibox_cls_pred"), {}),
        ("SoftmaxOutput", "cls_prob", ("multibox_cls_pred", "target:2"), {"multi_output": "True"}),
        (
            "_contrib_MultiBoxDetection",
            "detection",
            ("cls_prob", "multibox_loc_pred", "prior"),
            {"nms_threshold": "0.45"},
        ),
    )
    weights = np.zeros((3, 3, 1, 1), np.float32)
    weights[2, 0] = 0.01
    arrays = {
        "arg:cls_weight": weights,
        "arg:loc_weight": np.zeros((4, 3, 1, 1), np.float32),
    }
    files = {
        "model_algo_1-symbol.json": symbol,
        "model_algo_1-0000.params": mxnet_files.arrays(arrays),
        "hyperparams.json": json.dumps({"image_shape": "16", "num_classes": "2"}).encode(),
    }
    server = dock.start(files, f"{ACCOUNT}/object-detection:1")
    assert (server.health(), server.failure()) == (Health.READY, "")
    reply = dock.ask(server, png(np.full((4, 4, 3), 200, np.uint8)), "image/png")
    [[label, score, *box]] = json.loads(reply.body)["prediction"]
    assert (label, box) == (1.0, [0.25, 0.25, 0.75, 0.75])
    assert score == pytest.approx(np.exp(2) / (2 + np.exp(2)), abs=1e-5)


def test_pixels_are_classified(dock: Dock, mxnet_files: type[MXNetFiles]) -> None:
    """A picture that is red on the left and green on the right, and a network that tells these."""
    weights = mxnet_files.arrays(segmentation_weights())
    files = {
        "hyperparams.json": b'{"algorithm": "fcn", "backbone": "resnet-50", "num_classes": "3"}',
        "model_algo-1": weights,
        "model_best.params": weights,
    }
    server = dock.start(files, f"{ACCOUNT}/semantic-segmentation:1")
    assert (server.health(), server.failure()) == (Health.READY, "")
    pixels = np.zeros((32, 48, 3), np.uint8)
    pixels[:, :24, 0], pixels[:, 24:, 1] = 255, 255
    labels = dock.ask(server, png(pixels), "image/png", "image/png")
    assert (labels.status, labels.headers["Content-Type"]) == (200, "image/png")
    assert struct.unpack(">IIBB", labels.body[16:26]) == (48, 32, 8, 0)  # shades of grey
    scores = dock.ask(server, png(pixels), "application/x-image")
    assert scores.headers["Content-Type"] == "application/x-protobuf"
    end = 8 + int.from_bytes(scores.body[4:8], "little")
    target = scores.body[end - 4 * 3 * 32 * 48 : end]
    found = np.frombuffer(target, "<f4").reshape(3, 32, 48)
    assert np.abs(found.sum(axis=0) - 1).max() <= 1e-5
    assert (found[:, :, :16].argmax(axis=0) == 0).all()
    assert (found[:, :, 32:].argmax(axis=0) == 1).all()
    assert dock.ask(server, b"no picture", "image/jpeg").status == 400
    assert dock.ask(server, png(pixels), "application/x-recordio").status == 415


def test_a_spark_pipeline_is_served(dock: Dock) -> None:
    leaf = {"op": "linear_regression", "attributes": {"coefficients": {"double": [2.0]}}}
    leaf["attributes"]["intercept"] = {"double": 0.5}  # type: ignore[index] # a literal of two types
    inputs, outputs = ({"port": port, "name": port} for port in ("features", "prediction"))
    files = {
        "bundle.json": {"format": "json"},
        "root/model.json": leaf,
        "root/node.json": {"shape": {"inputs": [inputs], "outputs": [outputs]}},
    }
    column = {"name": "features", "type": "double", "struct": "vector"}
    schema = {"input": [column], "output": {"name": "prediction", "type": "double"}}
    server = dock.start(
        {name: json.dumps(each).encode() for name, each in files.items()},
        "246618743249.dkr.ecr.us-west-2.amazonaws.com/sagemaker-sparkml-serving:3.3",
        env={"SAGEMAKER_SPARKML_SCHEMA": json.dumps(schema)},
    )
    reply = dock.ask(server, b'{"data": [[3.0]]}')
    assert (reply.status, reply.body) == (200, b"6.5")
