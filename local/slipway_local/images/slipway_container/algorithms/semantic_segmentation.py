"""SageMaker's Semantic Segmentation: the class of each pixel of a picture.

The artifact is `model_algo-1` (parameters as Gluon saves them), `hyperparams.json` and, by the way,
`model_best.params` (aws/amazon-sagemaker-examples, issue 864). A picture is asked at its own size,
normalised as Gluon CV's presets do. The answer is a PNG whose shades of grey are classes, or the
probabilities: a RecordIO frame of a record with `target` and `shape`, as the algorithm's sample
notebook reads it, which is also what a caller gets who names no type.
"""

import sys

import numpy as np

from ..failures import ContainerMisconfigured
from ..messages import Request, Response, media_type
from ..networks.ndarrays import read_file
from ..networks.operators import softmax
from ..networks.segmentation_network import SegmentationNetwork, prepared
from ..settings import Settings
from .image_server import PICTURES
from .pictures import as_png, read_pixels
from .replies import record_of
from .requests import RECORDIO
from .server import model_file, refusal

_PNG = "image/png"
_PROTOBUF = "application/x-protobuf"  # as the notebook asks for what is RECORDIO elsewhere
_BESIDE = (".params", ".json")
_MOST_PIXELS = 2_000_000


class SemanticSegmentation:
    """Serves the network whose parameters are in the model's folder."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._network: SegmentationNetwork | None = None

    def load(self) -> None:
        """Read the parameters; ContainerMisconfigured where they are of no such network."""
        file = model_file(self._settings.model_folder, _BESIDE)
        try:
            self._network = SegmentationNetwork(read_file(file))
        except ValueError as error:
            raise ContainerMisconfigured(f"{file.name} cannot be loaded: {error}") from error

    def invoke(self, request: Request) -> Response:
        """415 for other types than pictures, 400 for a body that is none."""
        assert self._network is not None  # noqa: S101 - requests come after `load`
        if media_type(request.content_type or "")[0] not in PICTURES:
            return refusal(415, f"content-type {request.content_type} not supported")
        try:
            pixels = read_pixels(request.body, most=_MOST_PIXELS)
        except ValueError as error:
            sys.stderr.write(f"refused: {error}\n")
            return refusal(400, "unable to evaluate payload provided")
        scores = self._network.evaluate(prepared(pixels))
        accept = media_type(request.accept or self._settings.default_accept(_PROTOBUF))[0]
        if accept == _PNG:
            return Response(200, as_png(scores[0].argmax(axis=0)), _PNG)
        kind = accept if accept == RECORDIO else _PROTOBUF
        return Response(200, record_of(softmax(scores, 1).astype(np.float32)), kind)

    def execution_parameters(self) -> None:
        """Nothing is known of what this container says."""
        return


def application(settings: Settings) -> SemanticSegmentation:
    """The server of this image."""
    return SemanticSegmentation(settings)
