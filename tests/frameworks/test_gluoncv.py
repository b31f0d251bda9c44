"""Semantic Segmentation's networks against Gluon CV 0.10, on parameters that Gluon has saved."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_local.images.slipway_container.networks.ndarrays import read_file
from slipway_local.images.slipway_container.networks.segmentation_network import (
    SegmentationNetwork,
    prepared,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NETWORKS = """
import mxnet as mx, gluoncv, numpy as np
from gluoncv.data.transforms.presets.segmentation import test_transform
rng = np.random.default_rng(3)
pixels = rng.integers(0, 256, (75, 109, 3)).astype("uint8")
kinds = {
    "mean": lambda size: rng.normal(0, 0.1, size),
    "var": lambda size: rng.uniform(0.5, 2, size),
    "gamma": lambda size: rng.uniform(0.3, 0.8, size),
    "beta": lambda size: rng.normal(0, 0.1, size),
    "bias": lambda size: rng.normal(0, 0.1, size),
}
for name, backbone in [("FCN", 50), ("PSPNet", 50), ("DeepLabV3", 50), ("FCN", 101)]:
    network = getattr(gluoncv.model_zoo, name)(
        4, backbone="resnet%d" % backbone, pretrained_base=False, crop_size=240)
    network.initialize(mx.init.Xavier())
    data = test_transform(mx.nd.array(pixels, dtype="uint8"), mx.cpu())
    network.predict(data)
    for key, parameter in network.collect_params().items():
        for kind, values in kinds.items():
            if key.endswith(kind):
                parameter.set_data(mx.nd.array(values(parameter.shape)))
    answer = network.predict(data).asnumpy()
    network.save_parameters("%s-%d.params" % (name, backbone))
    np.savez("%s-%d" % (name, backbone), pixels=pixels, data=data.asnumpy(), answer=answer)
"""


@pytest.fixture(scope="module")
def networks(gluoncv: Callable[[str], Path]) -> Path:
    """Parameters, a picture as Gluon CV prepares it, and each network's answer."""
    return gluoncv(NETWORKS)


def test_a_picture_is_prepared_alike(networks: Path) -> None:
    expected = np.load(networks / "FCN-50.npz")
    assert np.abs(prepared(expected["pixels"]) - expected["data"]).max() <= 1e-6


@pytest.mark.parametrize("name", ["FCN-50", "PSPNet-50", "DeepLabV3-50", "FCN-101"])
def test_networks(networks: Path, figures: Callable[..., None], name: str) -> None:
    expected = np.load(networks / f"{name}.npz")
    network = SegmentationNetwork(read_file(networks / f"{name}.params"))
    began = time.perf_counter()
    answer = network.evaluate(expected["data"])
    seconds = time.perf_counter() - began
    largest = float(np.abs(expected["answer"]).max())
    error = float(np.abs(answer - expected["answer"]).max()) / largest
    figures(**{f"{name}, largest relative difference": error, "seconds": seconds})
    assert expected["answer"].std() > 0.05
    assert error <= 1e-5
    assert (answer.argmax(axis=1) == expected["answer"].argmax(axis=1)).mean() >= 0.999
