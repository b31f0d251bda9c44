"""sagemaker-pytorch-inference: a script's functions, or TorchScript by itself.

Follows sagemaker-pytorch-inference-toolkit's default handler and sagemaker-inference's decoder.
"""

from pathlib import Path
from typing import Any

import torch  # type: ignore[import-not-found]  # the image has it

from .. import formats
from ..settings import Settings
from .inference_toolkit import ToolkitApplication, decode, encode, plainly

_USUAL_NAME = "model.pt"


class PyTorchDefaults:
    """TorchScript in, tensors through, lists out."""

    def model_fn(self, folder: str) -> Any:  # noqa: ANN401 - torch's own
        """model.pt, or the only .pt or .pth file, as TorchScript."""
        path = Path(folder) / _USUAL_NAME
        if not path.exists():
            found = [each for each in Path(folder).iterdir() if each.suffix in (".pt", ".pth")]
            if len(found) != 1:
                names = sorted(each.name for each in found)
                raise ValueError(
                    f"Exactly one .pth or .pt file is required for PyTorch models: {names}"
                )
            [path] = found
        try:
            return torch.jit.load(str(path), map_location="cpu")
        except RuntimeError as error:
            raise RuntimeError(
                f"Failed to load {path.name}. Please ensure model is saved using torchscript, or "
                "give code/inference.py with a model_fn."
            ) from error

    def input_fn(self, content: str | bytes, content_type: str) -> Any:  # noqa: ANN401 - torch's own
        """float32 for csv and json; npy as it is."""
        array = decode(content, content_type)
        text = content_type in formats.UTF8_TYPES
        return torch.FloatTensor(array) if text else torch.from_numpy(array)

    def predict_fn(self, data: Any, model: Any) -> Any:  # noqa: ANN401 - the model is the user's
        """The model's answer, without gradients."""
        with torch.no_grad():
            model.eval()
            return model(data)

    def output_fn(self, prediction: Any, accept: str) -> bytes:  # noqa: ANN401 - as above
        """The prediction in the first type that the caller accepts."""
        if isinstance(prediction, torch.Tensor):
            prediction = prediction.detach().numpy().tolist()
        return encode(prediction, accept)


def application(settings: Settings) -> ToolkitApplication:
    """The server of this image."""
    return ToolkitApplication(settings, PyTorchDefaults(), plainly)
