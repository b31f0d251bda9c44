"""sagemaker-tensorflow-serving-container: TensorFlow Serving's REST answers, and a user's handlers.

Follows the container's python_service.py and TensorFlow Serving's own http_rest_api_handler.cc.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..failures import ContainerMisconfigured
from ..messages import Request, Response
from ..settings import Settings
from .handlers import Answer, Context, Handlers, handlers_in
from .models import Models, NotServed, SavedModel, find_models, serialized
from .requests import (
    UnsupportedMediaType,
    addressed,
    as_accepted,
    custom_attributes,
    serving_body,
)
from .tensors import (
    InvalidArgument,
    framed,
    plain,
    read_document,
    read_examples,
    read_predict,
    signature_of,
    write_predict,
)


class TensorFlowServing:
    """Serves the SavedModels of a model folder, through code/inference.py where there is one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._models = Models(dict(find_models(settings.model_folder)))
        self._default = settings.variables.get("SAGEMAKER_TFS_DEFAULT_MODEL_NAME", "")
        self._handlers: Handlers | None = None

    def load(self) -> None:
        """Load the default model's newest version, and the script."""
        if not self._models.names():
            raise ContainerMisconfigured(
                "no SavedModel bundles found! The archive needs a folder named by an integer, "
                "as 1/, with saved_model.pb in it"
            )
        self._default = self._default or self._models.names()[0]
        self._models.get(self._default)
        code = self._settings.model_folder / "code"
        self._handlers = handlers_in(code, self.post, several=self._settings.multi_model)

    def invoke(self, request: Request) -> Response:
        """What TensorFlow Serving says, or the script's output_handler."""
        if self._handlers:
            return self._handlers.answer(request, self._context(request))
        try:
            body = serving_body(request.body.decode(errors="replace"), request.content_type)
        except UnsupportedMediaType as error:
            return Response(415, _error(415, str(error)).content)
        answer = self.post(self._context(request).rest_uri, body)
        text, kind = as_accepted(answer.text, request.accept)
        return Response(answer.status_code, text.encode(), kind)

    def execution_parameters(self) -> None:
        """This container has none."""
        return

    def _context(self, request: Request) -> Context:
        attributes = custom_attributes(request.headers)
        if self._settings.multi_model:
            attributes["tfs-model-name"] = self._default
        return Context.of(request, attributes, self._default)

    def post(self, path: str, body: str) -> Answer:
        """What TensorFlow Serving answers to a POST on a path."""
        return answered(self._models, path, body)


def answered(models: Models, path: str, body: str) -> Answer:
    """What TensorFlow Serving answers to a POST on a path."""
    address = addressed(path)
    if address is None:
        return _error(400, f"Malformed request: POST {path}")
    name, version, method = address
    try:
        return Answer(200, _METHODS[method](models.get(name, version), read_document(body)))
    except InvalidArgument as error:
        return _error(400, str(error))
    except NotServed as error:
        return _error(404, str(error))


def _predict(model: SavedModel, document: Mapping[str, Any]) -> str:
    signature = model.signature(signature_of(document))
    asked = read_predict(document, signature.types())
    return write_predict(model.run(signature, asked.arrays), rows=asked.rows)


def _classify(model: SavedModel, document: Mapping[str, Any]) -> str:
    outputs = _of_examples(model, document, "classify")
    columns = [outputs[name] for name in ("classes", "scores") if name in outputs]
    rows = zip(*columns, strict=True)
    if len(columns) == 1:
        return framed("results", [[["", score] for score in scores] for (scores,) in rows])
    return framed("results", [[list(pair) for pair in zip(*row, strict=True)] for row in rows])


def _regress(model: SavedModel, document: Mapping[str, Any]) -> str:
    values = _of_examples(model, document, "regress")["outputs"]
    return framed("results", [each[0] if isinstance(each, list) else each for each in values])


def _of_examples(model: SavedModel, document: Mapping[str, Any], method: str) -> dict[str, Any]:
    signature = model.signature(signature_of(document))
    if signature.method != method or len(signature.inputs) != 1:
        raise InvalidArgument(f"the signature is no {method} signature of examples")
    examples = [serialized(features) for features in read_examples(document)]
    [name] = signature.inputs
    outputs = model.run(signature, {name: np.array(examples, dtype=object)})
    return {output: plain(array) for output, array in outputs.items()}


_METHODS = {"predict": _predict, "classify": _classify, "regress": _regress}


def _error(status: int, message: str) -> Answer:
    return Answer(status, json.dumps({"error": message}))


def application(settings: Settings) -> TensorFlowServing:
    """The server of this image."""
    return TensorFlowServing(settings)
