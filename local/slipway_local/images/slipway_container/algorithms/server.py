"""What SageMaker's built-in algorithms on tabular data have in common: requests and answers.

Their code is not public. Formats are those of the developer guide; statuses and messages those
that users report: 400 `unable to evaluate payload provided` for whatever is wrong with a body, the
reason in the log; 415 for a content type that is not read.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from ..failures import ContainerMisconfigured
from ..messages import CSV, JSON, Request, Response, media_type
from ..settings import Settings
from .replies import Prediction, reply
from .requests import (
    JSON_LINES,
    RECORDIO,
    MalformedBody,
    Matrix,
    UnsupportedContentType,
    read_matrix,
)

_USUAL_NAME = "model_algo-1"
_STATE = "state_"


class Model(Protocol):
    """A trained model; `features` is how many a row must have."""

    @property
    def features(self) -> int: ...

    def predict(self, matrix: Matrix) -> Sequence[Prediction]:
        """One prediction for each row."""
        ...


class BuiltInAlgorithm:
    """Serves the model that `read` makes of the artifact's file; JSON answers are an `envelope`.

    `accepts` are the content types that it reads; the first is that of a request without one.
    """

    def __init__(
        self,
        settings: Settings,
        read: Callable[[Path], Model],
        envelope: str = "predictions",
        accepts: Sequence[str] = (CSV, JSON, JSON_LINES, RECORDIO),
    ) -> None:
        self._accepts = accepts
        self._settings = settings
        self._read = read
        self._envelope = envelope
        self._model: Model | None = None

    def load(self) -> None:
        """Read the model; ContainerMisconfigured where the file is none of this algorithm."""
        file = model_file(self._settings.model_folder)
        try:
            self._model = self._read(file)
        except (KeyError, ValueError) as error:
            raise ContainerMisconfigured(f"{file.name} cannot be loaded: {error}") from error

    def invoke(self, request: Request) -> Response:
        """415 for a content type that is not read, 400 for a body that does not fit the model."""
        assert self._model is not None  # noqa: S101 - requests come after `load`
        kind = request.content_type or self._accepts[0]
        try:
            matrix = self._matrix(request.body, kind, self._model.features)
        except UnsupportedContentType as error:
            return refusal(415, str(error))
        except MalformedBody as error:
            sys.stderr.write(f"refused: {error}\n")
            return refusal(400, "unable to evaluate payload provided")
        accept = request.accept or self._settings.default_accept(JSON)
        return reply(self._model.predict(matrix), self._envelope, accept)

    def _matrix(self, body: bytes, content_type: str, features: int) -> Matrix:
        if media_type(content_type)[0] not in self._accepts:
            raise UnsupportedContentType(f"content-type {content_type} not supported")
        return read_matrix(body, content_type, features)

    def execution_parameters(self) -> None:
        """Nothing is known of what these containers say."""
        return


def model_file(folder: Path, beside: tuple[str, ...] = ()) -> Path:
    """`model_algo-1`, or the one file that stands in for it; what ends with `beside` is none."""
    files = [path for path in folder.iterdir() if path.is_file() and path.name[0] != "."]
    models = [path for path in files if not path.name.startswith(_STATE)]
    models = [path for path in models if path.suffix not in beside]
    usual = [path for path in models if path.name == _USUAL_NAME]
    if len(usual or models) != 1:
        names = sorted(path.name for path in files)
        raise ContainerMisconfigured(f"the model's folder has no {_USUAL_NAME}: it has {names}")
    return (usual or models)[0]


def refusal(status: int, message: str) -> Response:
    """A refusal as these containers word it."""
    return Response(status, message.encode(), "text/html; charset=utf-8")
