"""Small JSON members that say what the rest is: configurations, symbols, bundles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.refusal import MIB
from slipway.artifacts.clues import Clue
from slipway.artifacts.formats.text_models import catboost_version

if TYPE_CHECKING:
    from slipway.artifacts.archives.reader import Reader

LARGEST: Final = 1 * MIB
_STEP: Final = 100  # bytes that are parsed in the time of a step
_SHORT: Final = 32
_OUTPUTS: Final = {
    "LinearRegressionOutput": "regression",
    "LogisticRegressionOutput": "binary classification",
    "SoftmaxOutput": "multiclass classification",
}
_TASKS: Final = {
    "TapasForQuestionAnswering": "table-question-answering",
    "ForQuestionAnswering": "question-answering",
    "ForTokenClassification": "token-classification",
    "ForSequenceClassification": "text-classification",
    "ForMultipleChoice": "multiple-choice",
    "ForMaskedLM": "fill-mask",
    "ForCausalLM": "text-generation",
    "LMHeadModel": "text-generation",
    "ForConditionalGeneration": "text2text-generation",
    "MTModel": "text2text-generation",
    "EncoderDecoderModel": "text2text-generation",
    "ForImageClassification": "image-classification",
    "ForObjectDetection": "object-detection",
    "ForAudioClassification": "audio-classification",
    "ForCTC": "automatic-speech-recognition",
}
_DEEPER: Final = ("training_parameters",)
_LONG: Final = 200
_SEGMENTATION: Final = ("fcn", "psp", "deeplab")


def read_json(reader: Reader) -> Any:  # noqa: ANN401 - JSON
    """The document that a reader holds to its end, or None where it is large or no JSON."""
    data = reader.peek(LARGEST + 1)
    reader.effort.step(len(data) // _STEP)
    return None if len(data) > LARGEST else parse_json(data)


def parse_json(data: bytes) -> Any:  # noqa: ANN401 - JSON
    """The document, or None where it is no JSON."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def shortened(document: Any) -> Any:  # noqa: ANN401 - JSON
    """The document's first level and the next, without what is long: enough for what is asked."""
    if not isinstance(document, dict):
        return document if isinstance(document, str | int | float) else None
    return {
        key[:80]: shortened(value) if isinstance(value, dict) and key in _DEEPER else _atom(value)
        for key, value in list(document.items())[:_SHORT]
    }


def _atom(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return value[:_LONG]
    return value if isinstance(value, int | float) else None


def look(name: str, document: Any) -> Clue | None:  # noqa: ANN401 - JSON
    """What a JSON document speaks for, or None."""
    if not isinstance(document, dict):
        return None
    for recognise in (_symbol, _transformer, _bundle, _hyperparameters, _catboost):
        if clue := recognise(name, document):
            return clue
    return None


def _symbol(name: str, document: dict[str, Any]) -> Clue | None:
    nodes = document.get("nodes")
    if not isinstance(nodes, list) or "arg_nodes" not in document:
        return None
    details = describe_symbol(document)
    kind = "mxnet"
    if any("MultiBox" in operator for operator in details["operators"]):
        kind = "object-detection"
    elif name.rpartition("/")[2].startswith("image-classification"):
        kind = "image-classification"
    return Clue(name, "mxnet-symbol", kind, "mxnet", details.pop("mxnet_version"), details)


def describe_symbol(document: dict[str, Any]) -> dict[str, Any]:
    """Operators, the task its output stands for, and the version of MXNet that wrote it."""
    nodes = [node for node in document["nodes"] if isinstance(node, dict)]
    operators = sorted({str(node.get("op", "null"))[:80] for node in nodes} - {"null"})
    task = next((_OUTPUTS[name] for name in operators if name in _OUTPUTS), "")
    details: dict[str, Any] = {"operators": operators[:40], "mxnet_version": _version(document)}
    return details | ({"task": task} if task else {})


def _version(document: dict[str, Any]) -> str:
    """10301 is 1.3.1."""
    attributes = document.get("attrs")
    number = attributes.get("mxnet_version") if isinstance(attributes, dict) else None
    if not isinstance(number, list) or len(number) != 2 or not isinstance(number[1], int):
        return ""
    major, rest = divmod(number[1], 10000)
    return f"{major}.{rest // 100}.{rest % 100}"


def task_of(architecture: str) -> str:
    """The pipeline that the Hugging Face containers choose for an architecture, or ""."""
    return next((task for end, task in _TASKS.items() if architecture.endswith(end)), "")


def _transformer(name: str, document: dict[str, Any]) -> Clue | None:
    architectures = document.get("architectures")
    if not name.endswith("config.json") or "model_type" not in document:
        return None
    details: dict[str, Any] = {"model_type": str(document["model_type"])[:80]}
    if isinstance(architectures, list):
        details["architectures"] = [str(item)[:120] for item in architectures[:4]]
        details["task"] = next(filter(None, map(task_of, details["architectures"])), "")
    if isinstance(document.get("auto_map"), dict):
        details["custom_code"] = sorted(map(str, document["auto_map"].values()))[:4]
    version = document.get("transformers_version")
    return Clue(name, "transformers-config", "", "transformers", str(version or "")[:20], details)


def _bundle(name: str, document: dict[str, Any]) -> Clue | None:
    if name != "bundle.json" or not {"uid", "format", "version"} <= document.keys():
        return None
    details = {"bundle": str(document.get("name", ""))[:120], "encoding": str(document["format"])}
    return Clue(name, "mleap-bundle", "sparkml", "mleap", str(document["version"])[:20], details)


def _hyperparameters(name: str, document: dict[str, Any]) -> Clue | None:
    if not name.endswith("hyperparams.json"):
        return None
    details: dict[str, Any] = {
        key: str(document[key])[:80]
        for key in ("algorithm", "backbone", "base_network", "num_classes", "image_shape")
        if key in document
    }
    segmentation = details.get("algorithm") in _SEGMENTATION and "backbone" in details
    return Clue(
        name,
        "hyperparameters",
        "semantic-segmentation" if segmentation else "",
        "mxnet",
        "",
        details,
    )


def _catboost(name: str, document: dict[str, Any]) -> Clue | None:
    if not {"features_info", "model_info"} <= document.keys():
        return None
    version = catboost_version(json.dumps(document["model_info"]).encode())
    return Clue(name, "json", "catboost", "catboost", version)
