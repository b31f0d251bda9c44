"""Every kind of model that is recognised: its clues, its images, and how members are weighed.

The table is also the documentation: docs/artifacts.md is generated from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from slipway.artifacts.clues import Clue

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind: the word users meet, its title, how it is told, where its version stands.

    `family` is the family of images in the table that serves it, "" where SageMaker has none;
    `script` says when an inference script is needed: "" never, "default" (one is supplied where
    the artifact has none) or "required".
    """

    name: str
    title: str
    clues: str
    version: str
    family: str = ""
    script: str = ""
    remedy: str = ""


_SCRIPT: Final = "pack a code/inference.py with a model_fn beside the model"
_OWN: Final = "pack a code/inference.py that loads it, or name an image of your own in the manifest"

KINDS: Final = (
    Kind(
        "tensorflow",
        "TensorFlow SavedModel",
        "`saved_model.pb` in a folder named by an integer",
        "MetaInfoDef.tensorflow_version",
        "tensorflow",
    ),
    Kind(
        "sparkml",
        "SparkML (MLeap bundle)",
        "`bundle.json` and `root/` at the top",
        "`version` in bundle.json (MLeap's)",
        "sparkml-serving",
    ),
    Kind(
        "huggingface",
        "Hugging Face transformers",
        "`config.json` with `model_type`, and weights",
        "`transformers_version` in config.json",
        "huggingface-pytorch",
    ),
    Kind(
        "object-detection",
        "Object Detection (built-in)",
        "a symbol with MultiBox operators, and `.params`",
        "`mxnet_version` in the symbol",
        "object-detection",
    ),
    Kind(
        "image-classification",
        "Image Classification (built-in)",
        "`image-classification-symbol.json` and `.params`",
        "`mxnet_version` in the symbol",
        "image-classification",
    ),
    Kind(
        "semantic-segmentation",
        "Semantic Segmentation (built-in)",
        "`hyperparams.json` with `backbone` and `algorithm`",
        "none",
        "semantic-segmentation",
    ),
    Kind(
        "linear-learner",
        "Linear Learner (built-in)",
        "a zip with `additional-params.json` and an MXNet module",
        "`mxnet_version` in the symbol",
        "linear-learner",
    ),
    Kind(
        "factorization-machines",
        "Factorization Machines (built-in)",
        "a zip with the arrays `v`, `w1_weight`, `w0_weight` in `params`",
        "`mxnet_version` in the symbol",
        "factorization-machines",
    ),
    Kind(
        "pca",
        "PCA (built-in)",
        "NDArrays named `mean`, `v`, `s`",
        "none",
        "pca",
    ),
    Kind(
        "kmeans",
        "K-Means (built-in)",
        "one unnamed NDArray of clusters by features",
        "none",
        "kmeans",
    ),
    Kind(
        "mxnet",
        "MXNet, bring your own",
        "a symbol JSON and `.params`",
        "`mxnet_version` in the symbol",
        "mxnet",
        "required",
        _SCRIPT,
    ),
    Kind(
        "xgboost",
        "XGBoost",
        "a pickled Booster or estimator, legacy binary, JSON or UBJSON",
        "`version` of the JSON, or the legacy header; before 1.0 the file does not say",
        "xgboost",
        "default",
    ),
    Kind(
        "sklearn",
        "scikit-learn",
        "a pickle or joblib file of sklearn classes, in any compression",
        "`_sklearn_version` in the estimator's state",
        "sklearn",
        "default",
    ),
    Kind(
        "torchscript",
        "TorchScript",
        "a torch zip with `constants.pkl` and `code/`",
        "none",
        "pytorch",
    ),
    Kind(
        "pytorch",
        "PyTorch",
        "a torch zip with `data.pkl`, or torch's older pickles",
        "none",
        "pytorch",
        "required",
        _SCRIPT,
    ),
    Kind(
        "keras",
        "Keras",
        "`.keras` (a zip with metadata.json) or HDF5 with `keras_version`",
        "`keras_version`",
        remedy="export it as a SavedModel: `model.export('1')`, and pack the folder 1",
    ),
    Kind(
        "lightgbm",
        "LightGBM",
        "text that begins with `tree` and `version=v…`, or a pickle",
        "none (the text gives the format's)",
        script="default",
    ),
    Kind(
        "catboost",
        "CatBoost",
        "`CBM1`, or a pickle",
        "the build information inside",
        script="default",
    ),
    Kind(
        "onnx",
        "ONNX",
        "`.onnx`: a ModelProto with a graph",
        "operator set and producer's version",
        remedy=_OWN,
    ),
    Kind(
        "safetensors",
        "safetensors",
        "a u64 length and a JSON header",
        "none",
        remedy="pack the config.json of its model beside it, or " + _OWN,
    ),
    Kind(
        UNKNOWN,
        "Unknown",
        "nothing of the above",
        "none",
        remedy="see docs/artifacts.md for the layouts that are recognised, or " + _OWN,
    ),
)
BY_NAME: Final = {kind.name: kind for kind in KINDS}
_ORDER: Final = {kind.name: rank for rank, kind in enumerate(KINDS)}
_WEIGHTS: Final = ("safetensors", "pytorch", "keras")
_USUAL: Final = ("model", "xgboost-model", "model_algo-1", "pytorch_model")


def runs_its_script(kind: str) -> str:
    """The family of images that runs the script of a kind: its own, else one that fits; what the
    script imports besides is in its requirements."""
    return BY_NAME[kind].family or ("pytorch" if kind == "safetensors" else "sklearn")


def weigh(clues: Iterable[Clue]) -> Clue:
    """The clue that says what the whole archive is; members support each other."""
    known = _together(list(clues))
    speaking = [clue for clue in known if clue.kind]
    return min(speaking, key=_rank, default=Clue("", "", UNKNOWN))


def _rank(clue: Clue) -> tuple[int, int, int, int, str]:
    folder, _, name = clue.member.rpartition("/")
    usual = name.partition(".")[0] in _USUAL
    depth, number = folder.count("/") + bool(folder), folder.rpartition("/")[2]
    version = int(number) if number.isascii() and number.isdigit() else 0
    return _ORDER[clue.kind], depth, not usual, -version, clue.member


def _together(clues: list[Clue]) -> list[Clue]:
    """Clues that only mean something beside others."""
    weights = [clue for clue in clues if clue.kind in _WEIGHTS]
    classes = [clue.details["classes"] for clue in clues if "classes" in clue.details]
    told = []
    for clue in clues:
        if clue.format == "transformers-config" and weights:
            told.append(_hugging_face(clue, weights))
        elif clue.format == "mxnet-symbol" and classes:
            told.append(replace(clue, details={**clue.details, "classes": classes[0]}))
        else:
            told.append(clue)
    return told


def _hugging_face(config: Clue, weights: list[Clue]) -> Clue:
    """A transformers configuration with weights beside it."""
    first = min(weights, key=_rank)
    details = {**config.details, "weights": first.format}
    if "tensors" in first.details:
        details["tensors"] = first.details["tensors"]
    return replace(config, kind="huggingface", member=first.member, details=details)
