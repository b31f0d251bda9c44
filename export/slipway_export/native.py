"""`--to native`: the converter of each kind, and why some kinds have none."""

from collections.abc import Mapping
from typing import Final

from slipway_export.model import Converter, Export, ExportRefused, Model
from slipway_export.to_native import (
    factorization_machines,
    kmeans,
    linear_learner,
    pca,
    pytorch,
    xgboost,
)
from slipway_export.to_native.as_they_are import all_files, the_model


def refusal(why: str) -> Converter:
    """A converter that says why there is none."""

    def refuse(_: Model) -> Export:
        raise ExportRefused(why)

    return refuse


_RETIRED: Final = "MXNet is retired, so its files are nobody's present format; "

NATIVE: Final[Mapping[str, Converter]] = {
    "tensorflow": all_files,
    "sparkml": all_files,
    "huggingface": pytorch.convert_transformer,
    "object-detection": refusal(_RETIRED + "try --to onnx"),
    "image-classification": refusal(_RETIRED + "try --to onnx"),
    "semantic-segmentation": refusal(_RETIRED + "its network is in no file of the archive"),
    "linear-learner": linear_learner.convert,
    "factorization-machines": factorization_machines.convert,
    "pca": pca.convert,
    "kmeans": kmeans.convert,
    "mxnet": refusal(_RETIRED + "try --to onnx"),
    "xgboost": xgboost.convert,
    "sklearn": refusal("scikit-learn has no format but pickles; try --to onnx"),
    "torchscript": the_model,
    "pytorch": pytorch.convert,
    "keras": the_model,
    "lightgbm": the_model,
    "catboost": the_model,
    "onnx": the_model,
    "safetensors": the_model,
    "unknown": refusal("nothing in it is a model that is known; docs/artifacts.md lists those"),
}
