"""sagemaker-scikit-learn: a script's functions, or these where it has none."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import formats
from ..settings import Settings
from .scripts import ScriptApplication


class ScikitLearnDefaults:
    """The defaults of sagemaker-scikit-learn-container.

    A single csv row is one-dimensional, which most models refuse, but where several models are
    served: there AWS's container makes it a row.
    """

    def __init__(self, *, rows: bool) -> None:
        self._rows = rows

    def input_fn(self, content: str | bytes, content_type: str) -> NDArray[Any]:
        """float32 for csv and json; npy as it is."""
        array = formats.decode(content, content_type)
        if self._rows and array.ndim == 1:
            array = array.reshape(1, -1)
        return array.astype(np.float32) if content_type in formats.UTF8_TYPES else array

    def predict_fn(self, data: Any, model: Any) -> Any:  # noqa: ANN401 - the model is the user's
        """The model's own predict."""
        return model.predict(data)

    def output_fn(self, prediction: object, accept: str) -> tuple[bytes, str]:
        """The prediction as the caller wants it."""
        return formats.encode(prediction, accept), accept


def application(settings: Settings) -> ScriptApplication:
    """The server of this image."""
    return ScriptApplication(settings, ScikitLearnDefaults(rows=settings.multi_model))
