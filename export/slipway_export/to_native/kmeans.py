"""K-Means as arrays and a card."""

from typing import Final

import numpy as np

from slipway_export.model import Array, Export, ExportRefused, Model
from slipway_export.ndarrays import read_arrays
from slipway_export.to_native import npz_cards
from slipway_export.to_native.proofs import noise, prove

_ROWS: Final = 128


def convert(model: Model) -> Export:
    """model.npz of `centres` (clusters, features), and card.json."""
    held = list(read_arrays(model.content).values())
    if len(held) != 1 or held[0].ndim != 2 or not held[0].size:
        shapes = [array.shape for array in held]
        raise ExportRefused(f"it is no K-Means: its arrays are {shapes}, not (clusters, features)")
    centres = held[0]
    files = npz_cards.written(
        model,
        {"centres": centres},
        "K-Means",
        "the place of the smallest sqrt(sum((centres - row)**2, axis=1)), and that distance",
        clusters=len(centres),
        features=centres.shape[1],
    )
    read = npz_cards.read(files)["centres"]

    def original(rows: Array) -> Array:
        return np.stack([np.linalg.norm(row.astype(np.float64) - centres, axis=1) for row in rows])

    def exported(rows: Array) -> Array:
        return np.stack([np.sqrt(((read - row) ** 2).sum(axis=1)) for row in rows])

    middles = centres[np.arange(_ROWS) % len(centres)]
    rows = (middles + centres.std() * noise(*middles.shape)).astype(np.float32)
    return Export(files, prove(rows, original, exported), "distances to every centre")
