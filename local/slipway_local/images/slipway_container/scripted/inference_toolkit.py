"""Scripts as AWS's sagemaker-inference toolkit runs them: in the PyTorch, Hugging Face, MXNet and
XGBoost images.

Unlike the older toolkit (see scripts.py) there is a default model_fn, each function may take the
request's context as one argument more (not in the toolkit that XGBoost's images hold, which is
older than that), and an error is answered with its own message. A content type is sent as it is
but by XGBoost's image, whose server is Flask; the other images have model servers in Java.
"""

import importlib
import importlib.util
import inspect
import io
import json
import sys
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .. import formats
from ..failures import ContainerMisconfigured
from ..messages import CSV, JSON, Request, Response, with_charset
from ..settings import Settings
from .toolkits import ToolkitTransformer, offer_toolkits

Content = str | bytes
Refuse = Callable[[Exception], Response]

ENCODED = (JSON, CSV, formats.NPY)


class Defaults(Protocol):
    """What an image does where the script does not say."""

    def model_fn(self, folder: str) -> Any: ...  # noqa: ANN401 - the model is the user's
    def input_fn(self, content: Content, content_type: str) -> Any: ...  # noqa: ANN401
    def predict_fn(self, data: Any, model: Any) -> Any: ...  # noqa: ANN401
    def output_fn(self, prediction: Any, accept: str) -> Any: ...  # noqa: ANN401


@dataclass(frozen=True, slots=True)
class Steps:
    """The functions that load a model and that answer a request."""

    model_fn: Callable[..., Any]
    transform_fn: Callable[..., Any]


class ToolkitApplication:
    """Serves a model by its image's defaults, and by what a script has instead of them."""

    def __init__(
        self, settings: Settings, defaults: Defaults, refuse: Refuse, *, context: bool = True
    ) -> None:
        self._settings = settings
        self._defaults = defaults
        self._refuse = refuse
        self._default_accept = settings.default_accept(JSON)
        properties = {"model_dir": str(settings.model_folder), "gpu_id": None}
        self._context = SimpleNamespace(system_properties=properties) if context else None
        self._content_type = str if context else with_charset
        self._steps: Steps | None = None
        self._model: Any = None

    def load(self) -> None:
        """Import the script, if there is one, and load the model."""
        script, folder = self._read_script(), str(self._settings.model_folder)
        self._steps = _steps(script, self._defaults, self._context)
        getattr(script, "pre_model_fn", _nothing)(folder)
        self._model = self._steps.model_fn(folder)
        getattr(script, "model_warmup_fn", _nothing)(folder, self._model)

    def _read_script(self) -> object | None:
        """The script's module, where there is one."""
        return _script(self._settings)

    def invoke(self, request: Request) -> Response:
        """The answer; what is raised is answered as the image does."""
        assert self._steps is not None  # noqa: S101 - requests come after `load`
        kind = request.content_type or JSON
        accept = request.accept or self._default_accept
        try:
            content = request.body.decode() if kind in formats.UTF8_TYPES else request.body
            result = self._steps.transform_fn(self._model, content, kind, accept)
        except Exception as error:  # noqa: BLE001 - a script may raise anything
            traceback.print_exc()
            return self._refuse(error)
        body, kind = result if isinstance(result, tuple) else (result, accept)
        return Response(200, _bytes(body), self._content_type(kind))

    def execution_parameters(self) -> None:
        """These containers have none."""
        return


def _nothing(*_: object) -> None:
    """What a script does before and after loading, where it does not say."""


def decode(content: Content, content_type: str) -> NDArray[Any]:
    """As the toolkit decodes: a csv of whole and broken numbers mixed is no matrix."""
    if content_type == CSV and isinstance(content, str):
        return np.asarray(np.genfromtxt(io.StringIO(content), dtype=None, delimiter=","))
    if content_type == JSON:
        return np.array(json.loads(content))
    return formats.decode(content, content_type)


def encode(prediction: object, accept: str, known: Collection[str] = ENCODED) -> bytes:
    """In the first of the accepted types that is known; CSV has one dimension or two."""
    kind = next((each for each in accept.replace(" ", "").split(",") if each in known), None)
    if kind is None:
        raise formats.UnsupportedFormatError(accept)
    if kind != CSV:
        return formats.encode(prediction, kind)
    stream = io.StringIO()
    np.savetxt(stream, np.asarray(prediction), delimiter=",", fmt="%s")
    return stream.getvalue().encode()


def plainly(error: Exception) -> Response:
    """What the toolkit answers: 500 with the traceback, for a content type it does not know too."""
    context, trace = _Answer(), "".join(traceback.format_exception(error))
    told = SimpleNamespace(status_code=500, message=str(error))
    [text] = ToolkitTransformer.handle_error(context, told, trace)
    return Response(context.status, text.encode(), context.content_type)


class _Answer:
    """The context of an answer that is an error."""

    status, content_type = 500, "text/plain"

    def set_response_status(self, code: int = 200, phrase: str = "") -> None:
        del phrase
        self.status = code

    def set_response_content_type(self, _request: object, value: str) -> None:
        self.content_type = value


def as_model_server(error: Exception) -> Response:
    """What the Hugging Face image answers: 400, in the words of AWS's multi-model-server."""
    body = {"code": 400, "type": "InternalServerException", "message": str(error)}
    return Response(400, json.dumps(body, indent=2).encode())


def _script(settings: Settings) -> object | None:
    if settings.program is None:
        return None
    offer_toolkits(settings)
    sys.path.insert(0, str(settings.code_folder))
    importlib.invalidate_caches()
    return importlib.import_module(settings.program)


def _steps(script: object | None, defaults: Defaults, context: object | None) -> Steps:
    names = ("model_fn", "input_fn", "predict_fn", "output_fn")
    own = {name: getattr(script, name, None) for name in (*names, "transform_fn")}
    if own["transform_fn"] and any(own[name] for name in names[1:]):
        raise ContainerMisconfigured(
            "Cannot use transform_fn implementation in conjunction with input_fn, predict_fn, "
            "and/or output_fn implementation"
        )
    model_fn, input_fn, predict_fn, output_fn = (
        _with_context(own[name] or getattr(defaults, name), getattr(defaults, name), context)
        for name in names
    )

    def transform(model: Any, content: Content, content_type: str, accept: str) -> Any:  # noqa: ANN401
        return output_fn(predict_fn(input_fn(content, content_type), model), accept)

    given = own["transform_fn"]
    return Steps(model_fn, _with_context(given, transform, context) if given else transform)


def _with_context(
    function: Callable[..., Any], usual: Callable[..., Any], context: object | None
) -> Callable[..., Any]:
    """The function, given the context too where it takes one argument more than is usual."""
    if context is None:
        return function
    wanted, given = (len(inspect.signature(each).parameters) for each in (function, usual))
    return (lambda *values: function(*values, context)) if wanted == given + 1 else function


def _bytes(body: object) -> bytes:
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    return json.dumps(body).encode()
