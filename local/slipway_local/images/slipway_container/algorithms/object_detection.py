"""SageMaker's Object Detection: an SSD network's boxes, without its training part."""

import json
from pathlib import Path
from typing import Any

from ..networks.boxes import NOTHING
from ..networks.network import Network
from ..networks.operators import Array
from ..settings import Settings
from .image_server import ImageAlgorithm, Loaded, read_files

_DETECTION = "_contrib_MultiBoxDetection"
_USUAL_SIDE = 300  # the default of the algorithm's image_shape


def find(folder: Path) -> Loaded:
    """The network up to its detections, and the sides that hyperparams.json says; ValueError."""
    graph, weights = read_files(folder)
    detections = [i for i, node in enumerate(graph.nodes) if node.operator == _DETECTION]
    if len(detections) != 1:
        raise ValueError(f"the network has {len(detections)} operators {_DETECTION}, not one")
    file = folder / "hyperparams.json"
    parameters = json.loads(file.read_text()) if file.is_file() else {}
    side = int(parameters.get("image_shape", _USUAL_SIDE))
    return Loaded(Network(graph, weights, detections[0]), (3, side, side), _boxes)


def _boxes(output: Array) -> Any:  # noqa: ANN401 - JSON
    """[class, score, left, top, right, bottom] of each detection, best first."""
    rows = output[0]
    return rows[rows[:, 0] != NOTHING].tolist()


def application(settings: Settings) -> ImageAlgorithm:
    """The server of this image."""
    return ImageAlgorithm(settings, find, named=True)
