"""sagemaker-xgboost as the built-in algorithm, which needs no script.

Follows sagemaker-xgboost-container's algorithm_mode/serve.py: statuses, order of checks, formats.
"""

import json
from typing import Any

from numpy.typing import NDArray

from .. import formats
from ..messages import CSV, JSON, Request, Response, media_type, with_charset
from ..settings import Settings
from .data import CSV as CSV_KIND
from .data import LIBSVM, READERS, Matrix, content_kind
from .models import Model, load_models, predict, task_of
from .selected_output import encode_selected, select, selected_names

_ACCEPTED = (JSON, "application/jsonlines", "application/x-recordio-protobuf", CSV)
_DEFAULT_MOST_BYTES = 6 * 1024**2


class XGBoostAlgorithm:
    """Serves the boosters of a model folder."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._default_accept = settings.default_accept(CSV)
        self._most_bytes = int(settings.variables.get("MAX_CONTENT_LENGTH", _DEFAULT_MOST_BYTES))
        self._models: list[Model] = []
        self._objective, self._classes = "", 0

    def load(self) -> None:
        """Load every model, or one with SAGEMAKER_INFERENCE_ENSEMBLE=false."""
        ensemble = self._settings.variables.get("SAGEMAKER_INFERENCE_ENSEMBLE", "true") == "true"
        self._models = load_models(self._settings.model_folder, ensemble=ensemble)
        self._objective, self._classes = task_of(self._models)

    def invoke(self, request: Request) -> Response:
        """204 empty, 413 too large, 415 unread, 400 not predictable, 406 not to be answered."""
        if len(request.body) > self._most_bytes:
            return _refusal(413, "The data value transmitted exceeds the capacity limit.")
        if not request.body:
            return Response(204)
        try:
            kind, matrix = read_body(request)
        except Exception as error:  # noqa: BLE001 - xgboost raises as it likes
            return _refusal(415, str(error))
        try:
            predictions = predict(self._models, self._objective, matrix, kind)
        except Exception as error:  # noqa: BLE001 - xgboost raises as it likes
            return _refusal(400, f"Unable to evaluate payload provided: {error}")
        try:
            accept = self._accepted(request)
        except ValueError as error:
            return _refusal(406, str(error))
        selection = self._settings.variables.get("SAGEMAKER_INFERENCE_OUTPUT")
        if selection is not None:
            return self._selected(predictions, selection, accept)
        return self._answer(predictions.tolist(), accept)

    def _accepted(self, request: Request) -> str:
        accept = media_type(request.accept or "")[0]
        if accept in ("", "*/*"):
            return self._default_accept
        if accept not in _ACCEPTED:
            raise ValueError(
                f"Accept type {accept} is not supported. "
                f"Please use supported accept types: {list(_ACCEPTED)}."
            )
        return accept

    def _selected(self, predictions: NDArray[Any], selection: str, accept: str) -> Response:
        names = selected_names(selection)
        try:
            selected = select(predictions, names, self._objective, self._classes)
            body = encode_selected(selected, accept, batch=self._settings.batch)
        except ValueError as error:
            return _refusal(500, str(error))
        return Response(200, body, with_charset(accept))

    def _answer(self, predictions: list[Any], accept: str) -> Response:
        if self._settings.batch:
            body = ("\n".join(map(str, predictions)) + "\n").encode()
        elif accept == JSON:
            body = json.dumps({"predictions": [{"score": each} for each in predictions]}).encode()
        else:
            body = formats.encode(predictions, accept)
        return Response(200, body, with_charset(accept))

    def execution_parameters(self) -> Response:
        """What batch transform should send: one worker, many records, whole megabytes."""
        parameters = {
            "MaxConcurrentTransforms": 1,
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": self._most_bytes // 1024**2,
        }
        return Response(200, json.dumps(parameters).encode())


def read_body(request: Request) -> tuple[str, Matrix]:
    """The body's kind and its matrix; text is stripped of blank ends first."""
    kind = content_kind(request.content_type)
    text = kind in (CSV_KIND, LIBSVM)
    try:
        return kind, READERS[kind](request.body.strip() if text else request.body)
    except Exception as error:
        raise RuntimeError(
            f"Loading {kind} data failed with Exception, "
            f"please ensure data is in {kind} format:\n {type(error)}\n {error}"
        ) from error


def _refusal(status: int, message: str) -> Response:
    return Response(status, message.encode(), "text/html; charset=utf-8")


def application(settings: Settings) -> XGBoostAlgorithm:
    """The server of this image."""
    return XGBoostAlgorithm(settings)
