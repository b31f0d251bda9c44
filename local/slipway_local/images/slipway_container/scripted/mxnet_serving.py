"""sagemaker-mxnet-inference: a script's functions, with defaults for modules and Gluon blocks.

Follows sagemaker-mxnet-inference-toolkit's handlers: a module's model is three files, and it is
asked through an iterator of its batches, the last one filled up; a Block is asked as it is.
"""

import inspect
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

# MXNet 1 reads this name, which numpy 1.24 has no more; later images and Pythons have only those.
vars(np).setdefault("bool", bool)

import mxnet as mx  # type: ignore[import-not-found]  # noqa: E402 - the image has it

from .. import formats  # noqa: E402
from ..failures import ContainerMisconfigured  # noqa: E402
from ..messages import CSV, JSON  # noqa: E402
from ..settings import Settings  # noqa: E402
from .inference_toolkit import ENCODED, ToolkitApplication, decode, encode, plainly  # noqa: E402

_FILES = ("model-symbol.json", "model-0000.params", "model-shapes.json")
_ARRAYS = (JSON, formats.NPY)


class MXNetDefaults:
    """What the toolkit does with a model; `model` is the one that is served."""

    def __init__(self) -> None:
        self.model: Any = None

    def model_fn(self, folder: str) -> Any:  # noqa: ANN401 - MXNet's own
        """The module of model-symbol.json and the files beside it, with one row a batch."""
        for name in _FILES:
            if not (Path(folder) / name).exists():
                raise ValueError(
                    f"Failed to load model with default model_fn: missing file {name}."
                    f"Expected files: {list(_FILES)}"
                )
        shapes = json.loads((Path(folder) / _FILES[2]).read_text())
        data = [(each["name"], (1, *each["shape"][1:])) for each in shapes]
        symbol, arguments, states = mx.model.load_checkpoint(str(Path(folder) / "model"), 0)
        module = mx.mod.Module(symbol, data_names=[name for name, _ in data], label_names=None)
        module.bind(for_training=False, data_shapes=data)
        module.set_params(arguments, states, allow_missing=True)
        return module

    def input_fn(self, content: str | bytes, content_type: str) -> Any:  # noqa: ANN401 - MXNet's own
        """An array for a Block, an iterator of rows for a Module."""
        if content_type not in self._types:
            raise formats.UnsupportedFormatError(content_type)
        array = mx.nd.array(decode(content, content_type))
        return self._rows(array, content_type) if self._is_module else array

    def _rows(self, array: Any, content_type: str) -> Any:  # noqa: ANN401 - MXNet's own
        [(_, (batch, *row))] = self.model.data_shapes
        if content_type == CSV:
            array = array.reshape((-1, *row))
        rows = mx.io.NDArrayIter(array, batch_size=batch, last_batch_handle="pad")
        padding = 0 if batch == 1 else batch - array.shape[0] % batch
        if padding:  # of each batch, as in the toolkit, however many there are
            rows.getpad = lambda: padding
        return rows

    def predict_fn(self, data: Any, model: Any) -> Any:  # noqa: ANN401 - the model is the user's
        """The model's answer."""
        return model.predict(data) if self._is_module else model(data)

    def output_fn(self, prediction: Any, accept: str) -> bytes:  # noqa: ANN401 - MXNet's own
        """The prediction as the caller wants it."""
        return encode(prediction.asnumpy().tolist(), accept, self._types)

    @property
    def _is_module(self) -> bool:
        return isinstance(self.model, mx.mod.BaseModule)

    @property
    def _types(self) -> tuple[str, ...]:
        return ENCODED if self._is_module else _ARRAYS


class MXNetApplication(ToolkitApplication):
    """Serves a model through its script; the model's class says what the script may leave out."""

    def __init__(self, settings: Settings, defaults: MXNetDefaults) -> None:
        super().__init__(settings, defaults, plainly)
        self._of_model = defaults
        self._transforms = False

    def load(self) -> None:
        """Import the script and load the model; ValueError for one that no default can ask."""
        super().load()
        self._of_model.model = self._model
        known = isinstance(self._model, mx.mod.BaseModule | mx.gluon.Block)
        if not (known or self._transforms):
            raise ValueError(f"Unsupported model type: {type(self._model).__name__}")

    def _read_script(self) -> object:
        """The script; its input_fn may take the model too."""
        script = super()._read_script()
        if script is None:
            raise ContainerMisconfigured("this image needs a script: pack a code/inference.py")
        self._transforms = hasattr(script, "transform_fn")
        read = getattr(script, "input_fn", None)
        if read is None or "model" not in inspect.signature(read).parameters:
            return script
        given = {"input_fn": lambda content, kind: read(content, kind, self._model)}
        return SimpleNamespace(**{**vars(script), **given})


def application(settings: Settings) -> MXNetApplication:
    """The server of this image."""
    return MXNetApplication(settings, MXNetDefaults())
