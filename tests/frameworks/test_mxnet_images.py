"""Convolutional networks, detections and single operators against MXNet 1.9.1."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_local.images.slipway_container.networks.ndarrays import read_file
from slipway_local.images.slipway_container.networks.network import Network
from slipway_local.images.slipway_container.networks.symbols import read_graph

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SAVE = """
import mxnet as mx, numpy as np
from mxnet.symbol import *
from builtins import max
from mxnet.symbol.contrib import MultiBoxDetection, MultiBoxPrior, MultiBoxTarget
rng = np.random.default_rng(11)

def save(name, network, shape, output=None):
    shapes, _, states = network.infer_shape(data=shape)
    args, auxes = {}, {}
    for key, size in zip(network.list_arguments(), shapes):
        if key != "data" and not key.endswith("label"):
            spread = (2 / max(1, np.prod(size[1:]))) ** 0.5 if "weight" in key else 0.1
            args[key] = mx.nd.array(rng.normal(float("gamma" in key), spread, size))
    for key, size in zip(network.list_auxiliary_states(), states):
        scale = {"bn_data_moving_mean": 100, "bn_data_moving_var": 4000}.get(
            key, 0.1 if "mean" in key else 1
        )
        auxes[key] = mx.nd.array(rng.uniform(0.5, 2, size) * scale)
    mx.model.save_checkpoint(name, 0, network, args, auxes)
    served = network.get_internals()[output + "_output"] if output else network
    module = mx.mod.Module(served, label_names=None)
    module.bind([("data", shape)], for_training=False)
    module.set_params(args, auxes, allow_missing=True, allow_extra=True)
    data = rng.uniform(0, 255, shape).astype("float32")
    answer = module.predict(mx.io.NDArrayIter(data, None, shape[0])).asnumpy()
    np.savez(name, data=data, answer=answer)

def relu(x):
    return Activation(x, act_type="relu")

def conv(x, name, filters, side, step=1, pad=0, **options):
    sides, steps, pads = (side, side), (step, step), (pad, pad)
    return Convolution(
        x, num_filter=filters, kernel=sides, stride=steps, pad=pads, name=name, **options)
"""
RESNET = f"""{SAVE}
def norm(x, name):
    return relu(BatchNorm(x, fix_gamma=False, eps=2e-5, name=name))

