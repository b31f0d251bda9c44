"""What SageMaker's Image Classification and Object Detection have in common.

A picture in, JSON out (JSON lines where batch transform asks for them). RecordIO is for training
alone, says the developer guide. Refusals are those of the other built-in algorithms, see
algorithm_server.py.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..failures import ContainerMisconfigured
from ..messages import JSON, Request, Response, media_type
from ..networks.ndarrays import read_file
from ..networks.network import Network
from ..networks.operators import Array
from ..networks.symbols import Graph, read_graph
from ..settings import Settings
from .pictures import read_picture
from .requests import JSON_LINES
from .server import refusal

PICTURES = ("image/jpeg", "image/png", "application/x-image")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A network, the shape (channels, height, width) of its input, and what its output means."""

    network: Network
    shape: tuple[int, int, int]
    read: Callable[[Array], Any]


class ImageAlgorithm:
    """Serves the network that `load` finds in the model's folder."""

    def __init__(self, settings: Settings, find: Callable[[Path], Loaded], *, named: bool) -> None:
        self._settings = settings
        self._find = find
        self._named = named
        self._loaded: Loaded | None = None

    def load(self) -> None:
        """Read the network; ContainerMisconfigured where the folder holds none."""
        try:
            self._loaded = self._find(self._settings.model_folder)
        except (KeyError, ValueError) as error:
            raise ContainerMisconfigured(f"the model cannot be loaded: {error}") from error

    def invoke(self, request: Request) -> Response:
        """415 for other types than pictures, 400 for a body that is none."""
        assert self._loaded is not None  # noqa: S101 - requests come after `load`
        if media_type(request.content_type or "")[0] not in PICTURES:
            return refusal(415, f"content-type {request.content_type} not supported")
        try:
            picture = read_picture(request.body, self._loaded.shape)
        except ValueError as error:
            sys.stderr.write(f"refused: {error}\n")
            return refusal(400, "unable to evaluate payload provided")
        answer = self._loaded.read(self._loaded.network.evaluate(picture))
        accept = media_type(request.accept or self._settings.default_accept(JSON))[0]
        return self._reply(answer, accept)

    def _reply(self, answer: object, accept: str) -> Response:
        named = {"prediction": answer}
        if accept == JSON_LINES:
            return Response(200, json.dumps(named).encode() + b"\n", JSON_LINES)
        return Response(200, json.dumps(named if self._named else answer).encode())

    def execution_parameters(self) -> None:
        """Nothing is known of what these containers say."""
        return


def read_files(folder: Path) -> tuple[Graph, Mapping[str, Array]]:
    """The folder's symbol and the weights of its last epoch; ValueError where they are missing."""
    symbols = sorted(folder.glob("*-symbol.json"))
    if len(symbols) != 1:
        raise ValueError(f"there must be one *-symbol.json, there are {len(symbols)}")
    prefix = symbols[0].name.removesuffix("-symbol.json")
    epochs = [
        path
        for path in folder.iterdir()
        if re.fullmatch(rf"{re.escape(prefix)}-\d+\.params", path.name)
    ]
    if not epochs:
        raise ValueError(f"there is no {prefix}-0000.params")
    return read_graph(symbols[0].read_bytes()), read_file(max(epochs, key=lambda path: path.name))
