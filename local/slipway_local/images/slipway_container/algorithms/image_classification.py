"""SageMaker's Image Classification: the probability of each class."""

import json
from pathlib import Path
from typing import Any

from ..networks.network import Network
from ..networks.operators import Array
from ..settings import Settings
from .image_server import ImageAlgorithm, Loaded, read_files


def find(folder: Path) -> Loaded:
    """The network, and the shape that model-shapes.json says; KeyError or ValueError."""
    graph, weights = read_files(folder)
    shapes = json.loads((folder / "model-shapes.json").read_text()) if _has_shapes(folder) else []
    sides = next((each["shape"] for each in shapes if each["name"] == "data"), (1, 3, 224, 224))
    _, channels, height, width = map(int, sides)
    return Loaded(Network(graph, weights, graph.heads[0][0]), (channels, height, width), _first)


def _has_shapes(folder: Path) -> bool:
    return (folder / "model-shapes.json").is_file()


def _first(output: Array) -> Any:  # noqa: ANN401 - JSON
    return output[0].tolist()


def application(settings: Settings) -> ImageAlgorithm:
    """The server of this image."""
    return ImageAlgorithm(settings, find, named=False)