def unit(x, filters, step, same, name):
    first = norm(x, name + "_bn1")
    y = conv(first, name + "_conv1", filters // 4, 1, no_bias=True)
    y = conv(norm(y, name + "_bn2"), name + "_conv2", filters // 4, 3, step, 1, no_bias=True)
    y = conv(norm(y, name + "_bn3"), name + "_conv3", filters, 1, no_bias=True)
    return y + (x if same else conv(first, name + "_sc", filters, 1, step, no_bias=True))

def resnet(units, filters, classes):
    x = BatchNorm(identity(var("data"), name="id"), fix_gamma=True, eps=2e-5, name="bn_data")
    x = norm(conv(x, "conv0", filters[0], 7, 2, 3, no_bias=True), "bn0")
    x = Pooling(x, kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="max")
    for i, (count, wide) in enumerate(zip(units, filters[1:])):
        for j in range(count):
            x = unit(x, wide, 1 if j or not i else 2, j > 0, "stage%d_unit%d" % (i, j))
    x = Flatten(Pooling(norm(x, "bn1"), global_pool=True, kernel=(7, 7), pool_type="avg"))
    return SoftmaxOutput(FullyConnected(x, num_hidden=classes, name="fc1"), name="softmax")

save("small", resnet([1, 2], [16, 32, 64], 7), (2, 3, 64, 48))
large = resnet([3, 4, 6, 3], [64, 256, 512, 1024, 2048], 257)
save("resnet50", large, (1, 3, 224, 224), "fc1")
"""
SSD = f"""{SAVE}
SIZES = [(.2, .272), (.45, .6)]
RATIOS = [(1, 2, .5), (1, 2, .5, 3, 1 / 3)]

def ssd(classes, batch=1, **options):
    x = relu(conv(var("data") * 0.01, "c1", 16, 3, pad=1))
    x = Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max", pooling_convention="full")
    x = relu(conv(x, "c2", 24, 3, 2, 2, dilate=(2, 2)))
    y = relu(conv(x, "c3", 32, 3, 2, 1))
    x = broadcast_mul(var("c2_scale", shape=(1, 24, 1, 1)), L2Normalization(x, mode="channel"))
    parts = dict(cls=[], loc=[], anchors=[])
    for i, source in enumerate([x, y]):
        kinds = len(SIZES[i]) + len(RATIOS[i]) - 1
        for part, wide in [("cls", kinds * (classes + 1)), ("loc", kinds * 4)]:
            found = conv(source, part + str(i), wide, 3, pad=1)
            parts[part].append(Flatten(transpose(found, axes=(0, 2, 3, 1))))
        prior = MultiBoxPrior(source, sizes=SIZES[i], ratios=RATIOS[i], clip=False)
        parts["anchors"].append(Flatten(prior))
    cls, loc, anchors = (Concat(*part, num_args=2, dim=1) for part in parts.values())
    cls = transpose(Reshape(cls, shape=(0, -1, classes + 1)), axes=(0, 2, 1))
    anchors = Reshape(anchors, shape=(0, -1, 4))
    target = MultiBoxTarget(anchors, var("label", shape=(batch, 3, 5)), cls)
    prob = SoftmaxOutput(cls, target[2], ignore_label=-1, use_ignore=True, multi_output=True)
    loss = MakeLoss(smooth_l1(target[1] * (loc - target[0]), scalar=1.))
    # what MXNet is asked for has no target; what is saved and read here has
    plain = softmax(cls, axis=1)
    found = MultiBoxDetection(plain, loc, anchors, name="plain", **options)
    trained = MultiBoxDetection(prob, loc, anchors, name="detection", **options)
    return Group([found, prob, loss, MakeLoss(trained, grad_scale=0)])

save("usual", ssd(3, nms_threshold=.45, nms_topk=400), (1, 3, 96, 96), "plain")
save("topk", ssd(3, 2, nms_threshold=.3, nms_topk=20), (2, 3, 80, 64), "plain")
forced = ssd(2, nms_threshold=.5, force_suppress=True, nms_topk=100)
save("force", forced, (1, 3, 64, 64), "plain")
"""
LAYERS = f"""{SAVE}
d = var("data")
small = d * (1 / 255)
full = dict(stride=(2, 3), pad=(1, 1), pooling_convention="full")
pool = lambda **options: Pooling(d, kernel=(3, 2), **options)
networks = [
    pool(stride=(2, 2), pool_type="avg", pad=(1, 0)),
    pool(pool_type="avg", **full),
    pool(pool_type="avg", count_include_pad=False, **full),
    pool(pool_type="max", **full),
    pool(stride=(1, 2), pool_type="sum"),
    Pooling(d, kernel=(1, 1), global_pool=True, pool_type="max"),
    Pooling(d, kernel=(1, 1), global_pool=True, pool_type="sum"),
    Convolution(
        d, num_filter=5, kernel=(3, 2), stride=(2, 1), pad=(2, 1), dilate=(1, 2), name="c"),
    L2Normalization(small),
    L2Normalization(small, mode="channel"),
    L2Normalization(small, mode="spatial"),
    SoftmaxActivation(d * 0.02, mode="channel"),
    SoftmaxActivation(Flatten(d) * 0.02),
    SoftmaxOutput(Flatten(d) * 0.02),
    SoftmaxOutput(d * 0.02, multi_output=True),
    SoftmaxOutput(d * 0.02, preserve_shape=True),
    Activation(small, act_type="tanh"),
    Activation(small, act_type="sigmoid"),
    Reshape(transpose(d, axes=(2, 3, 1, 0)), shape=(-1, 0)),
    Concat(d, d * 2, dim=2),
    FullyConnected(small, num_hidden=3, name="f"),
]
for number, network in enumerate(networks):
    save("layer%02d" % number, network, (2, 4, 11, 9))
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What is computed here, in how many seconds, and what MXNet says."""

    ours: np.ndarray
    theirs: np.ndarray
    seconds: float

    @property
    def error(self) -> float:
        """The largest difference."""
        assert self.ours.shape == self.theirs.shape
        assert np.isfinite(self.ours).all()
        return float(np.abs(self.ours - self.theirs).max())


def answers(folder: Path, name: str, output: str | None = None) -> Answers:
    """A network's output, or that of one of its nodes."""
    graph = read_graph((folder / f"{name}-symbol.json").read_bytes())
    names = [node.name for node in graph.nodes]
    node = names.index(output) if output else graph.heads[0][0]
    network = Network(graph, read_file(folder / f"{name}-0000.params"), node)
    expected = np.load(folder / f"{name}.npz")
    began = time.perf_counter()
    ours = network.evaluate(expected["data"])
    return Answers(ours, expected["answer"], time.perf_counter() - began)


def test_layers(mxnet: Callable[[str], Path], figures: Callable[..., None]) -> None:
    folder = mxnet(LAYERS)
    names = sorted(path.stem for path in folder.glob("layer*.npz"))
    assert len(names) == 21
    found = {name: answers(folder, name) for name in names}
    errors = {
        name: each.error / max(float(np.abs(each.theirs).max()), 1.0)
        for name, each in found.items()
    }
    figures(**{"layers, largest relative difference": max(errors.values())})
    assert max(errors.values()) <= 2e-6, errors


def test_image_classification(mxnet: Callable[[str], Path], figures: Callable[..., None]) -> None:
    folder = mxnet(RESNET)
    small, large = answers(folder, "small"), answers(folder, "resnet50", "fc1")
    figures(**{"small resnet, largest difference": small.error})
    error = large.error / float(np.abs(large.theirs).max())
    figures(**{"resnet-50, largest relative difference": error, "seconds": large.seconds})
    assert large.theirs.std() > 0.1
    assert max(small.error, error) <= 1e-5


@pytest.mark.parametrize("name", ["usual", "topk", "force"])
def test_object_detection(
    mxnet: Callable[[str], Path], figures: Callable[..., None], name: str
) -> None:
    found = answers(mxnet(SSD), name, "detection")
    kept = found.theirs[..., 0] >= 0
    assert (kept == (found.ours[..., 0] >= 0)).all()
    error = float(np.abs(found.ours[kept] - found.theirs[kept]).max())
    figures(**{f"ssd {name}, largest difference": error, "boxes": int(kept.sum())})
    assert kept.sum() > 5
    assert error <= 1e-5
