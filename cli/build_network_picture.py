"""Draw the example of docs/artifacts.md: a small residual network, as MXNet writes its symbol.

python cli/build_network_picture.py
"""

import gzip
import io
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path

from slipway.artifacts import inspect
from slipway.artifacts.graphs.networks import read_network
from slipway_cli.plotting.svg import draw

PICTURE = Path(__file__).parents[1] / "docs" / "network.svg"

Node = tuple[str, str, Sequence[str], dict[str, str]]
CONVOLUTION = {"kernel": "(3, 3)", "num_filter": "32", "pad": "(1, 1)"}
NETWORK: Sequence[Node] = (
    ("null", "data", (), {}),
    ("Convolution", "conv0", ("data",), {**CONVOLUTION, "kernel": "(7, 7)", "stride": "(2, 2)"}),
    ("BatchNorm", "bn0", ("conv0",), {}),
    ("Activation", "relu0", ("bn0",), {"act_type": "relu"}),
    ("Pooling", "pool0", ("relu0",), {"kernel": "(3, 3)", "stride": "(2, 2)", "pool_type": "max"}),
    ("Convolution", "unit1_conv1", ("pool0",), CONVOLUTION),
    ("BatchNorm", "unit1_bn1", ("unit1_conv1",), {}),
    ("Activation", "unit1_relu1", ("unit1_bn1",), {"act_type": "relu"}),
    ("Convolution", "unit1_conv2", ("unit1_relu1",), CONVOLUTION),
    ("BatchNorm", "unit1_bn2", ("unit1_conv2",), {}),
    ("elemwise_add", "unit1_add", ("unit1_bn2", "pool0"), {}),
    ("Activation", "unit1_relu2", ("unit1_add",), {"act_type": "relu"}),
    ("Pooling", "pool1", ("unit1_relu2",), {"global_pool": "True", "pool_type": "avg"}),
    ("Flatten", "flatten", ("pool1",), {}),
    ("FullyConnected", "fc", ("flatten",), {"num_hidden": "10"}),
    ("SoftmaxOutput", "softmax", ("fc",), {}),
)


def symbol() -> bytes:
    """The network as a symbol file."""
    numbers = {name: number for number, (_, name, _, _) in enumerate(NETWORK)}
    nodes = [
        {"op": op, "name": name, "attrs": attrs, "inputs": [[numbers[each], 0, 0] for each in used]}
        for op, name, used, attrs in NETWORK
    ]
    attributes = {"mxnet_version": ["int", 10901]}
    return json.dumps({"nodes": nodes, "arg_nodes": [0], "attrs": attributes}).encode()


def archive() -> bytes:
    """A model.tar.gz of it."""
    files = {
        "image-classification-symbol.json": symbol(),
        "model-shapes.json": b'[{"shape": [1, 3, 224, 224], "name": "data"}]',
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def picture() -> str:
    """What `slipway inspect --plot` draws of it."""
    content = archive()
    inspection = inspect([content])
    about = f"{inspection.kind}, {inspection.framework} {inspection.framework_version}"
    return draw(read_network([content], inspection), "A small residual network", about)


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
