"""The parts of AWS's serving toolkits that scripts import: sagemaker_containers and
sagemaker_inference, which are in the real images and too large to install for two functions."""

import sys
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

from .. import formats
from ..messages import ANY, CSV, JSON
from ..settings import Settings


@dataclass(slots=True)
class ToolkitResponse:
    """What a script makes as `worker.Response`."""

    response: Any = b""
    accept: str | None = None
    status: int = 200
    headers: Any = None
    mimetype: str | None = None


class ToolkitTransformer:
    """What sagemaker_inference calls Transformer, as far as scripts replace parts of it."""

    @staticmethod
    def handle_error(context: Any, inference_exception: Any, trace: str) -> list[str]:  # noqa: ANN401
        """The answer to an error, whose status is set on the context."""
        context.set_response_status(code=inference_exception.status_code, phrase="error")
        return [f"{inference_exception.message}\n{trace}"]


_CONTENT_TYPES = {
    "JSON": JSON,
    "CSV": CSV,
    "NPY": formats.NPY,
    "ANY": ANY,
    "OCTET_STREAM": "application/octet-stream",
    "UTF8_TYPES": list(formats.UTF8_TYPES),
}


def _text_where_text(prediction: Any, content_type: str) -> str | bytes:  # noqa: ANN401
    encoded = formats.encode(prediction, content_type)
    return encoded.decode() if content_type in formats.UTF8_TYPES else encoded


def offer_toolkits(settings: Settings) -> None:
    """Make the toolkits' names importable by the user's script."""
    content_types = SimpleNamespace(**_CONTENT_TYPES)
    coders = {"encode": _text_where_text, "decode": formats.decode}
    env = SimpleNamespace(model_dir=str(settings.model_folder), code_dir=str(settings.code_folder))
    errors = SimpleNamespace(UnsupportedFormatError=formats.UnsupportedFormatError)
    framework = {
        "content_types": content_types,
        "encoders": SimpleNamespace(
            **coders, array_to_csv=formats.array_to_csv, csv_to_numpy=formats.csv_to_array
        ),
        "env": env,
        "errors": errors,
        "worker": SimpleNamespace(Response=ToolkitResponse),
    }
    _offer("sagemaker_containers.beta.framework", framework)
    coder = SimpleNamespace(**coders)
    inference = {"content_types": content_types, "encoder": coder, "decoder": coder}
    transformer = SimpleNamespace(Transformer=ToolkitTransformer)
    _offer("sagemaker_inference", inference | {"errors": errors, "transformer": transformer})


def _offer(name: str, members: dict[str, Any]) -> None:
    """Put a module and the packages above it where `import` looks first."""
    parts = name.split(".")
    above: ModuleType | None = None
    for depth, part in enumerate(parts):
        package = ModuleType(".".join(parts[: depth + 1]))
        package.__path__ = []
        sys.modules[package.__name__] = package
        if above is not None:
            setattr(above, part, package)
        above = package
    for member, content in members.items():
        module = ModuleType(f"{name}.{member}")
        vars(module).update(vars(content))
        sys.modules[module.__name__] = module
        setattr(above, member, module)
