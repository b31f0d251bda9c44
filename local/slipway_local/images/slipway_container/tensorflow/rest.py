"""TensorFlow Serving's own REST interface: predict, classify, regress, status, metadata.

Source: "RESTful API", TensorFlow Serving.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tensorflow.core.framework import types_pb2  # type: ignore[import-untyped]  # the image has it

from ..messages import Request, Response
from .handlers import Answer
from .models import Models, NotServed, SavedModel

_ASKED = re.compile(r"/v1/models/([^/:]+)(?:/versions/(\d+))?(/metadata)?")
Post = Callable[[str, str], Answer]


class Rest:
    """Answers requests to a model server."""

    def __init__(self, models: Models, post: Post) -> None:
        self._models, self._post = models, post

    def __call__(self, request: Request) -> Response:
        """The answer to a request on any path."""
        path = request.path.partition("?")[0]
        if request.method == "POST":
            answer = self._post(path, request.body.decode(errors="replace"))
            return Response(answer.status_code, answer.content)
        found = _ASKED.fullmatch(path) if request.method == "GET" else None
        if found is None:
            return _told(400, {"error": f"Malformed request: {request.method} {path}"})
        return self._described(found[1], found[2], metadata=bool(found[3]))

    def _described(self, name: str, version: str | None, *, metadata: bool) -> Response:
        try:
            if metadata:
                number, model = self._models.loaded(name, version)
                return _told(200, _metadata(name, number, model))
            return _told(200, _status(self._models.versions(name, version)))
        except NotServed as error:
            return _told(404, {"error": str(error)})


def _status(versions: list[int]) -> Mapping[str, Any]:
    fine = {"error_code": "OK", "error_message": ""}
    return {
        "model_version_status": [
            {"version": str(each), "state": "AVAILABLE", "status": fine} for each in versions
        ]
    }


def _metadata(name: str, version: int, model: SavedModel) -> Mapping[str, Any]:
    signatures = {
        each: {
            "inputs": {key: _tensor(info) for key, info in signature.inputs.items()},
            "outputs": {key: _tensor(info) for key, info in signature.described.items()},
            "method_name": signature.method and f"tensorflow/serving/{signature.method}",
        }
        for each, signature in model.signatures.items()
    }
    return {
        "model_spec": {"name": name, "signature_name": "", "version": str(version)},
        "metadata": {"signature_def": {"signature_def": signatures}},
    }


def _tensor(info: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a message of TensorFlow's
    dimensions = [{"size": str(each.size), "name": each.name} for each in info.tensor_shape.dim]
    shape = {"dim": dimensions, "unknown_rank": info.tensor_shape.unknown_rank}
    kind = types_pb2.DataType.Name(info.dtype)
    return {"dtype": kind, "tensor_shape": shape, "name": info.name}


def _told(status: int, document: Mapping[str, Any]) -> Response:
    return Response(status, json.dumps(document, indent=1).encode())
