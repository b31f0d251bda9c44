"""A user's script: model_fn, and input_fn, predict_fn and output_fn or transform_fn alone.

Follows sagemaker-containers 2.8 and AWS's scikit-learn container: there is no default
model_fn, and whatever a function raises, a content type it does not know too, is answered 500.
"""

import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ..failures import ContainerMisconfigured
from ..messages import JSON, Request, Response, with_charset
from ..settings import Settings
from .toolkits import ToolkitResponse, offer_toolkits

_UTF8_TYPES = (JSON, "text/csv")
_FLASK_DEFAULT = "text/html"


class Defaults(Protocol):
    """What a framework's container does where the script does not say."""

    def input_fn(self, content: str | bytes, content_type: str) -> Any: ...  # noqa: ANN401
    def predict_fn(self, data: Any, model: Any) -> Any: ...  # noqa: ANN401
    def output_fn(self, prediction: Any, accept: str) -> Any: ...  # noqa: ANN401


@dataclass(frozen=True, slots=True)
class Script:
    """The functions of a script, with the framework's where it has none."""

    model_fn: Callable[[str], Any]
    transform_fn: Callable[[Any, str | bytes, str, str], Any]


class ScriptApplication:
    """Serves a model through its user's script."""

    def __init__(self, settings: Settings, defaults: Defaults) -> None:
        self._settings = settings
        self._defaults = defaults
        self._default_accept = settings.default_accept(JSON)
        self._script: Script | None = None
        self._model: Any = None

    def load(self) -> None:
        """Import the script and call its model_fn."""
        self._script = load_script(self._settings, self._defaults)
        self._model = self._script.model_fn(str(self._settings.model_folder))

    def invoke(self, request: Request) -> Response:
        """Raises whatever the script raises."""
        assert self._script is not None  # noqa: S101 - requests come after `load`
        kind = request.headers.get("contenttype") or request.content_type or JSON
        content = request.body.decode() if kind in _UTF8_TYPES else request.body
        accept = request.accept or self._default_accept
        return _response(self._script.transform_fn(self._model, content, kind, accept))

    def execution_parameters(self) -> None:
        """These containers have none."""
        return


def load_script(settings: Settings, defaults: Defaults) -> Script:
    """The script that SAGEMAKER_PROGRAM names."""
    if settings.program is None:
        raise ContainerMisconfigured(
            "this container has no default model_fn: give the model a script, and set "
            "SAGEMAKER_PROGRAM to its file name and SAGEMAKER_SUBMIT_DIRECTORY to its folder "
            "(/opt/ml/model/code where the archive holds code/) or to an s3 sourcedir.tar.gz"
        )
    offer_toolkits(settings)
    sys.path.insert(0, str(settings.code_folder))
    importlib.invalidate_caches()
    return _functions(importlib.import_module(settings.program), defaults)


def _functions(module: object, defaults: Defaults) -> Script:
    own = {name: getattr(module, name, None) for name in ("input_fn", "predict_fn", "output_fn")}
    model_fn = getattr(module, "model_fn", None)
    transform_fn = getattr(module, "transform_fn", None)
    if model_fn is None:
        raise ContainerMisconfigured("the script has no model_fn, and the container no default")
    if transform_fn and any(own.values()):
        raise ContainerMisconfigured(
            "Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn"
        )
    return Script(model_fn, transform_fn or _chain(own, defaults))


def _chain(
    own: dict[str, Callable[..., Any] | None], defaults: Defaults
) -> Callable[[Any, str | bytes, str, str], Any]:
    input_fn = own["input_fn"] or defaults.input_fn
    predict_fn = own["predict_fn"] or defaults.predict_fn
    output_fn = own["output_fn"] or defaults.output_fn

    def transform(model: Any, content: str | bytes, content_type: str, accept: str) -> Any:  # noqa: ANN401
        return output_fn(predict_fn(input_fn(content, content_type), model), accept)

    return transform


def _response(result: Any) -> Response:  # noqa: ANN401
    """What Flask makes of a view's result; (body, content type) is the containers' own form."""
    match result:
        case ToolkitResponse():
            return Response(
                result.status, _bytes(result.response), with_charset(result.mimetype or JSON)
            )
        case (body, str(mimetype)):
            return Response(200, _bytes(body), with_charset(mimetype))
        case dict() | list():
            return Response(200, json.dumps(result).encode())
    return Response(200, _bytes(result), with_charset(_FLASK_DEFAULT))


def _bytes(body: object) -> bytes:
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    raise TypeError(f"a script must answer text or bytes, not {type(body).__name__}")
