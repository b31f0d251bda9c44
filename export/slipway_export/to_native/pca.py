"""PCA as arrays and a card."""

from typing import Final

import numpy as np

from slipway_export.model import Array, Export, ExportRefused, Model
from slipway_export.ndarrays import read_arrays
from slipway_export.to_native import npz_cards
from slipway_export.to_native.proofs import noise, prove

_ROWS: Final = 128


def convert(model: Model) -> Export:
    """model.npz of `mean`, `components` (features, components), `singular_values`; card.json."""
    held = read_arrays(model.content)
    if not {"mean", "v", "s"} <= held.keys():
        raise ExportRefused(f"it is no PCA: its arrays are {sorted(held)}, not mean, s and v")
    mean, components, scales = held["mean"].reshape(-1), held["v"], held["s"].reshape(-1)
    if components.ndim != 2 or components.shape != (len(mean), len(scales)) or not len(mean):
        raise ExportRefused(f"mean, v and s do not fit: {mean.shape}, {components.shape}")
    files = npz_cards.written(
        model,
        {"mean": mean, "components": components, "singular_values": scales},
        "PCA",
        "(rows - mean) @ components; components are in ascending order: the largest is the last",
        features=len(mean),
        components=len(scales),
    )
    read = npz_cards.read(files)

    def original(rows: Array) -> Array:
        centred = rows.astype(np.float64) - held["mean"].reshape(1, -1)
        return np.asarray(np.einsum("nd,dk->nk", centred, held["v"]))

    def exported(rows: Array) -> Array:
        return np.asarray((rows - read["mean"]) @ read["components"])

    rows = (mean + (1 + np.abs(mean)) * noise(_ROWS, len(mean))).astype(np.float32)
    return Export(files, prove(rows, original, exported), "projections")
