"""sagemaker-xgboost in framework mode: a script's functions, or these where it has none."""

from typing import Any

from .. import formats
from ..failures import ContainerMisconfigured
from ..messages import media_type
from ..scripted.inference_toolkit import ToolkitApplication, plainly
from ..settings import Settings
from .data import READERS, Matrix, content_kind


class XGBoostDefaults:
    """The defaults of sagemaker-xgboost-container's framework mode."""

    def model_fn(self, _folder: str) -> Any:  # noqa: ANN401 - there is none
        """The image has none."""
        raise ContainerMisconfigured("the script has no model_fn, and the container no default")

    def input_fn(self, content: str | bytes, content_type: str) -> Matrix:
        """A DMatrix of csv, libsvm or recordio-protobuf."""
        if "/" not in media_type(content_type)[0]:
            raise formats.UnsupportedFormatError(content_type)
        try:
            reader = READERS[content_kind(content_type)]
        except ValueError:
            raise formats.UnsupportedFormatError(content_type) from None
        return reader(content.encode() if isinstance(content, str) else content)

    def predict_fn(self, data: Matrix, model: Any) -> Any:  # noqa: ANN401 - the model is the user's
        """The booster's predict, names of features unchecked."""
        return model.predict(data, validate_features=False)

    def output_fn(self, prediction: object, accept: str) -> bytes:
        """The prediction as the caller wants it."""
        return formats.encode(prediction, accept)


def application(settings: Settings) -> ToolkitApplication:
    """The server of this image."""
    return ToolkitApplication(settings, XGBoostDefaults(), plainly, context=False)
