"""What XGBoost itself reads out of an exported model, where it is installed: in the sandbox."""

import io
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import numpy as np

from slipway_export import sandbox
from slipway_export.to_native.xgboost_forest import Floats

PROGRAM: Final = """
import numpy, xgboost
booster = xgboost.Booster({"nthread": 1})
booster.load_model("model.json")
rows = numpy.load("rows.npy", allow_pickle=False)
types = booster.feature_types
matrix = xgboost.DMatrix(rows, feature_types=types, enable_categorical=bool(types))
scores = booster.predict(matrix, output_margin=True, validate_features=False)
numpy.save("scores.npy", scores, allow_pickle=False)
"""


def installed() -> str:
    """The version of XGBoost beside this package, or ""."""
    for name in ("xgboost-cpu", "xgboost"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return ""


def predict(text: bytes, rows: Floats) -> Floats:
    """The untransformed scores that XGBoost computes, (rows, outputs)."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "model.json").write_bytes(text)
        np.save(folder / "rows.npy", rows, allow_pickle=False)
        sandbox.run(PROGRAM, folder)
        scores = np.load(io.BytesIO((folder / "scores.npy").read_bytes()), allow_pickle=False)
    return np.asarray(scores, np.float32).reshape(len(rows), -1)
