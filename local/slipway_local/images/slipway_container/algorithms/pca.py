"""SageMaker's PCA: rows less the mean, projected on the components, the largest last."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..networks.ndarrays import read_file
from ..settings import Settings
from .replies import Prediction
from .requests import Matrix
from .server import BuiltInAlgorithm


@dataclass(frozen=True, slots=True)
class PCA:
    """`mean` of shape (1, features), `components` of shape (features, components)."""

    mean: NDArray[np.float32]
    components: NDArray[np.float32]

    @property
    def features(self) -> int:
        """How many features a row has."""
        return int(self.components.shape[0])

    def predict(self, matrix: Matrix) -> list[Prediction]:
        """The projection of each row."""
        projections = (matrix - self.mean) @ self.components
        return [{"projection": row} for row in projections.tolist()]


def read_model(path: Path) -> PCA:
    """The model in a file; ValueError where it is none."""
    arrays = read_file(path)
    if not {"mean", "v"} <= arrays.keys():
        raise ValueError(f"it is no PCA: its arrays are {sorted(arrays)}, not mean, s and v")
    mean, components = arrays["mean"].reshape(1, -1), arrays["v"]
    if components.ndim != 2 or mean.shape[1] != components.shape[0]:
        raise ValueError(f"mean and v do not fit: {mean.shape} and {components.shape}")
    return PCA(mean, components)


def application(settings: Settings) -> BuiltInAlgorithm:
    """The server of this image."""
    return BuiltInAlgorithm(settings, read_model, "projections")
