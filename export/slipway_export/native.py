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


def _refusal(why: str) -> Converter:
    """A converter that says why there is none."""

    def refuse(_: Model) -> Export:
        raise ExportRefused(why)

    return refuse


_RETIRED: Final = "MXNet is retired, so its files are nobody's present format; "
_TRY_ONNX: Final = "try --to onnx"

REFUSED: Final[Mapping[str, str]] = {
    "object-detection": _RETIRED + _TRY_ONNX,
    "image-classification": _RETIRED + _TRY_ONNX,
    "semantic-segmentation": _RETIRED + "its network is in no file of the archive",
    "mxnet": _RETIRED + _TRY_ONNX,
    "sklearn": f"scikit-learn has no format but pickles; {_TRY_ONNX}",
    "unknown": "nothing in it is a model that is known; docs/artifacts.md lists those",
}

NATIVE: Final[Mapping[str, Converter]] = {
    "tensorflow": all_files,
    "sparkml": all_files,
    "huggingface": pytorch.convert_transformer,
    "linear-learner": linear_learner.convert,
    "factorization-machines": factorization_machines.convert,
    "pca": pca.convert,
    "kmeans": kmeans.convert,
    "xgboost": xgboost.convert,
    "torchscript": the_model,
    "pytorch": pytorch.convert,
    "keras": the_model,
    "lightgbm": the_model,
    "catboost": the_model,
    "onnx": the_model,
    "safetensors": the_model,
    **{kind: _refusal(why) for kind, why in REFUSED.items()},
}
