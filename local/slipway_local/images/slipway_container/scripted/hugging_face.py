"""huggingface-pytorch-inference: a transformers pipeline, or a script's functions.

Follows sagemaker-huggingface-inference-toolkit: the task is HF_TASK, or told by the ending of the
model's architecture; requests are `{"inputs": …, "parameters": …}`; every error is answered 400.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image  # type: ignore[import-not-found]  # the image has it
from transformers import pipeline  # type: ignore[import-not-found]  # the image has it

from .. import formats
from ..failures import ContainerMisconfigured
from ..messages import CSV, JSON
from ..settings import Settings
from .inference_toolkit import ToolkitApplication, as_model_server

# The first that fits is taken.
_TASKS = {
    "TapasForQuestionAnswering": "table-question-answering",
    "ForQuestionAnswering": "question-answering",
    "ForTokenClassification": "token-classification",
    "ForSequenceClassification": "text-classification",
    "ForMultipleChoice": "multiple-choice",
    "ForMaskedLM": "fill-mask",
    "ForCausalLM": "text-generation",
    "ForConditionalGeneration": "text2text-generation",
    "MTModel": "text2text-generation",
    "EncoderDecoderModel": "text2text-generation",
    "GPT2LMHeadModel": "text-generation",
    "T5WithLMHeadModel": "text2text-generation",
}
_WITHOUT_TOKENIZER = frozenset(
    (
        "automatic-speech-recognition",
        "image-segmentation",
        "image-classification",
        "audio-classification",
        "object-detection",
        "zero-shot-image-classification",
    )
)
_AUDIO = frozenset(f"audio/{kind}" for kind in ("x-flac", "mpeg", "wave", "wav", "ogg", "x-audio"))
_HEADERS = ("question", "context", "inputs")


class HuggingFaceDefaults:
    """A pipeline over the model folder; nothing is taken from the hub."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._task = variables.get("HF_TASK")

    def model_fn(self, folder: str) -> Any:  # noqa: ANN401 - transformers' own
        """The pipeline for HF_TASK or for the model's architecture."""
        task = self._task or task_of(Path(folder) / "config.json")
        part = "feature_extractor" if task in _WITHOUT_TOKENIZER else "tokenizer"
        return pipeline(task=task, model=folder, device=-1, **{part: folder})

    def input_fn(self, content: str | bytes, content_type: str) -> Any:  # noqa: ANN401 - JSON
        """The request's data."""
        kind = content_type.partition(";")[0].strip()
        if kind == JSON:
            return json.loads(content)
        if kind == CSV:
            return _of_csv(content if isinstance(content, str) else content.decode())
        if isinstance(content, bytes) and kind.startswith("image/"):
            return {"inputs": Image.open(io.BytesIO(content)).convert("RGB")}
        if kind in _AUDIO:
            return {"inputs": content}
        return formats.decode(content, content_type)

    def predict_fn(self, data: Any, model: Callable[..., Any]) -> Any:  # noqa: ANN401 - JSON
        """The pipeline's answer to `inputs`, with `parameters` as its own arguments."""
        inputs = data.pop("inputs", data)
        return model(inputs, **(data.pop("parameters", None) or {}))

    def output_fn(self, prediction: Any, accept: str) -> str | bytes:  # noqa: ANN401 - JSON
        """JSON without blanks, or CSV of a list of objects."""
        if accept == JSON:
            return json.dumps(
                prediction,
                ensure_ascii=False,
                allow_nan=False,
                separators=(",", ":"),
                default=_plain,
            )
        if accept == CSV:
            return _as_csv(prediction)
        return formats.encode(prediction, accept)


def task_of(config: Path) -> str:
    """The task that a model's architecture is for."""
    if not config.exists():
        raise ContainerMisconfigured(
            "the archive has no config.json: set HF_TASK, or pack what save_pretrained() writes"
        )
    architectures = json.loads(config.read_text()).get("architectures") or [""]
    for ending, task in _TASKS.items():
        if architectures[0].endswith(ending):
            return task
    raise ContainerMisconfigured(
        f"Task couldn't be inferred from {architectures[0]}: set HF_TASK, as text-classification"
    )


def _of_csv(text: str) -> dict[str, Any]:
    first = text.partition("\n")[0].lower()
    if not any(header in first for header in _HEADERS):
        raise ValueError(
            "You need to provide the correct CSV with Header columns to use it with the inference "
            "toolkit default handler."
        )
    rows = list(csv.DictReader(io.StringIO(text)))
    return {"inputs": [row["inputs"] for row in rows] if "inputs" in rows[0] else rows}


def _as_csv(prediction: Any) -> str:  # noqa: ANN401 - JSON
    rows = prediction if isinstance(prediction, list) else list(prediction)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def application(settings: Settings) -> ToolkitApplication:
    """The server of this image."""
    return ToolkitApplication(settings, HuggingFaceDefaults(settings.variables), as_model_server)
