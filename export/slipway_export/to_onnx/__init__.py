"""Models leave as ONNX, which onnxruntime and many others run; each file is proven.

What the converters need is the extra `onnx`; it is imported when a converter is called.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from slipway_export.model import Converter, Export, ExportRefused, Model


def _in(module: str) -> Converter:
    """The `convert` of one of this package's modules, found when it is called."""

    def convert(model: Model) -> Export:
        try:
            found: Converter = import_module(f"{__name__}.{module}").convert
        except ModuleNotFoundError as missing:
            remedy = "install Slipway's extra: pip install 'slipway[onnx]'"
            raise ExportRefused(f"ONNX needs the package {missing.name}: {remedy}") from missing
        return found(model)

    return convert


ONNX: Final[Mapping[str, Converter]] = {
    "image-classification": _in("networks"),
    "kmeans": _in("kmeans"),
    "linear-learner": _in("linear_learner"),
    "mxnet": _in("networks"),
    "object-detection": _in("networks"),
    "pca": _in("pca"),
    "sklearn": _in("scikit_learn"),
    "xgboost": _in("xgboost_trees"),
}
