"""LightGBM in an image that has none: the script loads it, and requirements.txt brings it."""

from pathlib import Path

import lightgbm
import numpy as np


def model_fn(model_dir: str) -> lightgbm.Booster:
    """The booster in the model's folder."""
    return lightgbm.Booster(model_file=Path(model_dir) / "model.txt")


def predict_fn(rows: np.ndarray, model: lightgbm.Booster) -> np.ndarray:
    """A price for each row; the container hands over a single row without its dimension."""
    return model.predict(np.atleast_2d(rows))
