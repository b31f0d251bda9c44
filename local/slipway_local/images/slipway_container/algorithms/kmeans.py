"""SageMaker's K-Means: the nearest centre of each row, and how far it is."""

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
class KMeans:
    """`centres` of shape (clusters, features)."""

    centres: NDArray[np.float32]

    @property
    def features(self) -> int:
        """How many features a row has."""
        return int(self.centres.shape[1])

    def predict(self, matrix: Matrix) -> list[Prediction]:
        """The number of the nearest centre and the Euclidean distance to it, both floats."""
        return [self._nearest(row) for row in matrix]

    def _nearest(self, row: Matrix) -> Prediction:
        distances = np.sqrt(((self.centres - row) ** 2).sum(axis=1))
        nearest = int(distances.argmin())
        return {"closest_cluster": float(nearest), "distance_to_cluster": float(distances[nearest])}


def read_model(path: Path) -> KMeans:
    """The model in a file; ValueError where it is none."""
    arrays = list(read_file(path).values())
    if len(arrays) != 1 or arrays[0].ndim != 2:
        shapes = [array.shape for array in arrays]
        raise ValueError(f"it is no K-Means: its arrays are {shapes}, not one (clusters, features)")
    return KMeans(arrays[0])


def application(settings: Settings) -> BuiltInAlgorithm:
    """The server of this image."""
    return BuiltInAlgorithm(settings, read_model)
